"""Watches a tunnel for as long as it is wanted: often where a look is free, seldom where it counts against a plan.

What can be seen on this machine (the agent's process and session, FusionAuth's port) is looked at every few seconds.
The public address is asked when any of that changes, when the machine has slept, and otherwise ever more seldom: the
free plan of ngrok has 20,000 requests a month, by its documentation, and each look takes two.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from services.cancel import Cancellation
from services.errors import GatelightError, Unreachable
from services.http import HttpClient
from services.tunnel.provider import Condition, Health, Session, TunnelProvider
from services.tunnel.sighting import Sighting
from services.tunnel.visit import Visitor
from services.tunnel.watch import look

GLANCE_SECONDS = 3.0
SLEPT_SECONDS = 10.0  # a wait that took so much longer was a sleep of the machine
_SOONEST, _LATEST, _LATEST_METERED = 5.0, 60.0, 120.0  # between two looks at the public address
_PORT_SECONDS = 1.5

Tell = Callable[[Sighting], None]


@dataclass(frozen=True, slots=True)
class _Glance:
    """What can be seen without asking anybody outside."""

    url: str = ""
    session: Session | None = None
    port: int | None = None  # the status FusionAuth answers with here; 0 while it does not
    problem: str = ""


def _ticks() -> float:
    """Seconds that go on while the machine sleeps: Python's monotonic clock stops then, on Linux and macOS."""
    number = getattr(time, "CLOCK_BOOTTIME", None)
    return time.time() if number is None else time.clock_gettime(number)


class Watcher:
    """One look at a time. `issuer_path` gives the tenant's path, which may become known later.

    `private_url` is FusionAuth's address on this machine; empty where it has none. `ticks` counts seconds, those of a
    sleep too.
    """

    def __init__(
        self,
        provider: TunnelProvider,
        http: HttpClient,
        *,
        private_url: str = "",
        issuer_path: Callable[[], str] = lambda: "",
        ticks: Callable[[], float] = _ticks,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._provider = provider
        self._http = http
        self._private_url = private_url if provider.capabilities.metered else ""
        self._issuer_path = issuer_path
        self._ticks = ticks
        self._clock = clock
        self._latest = _LATEST_METERED if provider.capabilities.metered else _LATEST
        self._pause = _SOONEST
        self._due = 0.0
        self._glanced: _Glance | None = None
        self._seen: Sighting | None = None

    def run(self, tell: Tell, cancellation: Cancellation) -> None:
        """Look every few seconds and tell what is new, until cancelled: then it raises Interrupted."""
        slept = 0.0
        while True:
            seen = self.see(slept)
            if seen is not None:
                tell(seen)
            began = self._ticks()
            cancellation.wait(GLANCE_SECONDS)
            slept = self._ticks() - began - GLANCE_SECONDS

    def see(self, slept: float = 0.0) -> Sighting | None:
        """Look, at the public address too where that is due; None when nothing is new. `slept` is since the last."""
        slept = slept if slept > SLEPT_SECONDS else 0.0
        glance, before, now = self._glance(), self._seen, self._ticks()
        changed = glance != self._glanced or slept > 0
        self._glanced = glance
        if before is None or changed or now >= self._due:
            health = self._look(glance)
            if changed or before is None or health.condition is not before.health.condition:
                self._pause = _SOONEST
            else:
                self._pause = min(self._pause * 2, self._latest)
            self._due = self._ticks() + self._pause
        else:
            health = before.health
        seen = self._sighting(glance, health, slept)
        self._seen = seen
        return None if before is not None and _same(seen, before) else seen

    def _glance(self) -> _Glance:
        try:
            url = self._provider.current()
            return _Glance(url or "", self._provider.session() if url else None, self._port() if url else None)
        except GatelightError as error:
            return _Glance(problem=f"{error.message} {error.fix}".strip())

    def _port(self) -> int | None:
        if not self._private_url:
            return None
        try:
            return self._http.send("GET", f"{self._private_url}/api/status", total_seconds=_PORT_SECONDS).status
        except Unreachable:
            return 0

    def _look(self, glance: _Glance) -> Health:
        if glance.problem:
            return Health(Condition.UNREACHABLE, glance.problem)
        try:
            return look(self._provider, self._http, self._issuer_path())
        except GatelightError as error:
            return Health(Condition.UNREACHABLE, error.message, error.fix)

    def _sighting(self, glance: _Glance, health: Health, slept: float) -> Sighting:
        before = self._seen or Sighting(health)
        try:
            visits = tuple(visit for visit in self._provider.visits() if visit.visitor is not Visitor.OURS)
        except GatelightError:
            visits = before.visits
        moved = glance.url and before.url and glance.url != before.url
        return Sighting(
            health,
            glance.url or before.url,
            before.url if moved else before.former_url,
            glance.session.losses if glance.session else before.losses,
            slept or before.slept,
            self._clock() if slept else before.woke_at,
            visits,
        )


def _same(seen: Sighting, before: Sighting) -> bool:
    """Whether there is nothing to tell: how long discovery took this time is not worth it."""
    if seen.health.condition is before.health.condition and seen.health.carries:
        seen = replace(seen, health=before.health)
    return seen == before
