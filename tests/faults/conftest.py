"""One provisioned profile for all tests of this module: each takes out what it put in."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from services.cancel import Cancellation
from services.sandbox.launch import SandboxProcess
from services.tokens.hand import TokenInHand
from services.workbench import CallPair, Workbench
from tests.benches import Bench, down, up


@dataclass(frozen=True)
class Gate:
    """A provisioned gate, and the world as it is while nothing is broken."""

    bench: Bench
    workbench: Workbench
    sound: dict[str, Any]

    def token(self) -> TokenInHand:
        return self.workbench.get_token(Cancellation())

    def call(self, token: TokenInHand | None = None) -> CallPair:
        return self.workbench.call(token or self.token(), Cancellation())

    @property
    def faults_in(self) -> list[str]:
        return [standing.fault.id for standing in self.workbench.faults.look() if standing.is_in]


@pytest.fixture(scope="module")
def shared_gate(session_sandbox: SandboxProcess) -> Iterator[Gate]:
    """Provisioned once."""
    bench = Bench(session_sandbox.record)
    before = bench.world()
    workbench = bench.workbench()
    up(workbench)
    yield Gate(bench, workbench, bench.world())
    down(workbench)
    assert bench.world() == before
    workbench.close()


@pytest.fixture
def gate(shared_gate: Gate) -> Iterator[Gate]:
    """The gate, sound before and after."""
    yield shared_gate
    shared_gate.workbench.faults.take_out()
    assert shared_gate.bench.world() == shared_gate.sound
