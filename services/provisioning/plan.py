"""What a run would do now: each step read, nothing changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from services.aws.cost import Cost
from services.cancel import Cancellation
from services.errors import GatelightError
from services.exchange import Exchange, collecting
from services.log import unforeseen
from services.provisioning.adoption import not_adopted
from services.provisioning.agreement import ReliedOn, not_agreed
from services.provisioning.foresight import (
    FactsToCome,
    Foretell,
    Foretold,
    KnownFacts,
    Needed,
    Unforeseen,
    is_open,
    place,
)
from services.provisioning.graph import walk
from services.provisioning.runner import Check, Runner
from services.provisioning.step import Change, Finding, MakingStep, Side, State, Step, StepSpec, Work


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
    """One row of the plan. `error` says why a blocked step could not be read, or would fail.

    `requests` are what `up` would send to create or change, with `{places}` for what is not known yet; nobody sent
    them. `was_read` is False where the step could not be looked at: it hangs on something that is not made yet.
    """

    spec: StepSpec
    action: Action
    changes: tuple[Change, ...] = ()
    note: str = ""
    warnings: tuple[str, ...] = ()
    resource_id: str = ""
    error: GatelightError | None = None
    was_read: bool = True
    relied_on: ReliedOn | None = None  # why it needs a yes of its own
    requests: tuple[Exchange, ...] = ()
    needed: tuple[Needed, ...] = ()

    @property
    def side(self) -> Side:
        """The side the step works on."""
        return self.spec.side


@dataclass(frozen=True, slots=True)
class Place:
    """Where a plan was made for; empty where nobody could say."""

    account: str = ""
    region: str = ""
    partition: str = ""
    caller: str = ""  # the ARN of whoever the credentials belong to
    tenant: str = ""
    tenant_id: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What `up` would do, where, and what it would cost. Iterating gives its steps."""

    steps: tuple[PlannedStep, ...]
    where: Place = field(default_factory=Place)
    cost: Cost | None = None

    def __iter__(self) -> Iterator[PlannedStep]:
        return iter(self.steps)

    @property
    def blocked(self) -> GatelightError | None:
        """Why it cannot be carried out; None where it can."""
        return next((step.error for step in self.steps if step.error), None)

    def count(self, *actions: Action) -> int:
        """How many steps have one of these actions."""
        return sum(step.action in actions for step in self.steps)


