"""What a run would do now: each step read, nothing changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.cancel import Cancellation
from services.errors import GatelightError
from services.provisioning.adoption import not_adopted
from services.provisioning.agreement import not_agreed
from services.provisioning.graph import walk
from services.provisioning.runner import Runner
from services.provisioning.step import Change, Finding, MakingStep, Record, Side, State, Step, StepSpec, Work


class Action(StrEnum):
    """What `up` would do with a step."""

    CREATE = "create"
    CHANGE = "change"
    ADOPT = "adopt"  # it exists and is not ours: `up` uses it only when told to, and fails otherwise
    NOTHING = "nothing"
    CHECK = "check"  # a step that only looks; it was looked at, and it holds
    LATER = "later"  # a step that only looks, at something that is not made yet
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One row of the plan. `error` says why a blocked step could not be read."""

    spec: StepSpec
    action: Action
    changes: tuple[Change, ...] = ()
    note: str = ""
    warnings: tuple[str, ...] = ()
    resource_id: str = ""
    error: GatelightError | None = None

    @property
    def side(self) -> Side:
        """The side the step works on."""
        return self.spec.side


def make_plan(runner: Runner, cancellation: Cancellation) -> tuple[PlannedStep, ...]:
    """Read every step that can be read now. A step behind one that would be created is planned as *create* unread."""
    planned: dict[str, PlannedStep] = {}
    facts = dict(runner.ledger.facts)
    records = runner.ledger.records
    by_id = {step.spec.id: step for step in runner.steps}

    def visit(step_id: str) -> bool:
        step = by_id[step_id]
        planned[step_id] = _plan(step, planned, facts, records, cancellation)
        return True

    walk({spec.id: spec.needs for spec in runner.specs}, visit, cancellation)
    cancellation.check()
    return tuple(planned[spec.id] for spec in runner.specs)


def _plan(
    step: Step,
    planned: dict[str, PlannedStep],
    facts: dict[str, str],
    records: Mapping[str, Record],
    cancellation: Cancellation,
) -> PlannedStep:
    spec = step.spec
    needed = {planned[need].action for need in spec.needs}
    making = isinstance(step, MakingStep)
    if Action.BLOCKED in needed:
        return PlannedStep(spec, Action.BLOCKED)
    if making and needed & {Action.CREATE, Action.LATER}:
        return PlannedStep(spec, Action.CREATE)
    if not making and needed & {Action.CREATE, Action.CHANGE, Action.LATER}:
        return PlannedStep(spec, Action.LATER)
    work = Work(dict(facts), cancellation, waiting=lambda *_: None)
    try:
        finding = step.find(work)
    except GatelightError as error:
        return PlannedStep(spec, Action.BLOCKED, error=error)
    facts.update(finding.facts)
    refusal = not_adopted(spec.id, finding, records)
    if refusal is not None:
        return PlannedStep(
            spec, Action.ADOPT, note=f"{refusal.message} {finding.note}".strip(), resource_id=finding.resource_id
        )
    if finding.state is State.RIGHT:
        action = Action.NOTHING if making else Action.CHECK
    else:
        action = Action.CREATE if finding.state is State.ABSENT else Action.CHANGE
    note, warnings = _admission(step, work, finding)
    relied_on = not_agreed(spec.id, finding)
    if relied_on is not None:
        warnings = (*warnings, f"{relied_on.message} {relied_on.fix}")
    return PlannedStep(spec, action, finding.changes, note, warnings, finding.resource_id)


def _admission(step: Step, work: Work, finding: Finding) -> tuple[str, tuple[str, ...]]:
    """The note and the warnings of a step, with what a run would be refused because of."""
    try:
        return f"{finding.note} {step.admit(work, finding)}".strip(), finding.warnings
    except GatelightError as error:
        return finding.note, (*finding.warnings, error.message)
