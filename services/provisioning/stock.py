"""Both sides as they are now, held against what the ledger says of each step."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.cancel import Cancellation
from services.errors import ExpectationFailed, GatelightError
from services.provisioning.adoption import not_adopted
from services.provisioning.graph import walk
from services.provisioning.runner import Runner
from services.provisioning.step import Change, Finding, MakingStep, Record, State, Step, StepSpec, Work


class Standing(StrEnum):
    """How what is there now stands to what the ledger says, and to what the profile wants."""

    IN_PLACE = "in place"
    CHANGED = "changed since"  # by somebody else, or the profile wants something else since
    GONE = "gone"  # the ledger says it was made
    NOT_MADE = "not made"
    UNRECORDED = "not recorded"  # ours by its mark, and the ledger does not know it
    THERE = "there already"  # as the profile wants it, and not made by us: `up` would use it
    NOT_OURS = "not ours"
    HOLDS = "holds"  # of a step that only looks
    FAILS = "fails"  # of a step that only looks, or of a way that does not carry
    NOT_YET = "not yet"  # of a step that only looks, at something that is not there
    UNKNOWN = "unknown"  # it could not be read


WELL = frozenset((Standing.IN_PLACE, Standing.HOLDS))
_THERE = WELL | {Standing.UNRECORDED, Standing.THERE, Standing.CHANGED}
_OFF = frozenset((Standing.CHANGED, Standing.GONE, Standing.NOT_MADE, Standing.UNRECORDED))


@dataclass(frozen=True, slots=True)
class Stock:
    """One step: what the ledger says, and what is there. `alone`: running this step alone puts it right."""

    spec: StepSpec
    standing: Standing
    record: Record | None = None
    changes: tuple[Change, ...] = ()
    note: str = ""
    resource_id: str = ""
    error: GatelightError | None = None
    alone: bool = False


def take_stock(runner: Runner, cancellation: Cancellation) -> tuple[Stock, ...]:
    """Read every step. One that cannot be read keeps nobody on the other side from being read.

    Raises Interrupted when cancelled.
    """
    records, facts = runner.ledger.records, dict(runner.ledger.facts)
    by_id = {step.spec.id: step for step in runner.steps}
    taken: dict[str, Stock] = {}

    def visit(step_id: str) -> bool:
        taken[step_id] = _look(by_id[step_id], taken, facts, records, cancellation)
        return True

    walk({spec.id: spec.needs for spec in runner.specs}, visit, cancellation)
    cancellation.check()
    return tuple(taken[spec.id] for spec in runner.specs)


def _look(
    step: Step,
    taken: Mapping[str, Stock],
    facts: dict[str, str],
    records: Mapping[str, Record],
    cancelled: Cancellation,
) -> Stock:
    spec, record = step.spec, records.get(step.spec.id)
    needs = [taken[need] for need in spec.needs]
    if any(need.standing is Standing.UNKNOWN and need.spec.side is spec.side for need in needs):
        return Stock(spec, Standing.UNKNOWN, record)
    if not isinstance(step, MakingStep) and any(need.standing not in _THERE for need in needs):
        return Stock(spec, Standing.NOT_YET, record)
    try:
        finding = step.find(Work(dict(facts), cancelled, waiting=lambda *_: None))
    except ExpectationFailed as error:
        return Stock(spec, Standing.FAILS, record, error=error)
    except GatelightError as error:
        return Stock(spec, Standing.UNKNOWN, record, error=error)
    except KeyError:  # a fact of a step before it, which was never made
        return Stock(spec, Standing.NOT_MADE, record)
    facts.update(finding.facts)
    standing = _standing(step, finding, record)
    if not_adopted(spec.id, finding, records) is not None:
        standing = Standing.NOT_OURS
    alone = standing in _OFF and all(need.standing in WELL and need.record is not None for need in needs)
    return Stock(spec, standing, record, finding.changes, finding.note, finding.resource_id, alone=alone)


def _standing(step: Step, finding: Finding, record: Record | None) -> Standing:
    if not isinstance(step, MakingStep):
        return Standing.HOLDS
    if finding.state is State.ABSENT:
        return Standing.NOT_MADE if record is None else Standing.GONE
    if record is None:
        if finding.ours:
            return Standing.UNRECORDED
        return Standing.THERE if finding.state is State.RIGHT else Standing.NOT_MADE
    return Standing.IN_PLACE if finding.state is State.RIGHT else Standing.CHANGED
