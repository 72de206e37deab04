"""One request that came through a tunnel, and what can be said of who made it."""

from dataclasses import dataclass
from enum import StrEnum

_OURS = "gatelight"  # how every request of ours names its sender
_BROWSER = "Mozilla/"
_READS = ("GET", "HEAD")
_DISCOVERY = "/.well-known/openid-configuration"
_KEYS = "/.well-known/jwks.json"


class Visitor(StrEnum):
    """Who came. What AWS calls itself when it reads an issuer is not documented: no name proves that it was AWS."""

    OURS = "Gatelight"
    BROWSER = "a browser"
    READER = "AWS, or another program"
    STRANGER = "a stranger"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request that came through the tunnel. `at` is in seconds since the epoch; `path` is without its query."""

    at: float
    method: str
    path: str
    status: int
    seconds: float
    agent: str

    @property
    def visitor(self) -> Visitor:
        """Who came, as far as the request shows."""
        if self.agent.startswith(_OURS):
            return Visitor.OURS
        if self.agent.startswith(_BROWSER):
            return Visitor.BROWSER
        return Visitor.READER if self.what and self.method in _READS else Visitor.STRANGER

    @property
    def what(self) -> str:
        """What was read, where it is one of the two documents that API Gateway reads; empty otherwise."""
        if self.path.endswith(_DISCOVERY):
            return "discovery"
        return "keys" if self.path.endswith(_KEYS) else ""
