"""What the workers tell the screen, each message with the number of its piece of work: late ones are dropped."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from textual.message import Message

from services.errors import GatelightError
from services.events import Event
from services.provisioning.step import Record, StepSpec

if TYPE_CHECKING:
    from services.diagnosis.agreement import Agreement
    from services.diagnosis.diagnosis import Diagnosis
    from services.faults.breaking import PutIn, Standing
    from services.profile.secrets import Given, Wanted
    from services.provisioning.age import Overdue
    from services.provisioning.plan import Plan
    from services.provisioning.teardown import TornDown
    from services.tokens.visit import Visit
    from services.tunnel.publish import Publish
    from services.tunnel.sighting import Sighting
    from services.workbench import CallPair, Inspection, Where


class Job(StrEnum):
    """The kinds of work, as the top line names them."""

    OPEN = "starting"
    SIGN_IN = "asking AWS who we are"
    UP = "provisioning"
    STEP = "running a step"
    DOWN = "tearing down"
    TOKEN = "getting a token"  # noqa: S105 - a name for people
    RENEWAL = "renewing the token"
    CALL = "calling the gateway"
    PLAN = "looking what there is to undo"
    LOOK_AHEAD = "planning"
    READ = "comparing"
    EXAMINE = "examining"
    CURE = "applying the fix"
    COMMAND = "writing the command"
    BREAK = "putting a fault in"
    MEND = "taking the fault out"
    WATCH = "watching the tunnel"


@dataclass
class WorkMessage(Message, bubble=False):
    """Base of what a worker says. `run` numbers the work it belongs to."""

    run: int


@dataclass
class StartingUp(WorkMessage):
    """The start-up has come to `text`."""

    text: str


@dataclass
class Opened(WorkMessage):
    """The workbench is open; everything works from here on."""

    steps: tuple[StepSpec, ...]
    records: Mapping[str, Record]
    where: "Where"
    overdue: "Overdue | None"  # what was made is older than the profile allows


@dataclass
class SignedIn(WorkMessage):
    """AWS has said who we are there."""

    where: "Where"


@dataclass
class Planned(WorkMessage):
    """What provisioning would do is known."""

    plan: "Plan"


@dataclass
class UndoPlanned(WorkMessage):
    """What a teardown would do, one line each, what it would leave, and where."""

    lines: tuple[str, ...]
    staying: tuple[str, ...]
    where: "Where"


@dataclass
class RunNews(WorkMessage):
    """The runner reports an event."""

    event: Event


@dataclass
class RunEnded(WorkMessage):
    """A run of steps is over, and no event will follow."""

    job: Job
    succeeded: bool
    where: "Where"
    torn_down: "TornDown | None" = None  # after a teardown: what reading both sides again showed


@dataclass
class CodeWanted(WorkMessage):
    """A login waits for the code of a second factor; `give` takes it."""

    question: str
    give: Callable[[str], None]


@dataclass
class SecretWanted(Message, bubble=False):
    """Work waits for a secret that is kept nowhere; `give` takes it, an empty one where the person gives up."""

    wanted: "Wanted"
    give: "Callable[[Given], None]"


@dataclass
class MfaCodeWanted(Message, bubble=False):
    """Signing in to AWS waits for a code of an MFA device; `give` takes it, an empty one where the person gives up."""

    device: str
    give: Callable[[str], None]


@dataclass
class ProfileChosen(Message):
    """The person wants to go on with another profile."""

    name: str


@dataclass
class VisitBegan(WorkMessage):
    """A login through a browser waits for its answer."""

    visit: "Visit"


@dataclass
class TokenArrived(WorkMessage):
    """A token is in hand, and the gateway's rules have been applied to it."""

    inspection: "Inspection"


@dataclass
class Answered(WorkMessage):
    """The gateway has been called."""

    pair: "CallPair"


@dataclass
class Compared(WorkMessage):
    """All places that hold the issuer and the audience have been read, and those where faults were put in."""

    agreement: "Agreement"
    faults: "tuple[Standing, ...]" = ()


@dataclass
class FaultMoved(WorkMessage):
    """A fault was put in, or (without `put_in`) taken out; `faults` is how all of them stand now."""

    faults: "tuple[Standing, ...]"
    put_in: "PutIn | None" = None


@dataclass
class Diagnosed(WorkMessage):
    """The doctor has examined everything."""

    diagnosis: "Diagnosis"


@dataclass
class Cured(WorkMessage):
    """A fix was applied, the gateway called again, and everything examined anew. `pair` is None where no token is."""

    inspection: "Inspection | None"
    pair: "CallPair | None"
    diagnosis: "Diagnosis"
    where: "Where"


@dataclass
class CommandWritten(WorkMessage):
    """The runnable command of an exchange."""

    command: str


@dataclass
class TunnelSeen(WorkMessage):
    """The tunnel was looked at, and there is something new. `publish` is what it shows the world, where we decide."""

    seen: "Sighting"
    publish: "Publish | None"


@dataclass
class WorkFailed(WorkMessage):
    """A piece of work ended with an error a person must hear about."""

    job: Job
    error: GatelightError
