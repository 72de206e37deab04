"""What every way for AWS to reach FusionAuth from outside has in common; another way is one more class."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from services.cancel import Cancellation
from services.tunnel.publish import Publish
from services.tunnel.visit import Visit


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do, as data. `opens` is false where there is nothing to open or close."""

    opens: bool
    stable_url: bool = False  # the URL is the same after a restart
    custom_domain: bool = False
    needs_account: bool = False
    needs_binary: bool = False
    shows_visits: bool = False
    metered: bool = False  # what comes through counts against the account's plan: look seldom


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that keeps the tunnel from opening, or (where it does not block) from being a good one."""

    id: str
    sentence: str
    fix: str
    blocks: bool = True


class Condition(StrEnum):
    """How a tunnel is, from the agent's process outwards: the first link that is broken names it."""

    UP = "up"
    CLOSED = "closed"  # nothing of ours runs
    RECONNECTING = "reconnecting"  # the agent runs and has lost its session
    OFFLINE = "offline"  # the public address answers that nobody serves it
    NO_FUSIONAUTH = "FusionAuth is down"  # the tunnel carries, and nothing answers behind it
    UNREACHABLE = "unreachable"  # the public address does not answer at all
    WRONG_ANSWER = "wrong answer"  # something else answers: an interstitial, a login page, an error


@dataclass(frozen=True, slots=True)
class Health:
    """A tunnel's condition now, in one sentence, with one thing to do where there is one."""

    condition: Condition
    sentence: str
    fix: str = ""
    seconds: float | None = None  # how long discovery took over the public address

    @property
    def too_slow(self) -> bool:
        """Whether discovery came through, and not in the time that API Gateway gives it."""
        return self.carries and bool(self.fix)

    @property
    def carries(self) -> bool:
        """Whether AWS can read discovery through it."""
        return self.condition is Condition.UP


@dataclass(frozen=True, slots=True)
class Session:
    """The agent's session with the provider. `losses` is how often it was lost since the tunnel was opened."""

    online: bool
    losses: int = 0


class TunnelProvider(Protocol):
    """Publishes FusionAuth under a URL. Every method blocks, has a deadline, and may be called from any thread.

    `publish` is how much of FusionAuth the world sees; None where that is not decided here.
    """

    title: str
    capabilities: Capabilities
    publish: Publish | None

    def preflight(self) -> tuple[Obstacle, ...]:
        """What stands in the way of opening it. Starts and changes nothing."""

    def current(self) -> str | None:
        """The public URL while the tunnel is open; None while it is closed. Starts nothing."""

    def open(self, cancellation: Cancellation) -> str:
        """Open the tunnel and give its public URL. Raises a GatelightError; nothing is left running then."""

    def session(self) -> Session | None:
        """The agent's session with the provider; None where that cannot be asked."""

    def visits(self) -> tuple[Visit, ...]:
        """Who came through the tunnel, the latest first; empty where that is not seen."""

    def close(self) -> None:
        """Close the tunnel; closing a closed one is no error."""
