"""A run in the log: each step as it ends, and how the run does."""

from collections.abc import Callable

from services import log
from services.events import Event, RunFinished, RunStarted, StepDone, StepFailed, StepUndone

Emit = Callable[[Event], None]


def logged(emit: Emit) -> Emit:
    """`emit`, and a line in the log for what it is told."""

    def also(event: Event) -> None:
        _tell(event)
        emit(event)

    return also


def _tell(event: Event) -> None:
    match event:
        case RunStarted():
            log.told(f"run {event.kind.value} begins: {len(event.step_ids)} steps")
        case StepDone():
            report = event.report
            took = f"{report.seconds * 1000:.0f} ms"
            log.told(f"step {report.step_id} {report.outcome.value} {took} {report.resource_id}".rstrip())
        case StepUndone():
            log.told(f"step {event.step_id} {event.undone.value} {event.seconds * 1000:.0f} ms")
        case StepFailed():
            log.told(f"step {event.step_id} failed")
            log.failed(event.error)
        case RunFinished():
            ended = "done" if event.succeeded else f"not done: {', '.join(event.remaining)}"
            log.told(f"run {event.kind.value} ended after {event.seconds:.1f} s: {ended}")