class Planner:
    """Reads a runner's steps once, those that do not need each other side by side."""

    def __init__(
        self,
        runner: Runner,
        cancellation: Cancellation,
        foretell: Foretell,
        check: Check | None = None,
    ) -> None:
        """`check` is told every finding, and its error makes the step a blocked one."""
        self._runner = runner
        self._cancellation = cancellation
        self._foretell = foretell
        self._check = check
        self._records = runner.ledger.records
        self._known = dict(runner.ledger.facts)
        self._to_come: dict[str, str] = {}
        self._planned: dict[str, PlannedStep] = {}

    def plan(self) -> Plan:
        """The plan, without a cost. A step that hangs on what would be created is planned unread.

        Raises Interrupted when cancelled.
        """
        by_id = {step.spec.id: step for step in self._runner.steps}

        def visit(step_id: str) -> bool:
            step = by_id[step_id]
            try:
                self._planned[step_id] = self._step(step)
            except Exception as error:  # noqa: BLE001 - a thread's border: whatever it is, a person must hear of it
                self._planned[step_id] = PlannedStep(step.spec, Action.BLOCKED, error=unforeseen(error))
            return True

        walk({spec.id: spec.needs for spec in self._runner.specs}, visit, self._cancellation)
        self._cancellation.check()
        return Plan(tuple(self._planned[spec.id] for spec in self._runner.specs), self._place())

    def _place(self) -> Place:
        planned = {step_id for step_id, step in self._planned.items() if step.action is Action.CHECK}
        aws = self._known if "identity" in planned else {}
        tenant = {**self._to_come, **self._known} if "reach" in planned else {}  # one of our own may be to come
        return Place(
            **{name: aws.get(name, "") for name in ("account", "region", "partition", "caller")},
            tenant=tenant.get("tenant_name", ""),
            tenant_id=tenant.get("tenant_id", ""),
        )

    def _step(self, step: Step) -> PlannedStep:
        spec = step.spec
        needed = {self._planned[need].action for need in spec.needs}
        if Action.BLOCKED in needed:
            self._forget(step)
            return PlannedStep(spec, Action.BLOCKED, was_read=False)
        try:
            if not isinstance(step, MakingStep) and needed & {Action.CREATE, Action.CHANGE, Action.LATER}:
                raise Unforeseen(spec.id)
            work = self._work(KnownFacts(self._known, self._to_come, step.compares))
            finding = step.find(work)
            if self._check:
                self._check(step, finding)
        except Unforeseen:
            making = Action.CHANGE if step.always_there else Action.CREATE
            action = making if isinstance(step, MakingStep) else Action.LATER
            return self._told(step, Finding(State.ABSENT), PlannedStep(spec, action, was_read=False))
        except GatelightError as error:
            self._forget(step)
            return PlannedStep(spec, Action.BLOCKED, error=error)
        return self._told(step, finding, self._judged(step, work, finding))

    def _judged(self, step: Step, work: Work, finding: Finding) -> PlannedStep:
        refusal = not_adopted(step.spec.id, finding, self._records)
        if refusal is not None:
            note = f"{refusal.message} {finding.note}".strip()
            return PlannedStep(step.spec, Action.ADOPT, note=note, resource_id=finding.resource_id)
        if finding.state is State.RIGHT:
            action = Action.NOTHING if isinstance(step, MakingStep) else Action.CHECK
        else:
            action = Action.CREATE if finding.state is State.ABSENT else Action.CHANGE
        note, warnings = _admission(step, work, finding)
        relied_on = not_agreed(step.spec.id, finding)
        if relied_on is not None:
            warnings = (*warnings, f"{relied_on.message} {relied_on.reliance.detail} {relied_on.fix}")
        return PlannedStep(step.spec, action, finding.changes, note, warnings, finding.resource_id, relied_on=relied_on)

    def _told(self, step: Step, finding: Finding, planned: PlannedStep) -> PlannedStep:
        """The step with what it would send; its facts, those to come among them, are there for the steps behind it."""
        if planned.action in (Action.CREATE, Action.CHANGE):
            self._forget(step)
            work = self._work(FactsToCome({**self._to_come, **self._known}))
            with collecting():
                try:
                    foretold = self._foretell(step, work, finding)
                except GatelightError as error:
                    return replace(planned, action=Action.BLOCKED, error=error)
            self._to_come |= {name: place(name) for name, value in foretold.facts.items() if is_open(value)}
        else:
            foretold = (
                self._foretell(step, self._work(KnownFacts(self._known)), None) if planned.was_read else Foretold()
            )
        closed = step.contains and finding.state is State.ABSENT
        for name, value in finding.facts.items():
            (self._to_come if closed or is_open(value) else self._known)[name] = value
        return replace(
            planned,
            requests=foretold.requests,
            needed=foretold.needed,
            note=" ".join(text for text in (planned.note, foretold.note) if text),
        )

    def _forget(self, step: Step) -> None:
        """What the ledger remembers of a thing that is not there (any more) helps nobody to look."""
        record = self._records.get(step.spec.id)
        for name in record.facts if record else ():
            self._known.pop(name, None)

    def _work(self, facts: Mapping[str, str]) -> Work:
        return Work(facts, self._cancellation, waiting=lambda *_: None)


def make_plan(runner: Runner, cancellation: Cancellation, foretell: Foretell, check: Check | None = None) -> Plan:
    """Read every step that can be read now, and change nothing. Raises Interrupted when cancelled."""
    return Planner(runner, cancellation, foretell, check).plan()


def _admission(step: Step, work: Work, finding: Finding) -> tuple[str, tuple[str, ...]]:
    """The note and the warnings of a step, with what a run would be refused because of."""
    try:
        return f"{finding.note} {step.admit(work, finding)}".strip(), finding.warnings
    except GatelightError as error:
        return finding.note, (*finding.warnings, error.message)
