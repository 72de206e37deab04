"""One side's steps: how each stands, and how an event of the runner changes that."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from services.errors import GatelightError, Interrupted
from services.events import (
    Event,
    RunFinished,
    RunStarted,
    StepDone,
    StepFailed,
    StepStarted,
    StepUndone,
    StepWaiting,
)
from services.exchange import Exchange
from services.provisioning.adoption import NotOurs
from services.provisioning.agreement import ReliedOn
from services.provisioning.step import Record, Report, Side, StepSpec, Undone

if TYPE_CHECKING:
    from tui.view.tunnel_text import TunnelView


class Phase(StrEnum):
    """Where a step stands."""

    IDLE = "idle"
    RUNNING = "running"
    DONE = "done"
    DRIFTED = "drifted"  # it was done, and what it made is not as it was any more
    FAILED = "failed"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step as its row and its detail show it. `started` is on the clock of the view."""

    spec: StepSpec
    phase: Phase = Phase.IDLE
    queued: bool = False  # a run will come to it
    word: str = ""
    seconds: float | None = None
    started: float = 0.0
    reason: str = ""  # why it waits for the other side
    at_most: float | None = None  # the seconds after which it gives up, from when it said so
    report: Report | None = None
    undone: Undone | None = None
    error: GatelightError | None = None
    exchanges: tuple[Exchange, ...] = ()
    standing: "TunnelView | None" = None  # how what the step opened is now, while that is watched

    @property
    def done(self) -> bool:
        """Whether what the step makes is there."""
        return self.phase in (Phase.DONE, Phase.DRIFTED)

    @property
    def telling_exchange(self) -> Exchange | None:
        """The exchange that did the step's work: the last one that was not a mere look, otherwise the last one.

        Where the step succeeded, so did that exchange: a probe that is meant to be refused tells nobody anything.
        """
        telling = [exchange for exchange in self.exchanges if not self.done or _went_well(exchange)] or self.exchanges
        changing = [exchange for exchange in telling if not _only_looks(exchange)]
        return next(reversed(changing or telling), None)

    @property
    def adoptable(self) -> NotOurs | None:
        """What the step found that is not ours and could be adopted; None for every other end."""
        return self.error if isinstance(self.error, NotOurs) else None

    @property
    def relied_on(self) -> ReliedOn | None:
        """What the step would change though others rely on it; None for every other end."""
        return self.error if isinstance(self.error, ReliedOn) else None

    def elapsed(self, now: float) -> float | None:
        """Seconds the step took, or has taken until `now`; None before it ran."""
        return now - self.started if self.phase is Phase.RUNNING else self.seconds


@dataclass(frozen=True, slots=True)
class StepsView:
    """The steps of one side, and what stands in their place while there are none."""

    side: Side
    rows: tuple[StepRow, ...] = ()
    progress: tuple[str, ...] = ()  # what the start-up is doing, the newest line last
    error: GatelightError | None = None  # why there are no steps
    began: float | None = None
    ended: float | None = None

    @property
    def complete(self) -> bool:
        """Whether every step is done."""
        return bool(self.rows) and all(row.done for row in self.rows)

    @property
    def done_count(self) -> int:
        """How many steps are done."""
        return sum(row.done for row in self.rows)

    def row(self, step_id: str) -> StepRow | None:
        """The row of that step; None when it is not on this side."""
        return next((row for row in self.rows if row.spec.id == step_id), None)


def remembered(side: Side, steps: tuple[StepSpec, ...], records: Mapping[str, Record]) -> StepsView:
    """The view of a side before anything ran now: what the ledger remembers counts as done."""
    rows = (StepRow(spec) for spec in steps if spec.side is side)
    return StepsView(side, tuple(_recalled(row, records.get(row.spec.id)) for row in rows))


def after(view: StepsView, event: Event, now: float) -> StepsView:
    """The view once `event` has happened, at `now`. Events of the other side's steps leave it as it is."""
    if isinstance(event, RunStarted):
        rows = tuple(_with_queued(row, row.spec.id in event.step_ids) for row in view.rows)
        touched = any(row.queued for row in rows)
        return replace(view, rows=rows, began=None if touched else view.began, ended=None if touched else view.ended)
    if isinstance(event, RunFinished):
        return replace(view, rows=tuple(_settled(row) for row in view.rows))
    row = view.row(event.step_id)
    if row is None:
        return view
    changed = _step_after(row, event, now)
    rows = tuple(changed if other is row else other for other in view.rows)
    ended = view.ended if changed.phase is Phase.RUNNING else now
    return replace(view, rows=rows, began=now if view.began is None else view.began, ended=ended)


def compared(view: StepsView, drifted: frozenset[str]) -> StepsView:
    """The view once every place was read: steps whose work was found changed, by id, have drifted."""
    return replace(view, rows=tuple(_compared(row, row.spec.id in drifted) for row in view.rows))


def watched(view: StepsView, tunnel: "TunnelView") -> StepsView:
    """The view once the tunnel was looked at."""
    rows = tuple(replace(row, standing=tunnel) if row.spec.id == "tunnel" else row for row in view.rows)
    return replace(view, rows=rows)


def _compared(row: StepRow, drifted: bool) -> StepRow:
    phase = Phase.DRIFTED if drifted else Phase.DONE
    return row if not row.done or row.phase is phase else replace(row, phase=phase)


def _step_after(
    row: StepRow, event: StepStarted | StepWaiting | StepDone | StepUndone | StepFailed, now: float
) -> StepRow:
    fresh = StepRow(row.spec, standing=row.standing)
    match event:
        case StepStarted():
            return replace(fresh, phase=Phase.RUNNING, word="running", started=now, report=row.report)
        case StepWaiting(reason=reason, at_most=at_most):
            return replace(row, reason=reason, at_most=at_most)
        case StepDone(report=report):
            return replace(
                fresh,
                phase=Phase.DONE,
                word=report.word or report.outcome.value,
                seconds=report.seconds,
                report=report,
                exchanges=report.exchanges,
            )
        case StepUndone(undone=undone, seconds=seconds, exchanges=exchanges):
            return replace(
                fresh, phase=Phase.UNDONE, word=undone.value, seconds=seconds, undone=undone, exchanges=exchanges
            )
        case StepFailed(error=error, seconds=seconds, exchanges=exchanges):
            word = "cancelled" if isinstance(error, Interrupted) else "failed"
            return replace(fresh, phase=Phase.FAILED, word=word, seconds=seconds, error=error, exchanges=exchanges)


def _settled(row: StepRow) -> StepRow:
    """A row once the run is over: nothing waits or runs any more."""
    if row.phase is Phase.RUNNING:
        return replace(row, queued=False, phase=Phase.FAILED, word="cancelled", reason="")
    return _with_queued(row, False)


def _with_queued(row: StepRow, queued: bool) -> StepRow:
    return row if row.queued is queued else replace(row, queued=queued)


def _recalled(row: StepRow, record: Record | None) -> StepRow:
    return row if record is None else replace(row, phase=Phase.DONE, word=record.outcome.value)


def _went_well(exchange: Exchange) -> bool:
    return exchange.status is not None and exchange.status < 400


def _only_looks(exchange: Exchange) -> bool:
    if exchange.aws is not None:
        return exchange.aws.operation.startswith(("Get", "List", "Describe"))
    return exchange.method in ("GET", "HEAD")
