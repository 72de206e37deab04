"""What its tags, its name or its id show to be Gatelight's, whatever a ledger says."""

from dataclasses import dataclass, field

from services.errors import GatelightError
from services.provisioning.step import Facts, Outcome, Record, Side


@dataclass(frozen=True, slots=True)
class Belonging:
    """A thing that a profile's steps have made. `step_id` is the step that makes such things, and can delete it."""

    profile: str
    step_id: str
    side: Side
    kind: str  # as people call it: the step's title
    resource_id: str
    made: float | None = None  # seconds since 1970; None where nobody says
    facts: Facts = field(default_factory=dict)  # what undoing it needs to know

    @property
    def record(self) -> Record:
        """What the ledger would say of it."""
        return Record(self.step_id, Outcome.CREATED, self.facts, {}, self.resource_id)


@dataclass(frozen=True, slots=True)
class Survey:
    """What one side has of ours. With `error` it could not be read; `blind` are the parts that could not be looked at.

    `place` is where was looked: no survey sees beyond one tenant, or one account and region.
    """

    side: Side
    place: str
    found: tuple[Belonging, ...] = ()
    blind: tuple[GatelightError, ...] = ()
    error: GatelightError | None = None

    def of(self, profile: str) -> tuple[Belonging, ...]:
        """What belongs to one profile."""
        return tuple(belonging for belonging in self.found if belonging.profile == profile)
