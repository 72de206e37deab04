"""Taking everything back, and reading both sides again afterwards: what is left, if anything is."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from services.cancel import Cancellation
from services.errors import ConfigurationError, GatelightError, Unreachable
from services.events import Event, StepFailed, StepUndone
from services.parallel import side_by_side
from services.provisioning.belongings import Belonging, Survey
from services.provisioning.runner import Emit, Runner
from services.provisioning.step import MakingStep, Outcome, Record, Side, State, Step, Undone, Work

SPREADING_SECONDS = 20.0
"""How long AWS may go on showing what was deleted; IAM says only that changes take a while to be seen everywhere."""

_TAKEN_BACK = (Outcome.CREATED, Outcome.CHANGED)

Look = Callable[[], Survey]


@dataclass(frozen=True, slots=True)
class SideLeft:
    """One side after a teardown. With `error` it was not read again; `remaining` are the steps not undone there."""

    survey: Survey
    left: tuple[Belonging, ...] = ()
    remaining: tuple[str, ...] = ()

    @property
    def side(self) -> Side:
        """Which side."""
        return self.survey.side

    @property
    def nothing_left(self) -> bool | None:
        """Whether everything is gone; None where the side could not be read."""
        return None if self.survey.error else not self.left


@dataclass(frozen=True, slots=True)
class TornDown:
    """How a teardown ended: whether every step was undone, and what reading both sides again showed."""

    succeeded: bool
    sides: tuple[SideLeft, ...]

    @property
    def exit_code(self) -> int:
        """0: nothing is left. 1: something is. 3: a side failed or could not be read again."""
        if not self.succeeded or any(side.nothing_left is None for side in self.sides):
            return 3
        return 1 if any(side.left for side in self.sides) else 0


def take_down(
    runner: Runner,
    profile: str,
    looks: Mapping[Side, Look],
    emit: Emit,
    cancellation: Cancellation,
    found: Sequence[Record] = (),
    *,
    patience: float = 0.0,
) -> TornDown:
    """Undo what the ledger says, and what was `found` without it; then read both sides again with `looks`.

    What still shows is given `patience` seconds to go.
    """
    facts, records = dict(runner.ledger.facts), {**runner.ledger.intents, **runner.ledger.records}
    failed: dict[Side, GatelightError] = {}
    undone: set[str] = set()
    sides = {spec.id: spec.side for spec in runner.specs}

    def listen(event: Event) -> None:
        if isinstance(event, StepFailed):
            failed.setdefault(sides[event.step_id], event.error)
        elif isinstance(event, StepUndone) and event.undone in (Undone.DELETED, Undone.RESTORED):
            undone.add(event.step_id)
        emit(event)

    succeeded = runner.down(listen, cancellation, found)
    if cancellation.cancelled:
        return TornDown(succeeded, ())
    work = Work(facts, cancellation, waiting=lambda *_: None)

    def read_again(side: Side) -> SideLeft:
        still = {**runner.ledger.intents, **runner.ledger.records}
        remaining = tuple(
            spec.title
            for spec in runner.specs
            if spec.side is side and spec.id in still and still[spec.id].outcome in _TAKEN_BACK
        )
        error = failed.get(side)
        if isinstance(error, Unreachable | ConfigurationError):  # it would not answer now either
            return SideLeft(Survey(side, "", error=error), (), remaining)
        steps = {step.spec.id: step for step in runner.steps if step.spec.side is side}
        second = _SecondLook(profile, looks[side], steps, records, work)
        return replace(second.until_gone(undone, patience), remaining=remaining)

    return TornDown(succeeded, tuple(side_by_side(*(partial(read_again, side) for side in looks))))


@dataclass(frozen=True, slots=True)
class _SecondLook:
    """Reads one side again after a teardown."""

    profile: str
    look: Look
    steps: Mapping[str, Step]
    records: Mapping[str, Record]
    work: Work

    def until_gone(self, undone: Collection[str], patience: float) -> SideLeft:
        """What is left, once what was undone had time to go. What has come back meanwhile is undone once more.

        IAM shows a deleted role for some seconds yet, and Lambda delivers a function's last lines late and makes its
        log group anew for them.
        """
        waited, pause = 0.0, 1.0
        once_more = True
        while True:
            seen = self._look()
            back = [each.step_id for each in seen.left if each.step_id in undone and each.step_id in self.records]
            if not back or (waited >= patience and not once_more):
                return seen
            if waited < patience:
                self.work.cancellation.wait(pause)
                waited, pause = waited + pause, min(pause * 2, 5.0)
            once_more = False
            for step_id in back:
                self._undo_again(step_id)

    def _look(self) -> SideLeft:
        survey = self.look()
        if survey.error is not None:
            return SideLeft(survey)
        left = {(each.step_id, each.resource_id): each for each in survey.of(self.profile)}
        for step_id, step in self.steps.items():
            record = self.records.get(step_id)
            try:
                if record is None or not _still_there(step, record, self.work):
                    continue
            except GatelightError as error:
                survey = replace(survey, blind=(*survey.blind, error))
                continue
            spec = step.spec
            belonging = Belonging(self.profile, spec.id, spec.side, spec.title, record.resource_id)
            left.setdefault((spec.id, record.resource_id), belonging)
        return SideLeft(survey, tuple(left.values()))

    def _undo_again(self, step_id: str) -> None:
        step = self.steps[step_id]
        if isinstance(step, MakingStep):
            with suppress(GatelightError):  # what is still there then is told as left
                step.undo(self.work, self.records[step_id])


def _still_there(step: Step, record: Record, work: Work) -> bool:
    """Whether what the record speaks of is still made, or still changed."""
    if not isinstance(step, MakingStep) or record.outcome not in _TAKEN_BACK:
        return False
    finding = step.find(work)
    if record.outcome is Outcome.CHANGED:
        return finding.state is State.RIGHT
    return finding.state is not State.ABSENT and finding.resource_id == record.resource_id


def going(runner: Runner) -> tuple[str, ...]:
    """What a teardown would do by the ledger, a line each, the last made first; unfinished runs' things among it."""
    records = {**runner.ledger.intents, **runner.ledger.records}
    lines = []
    for spec in reversed(runner.specs):
        record = records.get(spec.id)
        if record is None or record.outcome not in _TAKEN_BACK:
            continue
        if record.outcome is Outcome.CHANGED:
            lines.append(f'restore {spec.title} to "{next(iter(record.old.values()), "")}"')
        elif spec.id == "tunnel":
            lines.append(f"close the tunnel {record.facts.get('public_url', '')}")
        else:
            lines.append(f"delete {spec.title}" + (f" ({record.resource_id})" if record.resource_id else ""))
    return tuple(lines)


def staying(runner: Runner) -> tuple[str, ...]:
    """What a teardown leaves because Gatelight did not make it, a line each."""
    words = {Outcome.ADOPTED: "adopted", Outcome.FOUND: "it was there before"}
    records = runner.ledger.records
    return tuple(
        f"{spec.title}{f' ({record.resource_id})' if record.resource_id else ''}: {words[record.outcome]}"
        for spec in runner.specs
        if (record := records.get(spec.id)) is not None and record.outcome in words
    )


def found_lines(found: Collection[Belonging]) -> tuple[str, ...]:
    """What a teardown of found things would do, a line each."""
    return tuple(f"delete {each.kind} ({each.resource_id})" for each in found)
