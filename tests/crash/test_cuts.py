"""Every answer may be lost once, in its middle or whole: nothing is made twice, and both ways end where they should."""

from collections.abc import Callable

import pytest

from services.cancel import Cancellation
from services.provisioning.step import Outcome
from services.workbench import Workbench
from tests.benches import Bench, Log, up
from tests.crash.wire import Fault, Request, Wire, cut_answer, lose_answer

MakeWorkbench = Callable[..., Workbench]


class Once:
    """Does something to the first request of each operation that changes something."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault
        self.operations: set[str] = set()

    def __call__(self, request: Request) -> Fault | None:
        if not request.writes or request.path in ("/api/login", "/tunnel") or request.operation in self.operations:
            return None
        self.operations.add(request.operation)
        return self._fault


@pytest.mark.parametrize("fault", [cut_answer, lose_answer])
def test_every_answer_to_a_change_is_lost_once(sandbox: Bench, new_workbench: MakeWorkbench, fault: Fault) -> None:
    before = sandbox.world()
    once = Once(fault)
    workbench = new_workbench()
    with Wire(sandbox.record, once) as wire, wire.in_use():
        made = up(workbench).reports
        assert len(once.operations) >= len([1 for report in made.values() if report.outcome is Outcome.CREATED])
        world = sandbox.world()
        assert all(len(world[kind]) == len(before[kind]) + 1 for kind in ("apis", "functions", "roles", "users"))
        assert workbench.call(workbench.get_token(Cancellation()), Cancellation()).opens_as_it_should
        assert up(workbench).reports["api"].outcome is Outcome.FOUND
        once.operations.clear()
        rounds = 1
        while not workbench.down(Log(), Cancellation()):
            rounds += 1
        assert rounds <= 3, "no step makes more than two calls"
    assert sandbox.world() == before
