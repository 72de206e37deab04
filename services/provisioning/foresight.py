"""What is known while nothing is made yet: facts to look with, and facts to come."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from services.exchange import Exchange
from services.provisioning.step import Finding, Step, Work


class Unforeseen(KeyError):
    """A step cannot be looked at yet: it needs a fact of a step that is not done."""


class KnownFacts(dict[str, str]):
    """Facts to look with. One to come serves a step that only compares it; any other step is Unforeseen."""

    def __init__(
        self, known: Mapping[str, str], to_come: Mapping[str, str] | None = None, compared: Collection[str] = ()
    ) -> None:
        super().__init__(known)
        self._to_come = to_come or {}
        self._compared = compared

    def __missing__(self, name: str) -> str:
        if name in self._compared:
            return self._to_come.get(name, place(name))
        raise Unforeseen(name)


class FactsToCome(dict[str, str]):
    """Facts to write with: what is not known yet is `{name}`."""

    def __missing__(self, name: str) -> str:
        return place(name)


def place(name: str) -> str:
    """What stands for a value that is not known yet."""
    return f"{{{name}}}"


def is_open(text: str) -> bool:
    """Whether a text holds a value that is not known yet."""
    return "{" in text


@dataclass(frozen=True, slots=True)
class Needed:
    """An IAM action on a resource, as a policy would have to allow it; `why` says what is not evident."""

    action: str
    resource: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Foretold:
    """What a step would send: requests that nobody sent, the facts it would leave, and the permissions it needs."""

    requests: tuple[Exchange, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    needed: tuple[Needed, ...] = ()
    note: str = ""


Foretell = Callable[[Step, Work, Finding | None], Foretold]
"""Tells what a step would do after this finding; without one it is only going to be looked at. Raises as it would."""
