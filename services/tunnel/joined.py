"""A tunnel that another Gatelight keeps open: a command that ends in a moment cannot keep one itself."""

from dataclasses import replace

from services.cancel import Cancellation
from services.errors import ConfigurationError
from services.tunnel.provider import Obstacle, Session, TunnelProvider
from services.tunnel.visit import Visit


class JoinedTunnel:
    """Another process's tunnel, to be used but not opened and not closed."""

    def __init__(self, provider: TunnelProvider, profile: str) -> None:
        self._provider = provider
        self._profile = profile
        self.title = provider.title
        self.capabilities = replace(provider.capabilities, shows_visits=False)  # only its owner sees them
        self.publish = provider.publish

    def preflight(self) -> tuple[Obstacle, ...]:
        """What stands in the way of the one who opens it."""
        return self._provider.preflight()

    def current(self) -> str | None:
        """Its URL while it is open."""
        return self._provider.current()

    def open(self, cancellation: Cancellation) -> str:
        """Its URL. Raises ConfigurationError while nobody keeps it open."""
        url = self._provider.current()
        if url is None:
            raise ConfigurationError(
                f'No tunnel is open for the profile "{self._profile}".',
                f"Open it in another terminal and leave it there: {self.to_open}",
            )
        return url

    @property
    def to_open(self) -> str:
        """The command that opens it and keeps it open."""
        return f"gatelight tunnel --profile {self._profile}"

    def session(self) -> Session | None:
        """Only its owner can ask."""
        return None

    def visits(self) -> tuple[Visit, ...]:
        """Only its owner sees them."""
        return ()

    def close(self) -> None:
        """It is not ours: whoever keeps it open closes it."""
