"""Whatever is sent to an endpoint, it answers in time and as the description says: no 500, no hang.

`CONTRACT_EXAMPLES=200 make test ARGS=tests/contract/test_fuzz.py` digs deeper.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from tests.contract.description import strict
from tests.contract.files import table
from tests.contract.plugin import Court
from tests.contract.world import World

EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "2"))  # of good requests for an operation, and again of bad ones
OPERATIONS = table()["operations"]
CHECKED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    made = World()
    yield made
    made.inside.close()


@pytest.fixture(scope="module")
def schema() -> Any:
    import schemathesis  # its import takes a fifth of a second, which only the worker that fuzzes need wait for

    return schemathesis.openapi.from_dict(strict())


@pytest.mark.parametrize("name", [name for name, said in OPERATIONS.items() if not said.get("client")])
def test_every_endpoint_answers_good_and_bad_requests_as_described(
    world: World, schema: Any, court: Court, name: str
) -> None:
    from schemathesis import GenerationMode

    method, _, path = name.partition(" ")
    operation = schema[path][method]
    usual = {"optional": "key", "none": None}.get(OPERATIONS[name]["auth"], OPERATIONS[name]["auth"])
    known = st.just(frozenset(world.ids)) | st.sets(st.sampled_from(sorted(world.ids))).map(frozenset)
    credential = st.just(usual) | st.sampled_from([usual, None, *world.credentials, "Basic x", "é", ""])
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

        @CHECKED
        @given(case=operation.as_strategy(generation_mode=mode), known=known, credential=credential)
        def answers(case: Any, known: frozenset[str], credential: str | None) -> None:
            note(world.send(case, known=known, credential=credential))
            court.check()

        world.restore()
        with suppress(*[Unsatisfiable] if mode is GenerationMode.NEGATIVE else []):  # nothing in it can be wrong
            answers()
