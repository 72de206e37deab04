"""A run can be stopped at any moment, and a later one ends what it began."""

import time
from collections.abc import Callable

import pytest

from services.cancel import Cancellation
from services.errors import Interrupted
from services.events import Event, RunFinished, StepDone, StepStarted
from services.workbench import Workbench
from tests.benches import Bench, Log, down, up

MakeWorkbench = Callable[..., Workbench]


def cancelling(kind: type[Event], count: int, cancellation: Cancellation) -> Log:
    """A log that cancels at the n-th event of a kind."""
    seen: list[Event] = []

    def then(event: Event) -> None:
        if isinstance(event, kind):
            seen.append(event)
            if len(seen) >= count:
                cancellation.cancel()

    return Log(then)


@pytest.mark.parametrize("kind", [StepStarted, StepDone])
def test_up_can_be_stopped_at_every_step_and_ended_later(
    sandbox: Bench, new_workbench: MakeWorkbench, kind: type[Event]
) -> None:
    before = sandbox.world()
    workbench = new_workbench()
    steps = len(workbench.steps)
    for index in range(1, steps + (kind is StepStarted)):
        cancellation = Cancellation()
        log = cancelling(kind, index, cancellation)
        assert not workbench.up(log, cancellation)
        ended = log.events[-1]
        assert isinstance(ended, RunFinished)
        assert set(ended.remaining) == {spec.id for spec in workbench.steps} - set(log.reports)
        assert all(isinstance(failure.error, Interrupted) for failure in log.failures.values()), log.failures

    up(workbench)
    assert workbench.call(workbench.get_token(Cancellation()), Cancellation()).opens_as_it_should
    down(workbench)
    assert sandbox.world() == before


def test_down_can_be_stopped_at_every_step_and_ended_later(sandbox: Bench, new_workbench: MakeWorkbench) -> None:
    before = sandbox.world()
    workbench = new_workbench()
    up(workbench)
    while len(workbench.done()) > 1:
        cancellation = Cancellation()
        log = cancelling(StepStarted, 2, cancellation)
        workbench.down(log, cancellation)
        assert all(isinstance(failure.error, Interrupted) for failure in log.failures.values()), log.failures
    down(workbench)
    assert sandbox.world() == before


def test_a_run_cancelled_before_it_begins_does_nothing(sandbox: Bench, new_workbench: MakeWorkbench) -> None:
    before, cancellation, log = sandbox.world(), Cancellation(), Log()
    cancellation.cancel()
    workbench = new_workbench()
    assert not workbench.up(log, cancellation)
    assert [type(event).__name__ for event in log.events] == ["RunStarted", "RunFinished"]
    assert sandbox.world() == before


def test_a_wait_ends_as_soon_as_it_is_cancelled() -> None:
    cancellation = Cancellation()
    cancellation.cancel()
    began = time.monotonic()
    with pytest.raises(Interrupted):
        cancellation.wait(30)
    assert time.monotonic() - began < 1
