"""One provisioned sandbox of its own for each worker's share of the corpus: cases break it and restore it."""

from collections.abc import Iterator

import pytest

from tests.benches import Bench, down, up
from tests.conftest import start_sandbox
from tests.doctor.gate import Gate


@pytest.fixture(scope="session")
def gate(hermetic: None) -> Iterator[Gate]:
    """A sound gate."""
    process = start_sandbox()
    bench = Bench(process.record)
    before = bench.world()
    workbench = bench.workbench()
    up(workbench)
    sound = bench.world()
    facts = {name: value for record in workbench.done().values() for name, value in record.facts.items()}
    yield Gate(bench, workbench, facts)
    assert bench.world() == sound
    down(workbench)
    assert bench.world() == before
    workbench.close()
    process.stop()
