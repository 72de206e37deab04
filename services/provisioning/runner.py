"""Runs a plan's steps: independent ones side by side, each found before it is made, recorded as soon as it is."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

from services.cancel import Cancellation
from services.errors import ConfigurationError, GatelightError, Interrupted, Unreachable
from services.events import (
    Event,
    RunFinished,
    RunKind,
    RunStarted,
    StepDone,
    StepFailed,
    StepStarted,
    StepUndone,
    StepWaiting,
)
from services.exchange import collecting
from services.log import unforeseen
from services.log_events import logged
from services.patience import patiently
from services.provisioning.adoption import not_adopted
from services.provisioning.agreement import not_agreed
from services.provisioning.graph import walk
from services.provisioning.ledger import Ledger
from services.provisioning.ledger_file import Unwritable
from services.provisioning.making import make, unrecorded, untouched
from services.provisioning.step import (
    Finding,
    MakingStep,
    Outcome,
    Record,
    Report,
    State,
    Step,
    StepSpec,
    Undone,
    Work,
)

Emit = Callable[[Event], None]
Check = Callable[[Step, Finding], None]


class Runner:
    """The steps of one profile and the ledger they are recorded in."""

    def __init__(self, steps: Sequence[Step], ledger: Ledger) -> None:
        self.steps = tuple(steps)
        self.ledger = ledger
        self._by_id = {step.spec.id: step for step in steps}

    @property
    def specs(self) -> tuple[StepSpec, ...]:
        """What the steps say of themselves, in the order people read them."""
        return tuple(step.spec for step in self.steps)

    def next_step(self) -> str | None:
        """The first step that is not done yet while everything it needs is; None when all are done."""
        done = self.ledger.records
        return next(
            (spec.id for spec in self.specs if spec.id not in done and all(need in done for need in spec.needs)), None
        )

    def up(
        self,
        emit: Emit,
        cancellation: Cancellation,
        *,
        only: str | None = None,
        adopt: Collection[str] = (),
        check: Check | None = None,
    ) -> bool:
        """Provision everything, or only one step whose needs are done. True when nothing failed.

        The steps in `adopt` may use what exists already and is not ours, and change what others rely on; any other
        fails with `NotOurs` or `ReliedOn` then.
        `check` is told what each step found, before anything of it is changed; its error makes the step fail.
        Raises ConfigurationError when another process works on the profile, or the one step cannot run yet.
        """
        with self.ledger.exclusive():
            return self._run(RunKind.UP, self._needs(only), partial(self._visit_up, adopt, check), emit, cancellation)

    def down(self, emit: Emit, cancellation: Cancellation, found: Sequence[Record] = ()) -> bool:
        """Undo everything the ledger says was made or changed, and what was `found` though the ledger does not know it.

        Each side goes in its own order and waits for the other in nothing: what is on one of them can be taken back
        while the other does not answer. True when nothing of it all is left.
        """
        with self.ledger.exclusive():
            beside = [record for record in found if not self._take_over(record)]
            going = {*self.ledger.records, *self.ledger.intents}
            needs = {
                spec.id: [other.id for other in self.specs if spec.id in other.needs and other.side is spec.side]
                for spec in reversed(self.specs)
                if spec.id in going
            }
            return self._run(RunKind.DOWN, needs, partial(self._visit_down, beside), emit, cancellation)

    def _take_over(self, found: Record) -> bool:
        """Put what was found into the ledger, so that a run cut off can be taken up; unless it holds another."""
        known = self.ledger.records.get(found.step_id)
        if known is None:
            self.ledger.record(found)
        return known is None or known.resource_id == found.resource_id

    def _needs(self, only: str | None) -> dict[str, Sequence[str]]:
        if only is None:
            return {spec.id: spec.needs for spec in self.specs}
        spec = self._by_id[only].spec
        done = self.ledger.records
        missing = [self._by_id[need].spec.title for need in spec.needs if need not in done]
        if missing:
            raise ConfigurationError(f"“{spec.title}” needs {', '.join(missing)} first.", "Run those steps before it.")
        return {only: ()}

    def _run(
        self,
        kind: RunKind,
        needs: Mapping[str, Sequence[str]],
        visit: Callable[[Step, Work], Report | Undone],
        emit: Emit,
        cancellation: Cancellation,
    ) -> bool:
        began, emit = time.monotonic(), logged(emit)
        cancellation = cancellation.part()
        emit(RunStarted(kind, tuple(needs)))
        facts = self.ledger.facts
        unwritable: list[Unwritable] = []

        def attempt(step_id: str) -> bool:
            started = time.monotonic()
            emit(StepStarted(step_id))
            work = Work(dict(facts), cancellation, lambda *why: emit(StepWaiting(step_id, *why)))
            with collecting() as exchanges, patiently(cancellation, work.waiting):
                try:
                    cancellation.check()
                    ended = visit(self._by_id[step_id], work)
                except Exception as error:  # noqa: BLE001 - a thread's border: whatever it is, a person must hear of it
                    failure = error if isinstance(error, GatelightError) else unforeseen(error)
                    if isinstance(failure, Unwritable):  # nothing may happen that cannot be written down
                        unwritable.append(failure)
                        cancellation.cancel()
                    elif isinstance(failure, Interrupted) and unwritable:
                        failure = Unwritable("Stopped, because the ledger cannot be written.", unwritable[0].fix)
                    emit(StepFailed(step_id, failure, time.monotonic() - started, tuple(exchanges)))
                    return False
            seconds = time.monotonic() - started
            if isinstance(ended, Report):
                facts.update(self.ledger.records[step_id].facts)
                emit(StepDone(step_id, replace(ended, seconds=seconds, exchanges=tuple(exchanges))))
            else:
                emit(StepUndone(step_id, ended, seconds, tuple(exchanges)))
            return True

        remaining = walk(needs, attempt, cancellation)
        emit(RunFinished(kind, not remaining, time.monotonic() - began, remaining))
        return not remaining

    def _visit_up(self, adopt: Collection[str], check: Check | None, step: Step, work: Work) -> Report:
        finding = step.find(work)
        if check is not None:
            check(step, finding)
        refusal = not_adopted(step.spec.id, finding, self.ledger.records, adopt) or not_agreed(
            step.spec.id, finding, adopt
        )
        if refusal is not None:
            raise refusal
        finding = replace(finding, note=f"{finding.note} {step.admit(work, finding)}".strip())
        if finding.state is State.RIGHT:
            return self._keep(step, finding)
        work.cancellation.check()
        if not isinstance(step, MakingStep):
            raise TypeError(f"{step.spec.id} found something to make, and only looks")
        return self._make(step, work, finding)

    def _keep(self, step: Step, finding: Finding) -> Report:
        outcome = Outcome.FOUND if isinstance(step, MakingStep) else Outcome.HOLDS
        if finding.foreign is not None:
            outcome = Outcome.ADOPTED
        record = Record(step.spec.id, outcome, finding.facts, {}, finding.resource_id)
        # A run that ended before it could record what it made left an intent, or its mark on the resource.
        intent = self.ledger.intents.get(step.spec.id)
        if intent is not None and finding.foreign is None:
            record = replace(record, outcome=intent.outcome, old=intent.old)
        elif outcome is Outcome.FOUND and finding.ours:
            record = replace(record, outcome=Outcome.CREATED)
        self.ledger.record(record)
        return Report(
            step.spec.id,
            outcome,
            finding.word or outcome.value,
            note=finding.note,
            resource_id=finding.resource_id,
            link=finding.link,
        )

    def _make(self, step: MakingStep, work: Work, finding: Finding) -> Report:
        outcome = Outcome.CREATED if finding.state is State.ABSENT else Outcome.CHANGED
        # What is ours was created by an earlier run, so undo deletes it, whatever this run changes.
        recorded = Outcome.CREATED if finding.ours else outcome
        begun_before = step.spec.id in self.ledger.intents
        intent = self.ledger.intend(Record(step.spec.id, recorded, finding.facts, finding.old, finding.resource_id))
        try:
            made = make(step, work, finding)
        except GatelightError as error:
            answered = not isinstance(error, Unreachable | Interrupted)
            if answered and not begun_before and untouched(step, work, finding):
                self.ledger.retract(step.spec.id)
            raise
        try:
            self.ledger.record(replace(intent, facts=made.facts, resource_id=made.resource_id))
        except Unwritable as error:
            raise unrecorded(step, outcome, made, error) from None
        return Report(
            step.spec.id,
            outcome,
            made.word or outcome.value,
            changes=finding.changes,
            note=made.note,
            resource_id=made.resource_id,
            link=made.link,
        )

    def _visit_down(self, beside: Sequence[Record], step: Step, work: Work) -> Undone:
        self._settle(step, work)
        record = self.ledger.records.get(step.spec.id)
        undone = Undone.GONE if record is None else _undo(step, work, record)
        for another in beside:
            if another.step_id == step.spec.id:
                undone = _undo(step, work, another)
        self.ledger.forget(step.spec.id)
        return undone

    def _settle(self, step: Step, work: Work) -> None:
        """Record what a run did that ended before it could record it."""
        intent = self.ledger.intents.get(step.spec.id)
        if intent is None:
            return
        finding = step.find(work)
        if finding.foreign is not None:  # what this run was to make would show that it is ours
            self.ledger.retract(step.spec.id)
            return
        made = intent.outcome is Outcome.CREATED and finding.state is not State.ABSENT
        if made or finding.state is State.RIGHT:
            self.ledger.record(replace(intent, facts=finding.facts, resource_id=finding.resource_id))


def _undo(step: Step, work: Work, record: Record) -> Undone:
    if not isinstance(step, MakingStep):
        return Undone.NOTHING
    return step.undo(work, record) if record.outcome in (Outcome.CREATED, Outcome.CHANGED) else Undone.KEPT
