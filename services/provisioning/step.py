"""One provisioning unit: find, create, record, undo. What a step is, says and leaves behind."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from services.cancel import Cancellation
from services.exchange import Exchange
from services.patience import Waiting
from services.provisioning.calls import Calls

Facts = Mapping[str, str]


class Side(StrEnum):
    """Which of the two sides a step works on."""

    FUSIONAUTH = "fusionauth"
    AWS = "aws"


class State(StrEnum):
    """What `find` saw of a step's resource."""

    ABSENT = "absent"
    DIFFERS = "differs"
    RIGHT = "right"


class Outcome(StrEnum):
    """What a step did. `HOLDS` is a check's success: nothing was there to be created."""

    CREATED = "created"
    CHANGED = "changed"
    FOUND = "found"
    ADOPTED = "adopted"  # somebody else's, used as it is because a person said so: never changed, never deleted
    HOLDS = "holds"


class Undone(StrEnum):
    """What undoing a step did."""

    DELETED = "deleted"
    RESTORED = "restored"
    KEPT = "kept"  # what is there was not made by us: never touched
    GONE = "gone"  # somebody else had deleted it already
    NOTHING = "nothing"  # a step that only looked has nothing to undo


@dataclass(frozen=True, slots=True)
class StepSpec:
    """A step as a person reads it, and what it needs done before it."""

    id: str
    side: Side
    title: str
    purpose: str  # two sentences a workshop can read aloud
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """A value that is not as the profile wants it. `old` is what stands there now."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Foreign:
    """Something in the place of what a step would make, which neither a tag nor its id shows to be Gatelight's."""

    what: str  # 'The user "dev@example.com"'
    where: str  # 'in tenant "Default"'
    setting: str  # the profile's setting that would name another one


@dataclass(frozen=True, slots=True)
class Reliance:
    """Others rely on what a step would change. Each text but the last is a sentence, `what` one without its end."""

    what: str
    by: tuple[str, ...]
    consequence: str
    detail: str  # what else there is to know before one agrees
    instead: str  # how to leave it as it is
    agreement: str  # the command that agrees to the change


@dataclass(frozen=True, slots=True)
class Finding:
    """What is there now. `ours` says that its tags or its deterministic id show that Gatelight made it.

    What is `foreign` can only be used as it is, so its state is *right*, and only once a person has adopted it. What
    others rely on is changed only once a person has agreed.
    """

    state: State
    facts: Facts = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    old: Facts = field(default_factory=dict)  # what undo must restore after a change of something that is not ours
    ours: bool = False
    foreign: Foreign | None = None
    reliance: Reliance | None = None
    word: str = ""  # for the step's row: "1.69.0", "ready"
    note: str = ""  # one sentence worth telling: a limit met, a choice made
    warnings: tuple[str, ...] = ()  # what a person should know before this step changes anything, a sentence each
    resource_id: str = ""
    link: str = ""  # where a person sees the resource in a console


@dataclass(frozen=True, slots=True)
class Made:
    """What `create` left behind."""

    facts: Facts = field(default_factory=dict)
    word: str = ""
    note: str = ""
    resource_id: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """The ledger's memory of one step: what was made or changed, and what is needed to undo it.

    Times are UTC in ISO 8601 to the second, put in by the ledger; empty where an older Gatelight kept none.
    """

    step_id: str
    outcome: Outcome
    facts: Facts = field(default_factory=dict)
    old: Facts = field(default_factory=dict)
    resource_id: str = ""
    since: str = field(default="", compare=False)  # when it was first recorded as it is: made, changed or adopted
    at: str = field(default="", compare=False)  # when anything of this record last changed


@dataclass(frozen=True, slots=True)
class Report:
    """How a step ended, for people: shown in its row and its detail."""

    step_id: str
    outcome: Outcome
    word: str
    seconds: float = 0.0
    exchanges: tuple[Exchange, ...] = ()
    changes: tuple[Change, ...] = ()
    note: str = ""
    resource_id: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """What a step is given: the facts of the steps before it, the way to stop, and where to say why it waits."""

    facts: Facts
    cancellation: Cancellation
    waiting: Waiting


class Step(ABC):
    """A step that only looks: what it finds is all it does.

    Methods may raise `services.errors.GatelightError`; nothing else is expected to leave them.
    """

    spec: StepSpec
    calls: Calls  # every call its methods may make
    compares: tuple[str, ...] = ()  # facts that `find` only compares: it can look before they are known
    contains: bool = False  # others make their things inside this one's: before it is there they cannot look
    always_there: bool = False  # there is always one: it is changed, never created

    @abstractmethod
    def find(self, work: Work) -> Finding:
        """Read what is there now. Changes nothing."""

    def admit(self, work: Work, finding: Finding) -> str:
        """Look, before a run changes anything, whether the steps behind this one are allowed to. Changes nothing.

        Gives a sentence on what could not be looked at. Raises GatelightError that says everything in the way.
        """
        return ""


class MakingStep(Step):
    """A step that creates or changes something, and can take it back."""

    @abstractmethod
    def create(self, work: Work, finding: Finding) -> Made:
        """Create what is absent, or change what differs."""

    @abstractmethod
    def undo(self, work: Work, record: Record) -> Undone:
        """Delete what was created, or restore what was changed, as the record says."""
