"""The step that makes FusionAuth reachable for AWS, and proves that it is."""

import time

from services.errors import ExpectationFailed
from services.http import HttpClient
from services.provisioning.calls import DISCOVERY, Calls, http
from services.provisioning.step import Finding, Made, MakingStep, Record, Side, State, StepSpec, Undone, Work
from services.tunnel.joined import JoinedTunnel
from services.tunnel.opening import open_patiently
from services.tunnel.proof import prove
from services.tunnel.provider import Condition, Health, TunnelProvider

_READY_SECONDS = 20.0
_PAUSE_SECONDS = 0.5
_MAY_COME = (Condition.OFFLINE, Condition.UNREACHABLE, Condition.NO_FUSIONAUTH)


class TunnelStep(MakingStep):
    """Open the way from outside to FusionAuth, where one is needed, and read discovery through it before going on."""

    spec = StepSpec(
        "tunnel",
        Side.FUSIONAUTH,
        "tunnel",
        "AWS reads FusionAuth's keys over the public internet, and a laptop's localhost is not on it. "
        "The tunnel gives FusionAuth an address that AWS can reach.",
        needs=("reach",),
    )
    # How a tunnel is opened and closed is its provider's own business; the sandbox's is switched by a call.
    calls = Calls(
        read=(*DISCOVERY, *http("tunnel", "GET /tunnel")),
        create=(*DISCOVERY, *http("tunnel", "PUT /tunnel")),
        undo=http("tunnel", "GET /tunnel", "PUT /tunnel"),
    )

    def __init__(self, provider: TunnelProvider, http: HttpClient) -> None:
        self._provider = provider
        self._http = http

    @property
    def opening(self) -> str:
        """What creating it means, in a sentence."""
        if isinstance(self._provider, JoinedTunnel):
            return f"It must be opened first, in another terminal: {self._provider.to_open}"
        return f"Opens it ({self._provider.title}); its public URL is known then."

    def find(self, work: Work) -> Finding:
        """Whether the way is open. Raises ExpectationFailed when it is, and AWS could not read discovery through it."""
        url = self._provider.current()
        if url is None:
            return Finding(State.ABSENT, note=" ".join(obstacle.sentence for obstacle in self._provider.preflight()))
        health = self._proven(url, work)
        return Finding(
            State.RIGHT,
            {"public_url": url},
            word="open" if self._provider.capabilities.opens else "not needed",
            note=self._note(url, health),
            link=url,
        )

    def create(self, work: Work, finding: Finding) -> Made:
        """Open it, and wait until it carries quickly enough for API Gateway."""
        work.waiting(f"opening the {self._provider.title}")
        url = open_patiently(self._provider, work.cancellation, work.waiting)
        end = time.monotonic() + _READY_SECONDS
        while True:
            health = self._health(url, work)
            if not (health.condition in _MAY_COME or health.too_slow) or time.monotonic() > end:
                break
            reason = "for a quicker answer" if health.too_slow else health.condition.value
            work.waiting(reason, end - time.monotonic())
            work.cancellation.wait(_PAUSE_SECONDS)
        _insist(health)
        if health.too_slow:  # AWS refuses to create an authorizer whose issuer it cannot read in time
            raise ExpectationFailed(health.sentence, health.fix)
        return Made({"public_url": url}, word="open", note=self._note(url, health), link=url)

    def undo(self, work: Work, record: Record) -> Undone:
        """Close it."""
        if self._provider.current() is None:
            return Undone.GONE
        self._provider.close()
        return Undone.DELETED

    def _proven(self, url: str, work: Work) -> Health:
        health = self._health(url, work)
        _insist(health)
        return health

    def _health(self, url: str, work: Work) -> Health:
        return prove(self._http, url, work.facts.get("issuer_path", ""))

    def _note(self, url: str, health: Health) -> str:
        slow = f" {health.sentence}" if health.too_slow else ""
        return f"{self._provider.title}: {url}{slow}"


def _insist(health: Health) -> None:
    if not health.carries:
        raise ExpectationFailed(health.sentence, health.fix)
