"""A FusionAuth that has a public URL already: its own, or that of a tunnel somebody else keeps open."""

from services.cancel import Cancellation
from services.tunnel.provider import Capabilities, Obstacle, Session
from services.tunnel.publish import Publish
from services.tunnel.visit import Visit


class ManualUrl:
    """The URL as given: there is nothing to open and nothing to close."""

    title = "public URL"
    capabilities = Capabilities(opens=False, stable_url=True)
    publish: Publish | None = None

    def __init__(self, url: str) -> None:
        self._url = url

    def preflight(self) -> tuple[Obstacle, ...]:
        """Nothing stands in the way."""
        return ()

    def current(self) -> str | None:
        """The URL."""
        return self._url

    def open(self, cancellation: Cancellation) -> str:
        """The URL: nothing is opened."""
        return self._url

    def session(self) -> Session | None:
        """Nobody to ask."""
        return None

    def visits(self) -> tuple[Visit, ...]:
        """Not seen here."""
        return ()

    def close(self) -> None:
        """Nothing to close."""
