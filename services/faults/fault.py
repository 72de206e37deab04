"""What a fault is: one value replaced by a wrong one, where it lives, and what comes of it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.aws.steps.side import AwsSide
from services.fusionauth.steps.side import FusionAuthSide
from services.tunnel.provider import TunnelProvider


@dataclass(frozen=True, slots=True)
class Scene:
    """What faults are put into: both sides, the tunnel between them, and the facts of the steps that made the gate."""

    fusionauth: FusionAuthSide
    aws: AwsSide
    tunnel: TunnelProvider
    facts: Mapping[str, str]


class Place(ABC):
    """Where one value lives, read and written as exact text. Two faults cannot be in one place at once.

    Every method may raise `services.errors.GatelightError`.
    """

    name: str  # "the authorizer's issuer", for people

    @abstractmethod
    def read(self, scene: Scene) -> str | None:
        """The value as it stands there now; None when what holds it is gone."""

    @abstractmethod
    def write(self, scene: Scene, value: str) -> None:
        """Put a value there."""

    def tidy(self, scene: Scene) -> None:  # noqa: B027 - most places have nothing to tidy
        """Take away what a wrong value needed beside it. Nothing, as a rule; doing it twice is no error."""

    def refuses(self, scene: Scene) -> str:
        """Why no fault can be put here in this scene, as a sentence; empty where one can."""
        return ""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `check` is the rule that decides the refusal (`services.gateway.rules`), "" where none does.

    `status` is what the gateway answers with a token got afterwards. `step_id` is the provisioning step that sets it
    right too; a fault that is in the token alone has none, and a new token is what it takes.
    """

    id: str
    title: str
    sentence: str  # what it does
    effect: str  # what the room will see
    place: Place
    wrong: Callable[[Scene, str], str]  # the wrong value in place of the right one
    check: str
    status: int
    step_id: str = ""

    @property
    def in_token(self) -> bool:
        """Whether it is in a token alone: the set-up is wrong only while that token is made."""
        return not self.step_id
