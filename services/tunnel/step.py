"""The step that makes FusionAuth reachable for AWS."""

from services.provisioning.step import Finding, Made, MakingStep, Record, Side, State, StepSpec, Undone, Work
from services.tunnel.provider import TunnelProvider


class TunnelStep(MakingStep):
    """Open the way from outside to FusionAuth, where one is needed."""

    spec = StepSpec(
        "tunnel",
        Side.FUSIONAUTH,
        "tunnel",
        "AWS reads FusionAuth's keys over the public internet, and a laptop's localhost is not on it. "
        "The tunnel gives FusionAuth an address that AWS can reach.",
        needs=("reach",),
    )

    def __init__(self, provider: TunnelProvider) -> None:
        self._provider = provider

    def find(self, work: Work) -> Finding:
        """Whether the way is open."""
        url = self._provider.current()
        if url is None:
            return Finding(State.ABSENT)
        return Finding(
            State.RIGHT,
            {"public_url": url},
            word="open" if self._provider.managed else "not needed",
            note=f"{self._provider.title}: {url}",
            link=url,
        )

    def create(self, work: Work, finding: Finding) -> Made:
        """Open it."""
        url = self._provider.open()
        return Made({"public_url": url}, word="open", note=f"{self._provider.title}: {url}", link=url)

    def undo(self, work: Work, record: Record) -> Undone:
        """Close it."""
        if self._provider.current() is None:
            return Undone.GONE
        self._provider.close()
        return Undone.DELETED
