"""What the runner tells while it works: frozen, complete, safe to hand to another thread."""

from dataclasses import dataclass
from enum import StrEnum

from services.errors import GatelightError
from services.exchange import Exchange
from services.provisioning.step import Report, Undone


class RunKind(StrEnum):
    """The two directions a run can go."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run begins; these steps will be visited."""

    kind: RunKind
    step_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A step is at work now."""

    step_id: str


@dataclass(frozen=True, slots=True)
class StepWaiting:
    """A step waits for the other side; `reason` is one short phrase. It gives up after `at_most` seconds."""

    step_id: str
    reason: str
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class StepDone:
    """A step of an `up` run ended well."""

    step_id: str
    report: Report


@dataclass(frozen=True, slots=True)
class StepUndone:
    """A step of a `down` run ended well."""

    step_id: str
    undone: Undone
    seconds: float
    exchanges: tuple[Exchange, ...] = ()


@dataclass(frozen=True, slots=True)
class StepFailed:
    """A step failed; steps that need it are not started."""

    step_id: str
    error: GatelightError
    seconds: float
    exchanges: tuple[Exchange, ...] = ()


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The run is over. `remaining` are the steps that were not reached or failed."""

    kind: RunKind
    succeeded: bool
    seconds: float
    remaining: tuple[str, ...] = ()


Event = RunStarted | StepStarted | StepWaiting | StepDone | StepUndone | StepFailed | RunFinished
