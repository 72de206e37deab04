"""Having a step make something, when answers get lost, refusals come half-way and the ledger cannot be written."""

from services.errors import GatelightError, Unreachable
from services.exchange import collecting
from services.provisioning.ledger_file import Unwritable
from services.provisioning.step import Finding, Made, MakingStep, Outcome, State, Step, Work

_LOST_ANSWERS = 3  # in one step; more than that is no accident


def make(step: MakingStep, work: Work, finding: Finding) -> Made:
    """Have the step create or change. Where an answer is lost it looks at what stands there instead of asking again.

    Nothing is made a second time, or it could be there twice: it raises the error unless the thing is there, and
    changes what is still not right about it.
    """
    for _ in range(_LOST_ANSWERS):
        try:
            return step.create(work, finding)
        except Unreachable as error:
            try:
                finding = step.find(work)
            except GatelightError:
                raise error from None
            if finding.state is State.ABSENT or finding.foreign is not None:
                raise
            if finding.state is State.RIGHT:
                note = f"{error.message} It had been done all the same."
                return Made(finding.facts, finding.word, note, finding.resource_id, finding.link)
    return step.create(work, finding)


def unrecorded(step: Step, outcome: Outcome, made: Made, error: Unwritable) -> Unwritable:
    """What a person must know of a thing that is there and could not be recorded."""
    identity = f" ({made.resource_id})" if made.resource_id else ""
    return Unwritable(
        f"“{step.spec.title}”{identity} was {outcome.value}. {error.message}",
        f"Nothing is lost: the ledger says that it was begun, and `gatelight up` finds it again. {error.fix}",
    )


def untouched(step: Step, work: Work, before: Finding) -> bool:
    """Whether everything is as it was before a step failed to make something of it."""
    with collecting():  # what a person looks at is the request that failed
        try:
            return step.find(work) == before
        except GatelightError:
            return False
