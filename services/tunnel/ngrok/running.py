"""An ngrok agent of somebody else that publishes FusionAuth already: found without touching it, and used as it is.

Gatelight's own agents publish a port of ours, so they are never found here.
"""

from urllib.parse import urlsplit

from services.cancel import Cancellation
from services.errors import ConfigurationError
from services.tunnel.ngrok.api import PublishedPort, agent_session, captured, published
from services.tunnel.provider import Capabilities, Obstacle, Session
from services.tunnel.publish import Publish
from services.tunnel.visit import Visit

PORTS = tuple(range(4040, 4050))  # an agent takes the first one that is free


def find_running(fusionauth_url: str) -> PublishedPort | None:
    """The first agent that publishes the port FusionAuth listens on; https before http. Starts nothing."""
    found = [one for number in PORTS for one in published(f"http://127.0.0.1:{number}", fusionauth_url)]
    return next(iter(sorted(found, key=lambda one: not one.public_url.startswith("https://"))), None)


class RunningTunnel:
    """That agent's tunnel: it is followed wherever it goes, and neither opened nor closed."""

    title = "ngrok agent that runs already"
    capabilities = Capabilities(opens=False, shows_visits=True, metered=True)
    publish: Publish | None = None  # as its owner started it: most likely everything

    def __init__(self, fusionauth_url: str) -> None:
        self._fusionauth_url = fusionauth_url
        self._agent: PublishedPort | None = None

    def preflight(self) -> tuple[Obstacle, ...]:
        """Whether there is such an agent, and what it shows the world."""
        if self.current() is None:
            error = self._absent()
            return (Obstacle("agent", error.message, error.fix),)
        return (
            Obstacle(
                "published",
                "This agent is not Gatelight's: it may show the world all of FusionAuth, its admin pages included.",
                'Close it and use tunnel.provider = "ngrok", which publishes discovery and keys alone.',
                blocks=False,
            ),
        )

    def current(self) -> str | None:
        """Its URL now; None while there is no such agent."""
        known = self._agent
        if known is not None and known in published(known.api_url, self._fusionauth_url):
            return known.public_url
        self._agent = find_running(self._fusionauth_url)
        return self._agent.public_url if self._agent else None

    def open(self, cancellation: Cancellation) -> str:
        """Its URL. Raises ConfigurationError while there is no such agent."""
        cancellation.check()
        url = self.current()
        if url is None:
            raise self._absent()
        return url

    def session(self) -> Session | None:
        """What the agent says of it; None where it does not say."""
        return agent_session(self._agent.api_url) if self._agent else None

    def visits(self) -> tuple[Visit, ...]:
        """Who came, as the agent's inspector saw it; empty where that is off."""
        return captured(self._agent.api_url, self._agent.name) if self._agent else ()

    def close(self) -> None:
        """It is not ours: whoever started it closes it."""

    def _absent(self) -> ConfigurationError:
        port = urlsplit(self._fusionauth_url).port
        return ConfigurationError(
            f'No ngrok agent on this machine publishes "{self._fusionauth_url}".',
            f'Start one: ngrok http {port}; or let Gatelight open the tunnel: tunnel.provider = "ngrok".',
        )
