"""A tunnel that can be looked at, and neither opened nor closed."""

from services.cancel import Cancellation
from services.read_only import ReadOnly
from services.tunnel.provider import Obstacle, Session, TunnelProvider
from services.tunnel.visit import Visit


class ReadOnlyTunnel:
    """Another provider, of which everything is passed on but opening and closing."""

    def __init__(self, provider: TunnelProvider) -> None:
        self._provider = provider
        self.title = provider.title
        self.capabilities = provider.capabilities
        self.publish = provider.publish

    def preflight(self) -> tuple[Obstacle, ...]:
        """What stands in the way of opening it."""
        return self._provider.preflight()

    def current(self) -> str | None:
        """The public URL while the tunnel is open; None while it is closed."""
        return self._provider.current()

    def open(self, cancellation: Cancellation) -> str:
        """Raise ReadOnly."""
        raise ReadOnly(f"The order to open the {self.title}")

    def session(self) -> Session | None:
        """The agent's session with the provider."""
        return self._provider.session()

    def visits(self) -> tuple[Visit, ...]:
        """Who came through the tunnel."""
        return self._provider.visits()

    def close(self) -> None:
        """Raise ReadOnly."""
        raise ReadOnly(f"The order to close the {self.title}")
