"""The sandbox's own tunnel, switched over the sandbox's control address."""

from services.cancel import Cancellation
from services.errors import RemoteError
from services.http import HttpClient
from services.redact import Secret
from services.sandbox.endpoints import Control
from services.tunnel.provider import Capabilities, Obstacle
from services.tunnel.publisher import Visit


class SandboxTunnel:
    """The sandbox's loopback tunnel: it opens and closes as a real one does, and leads to the sandbox's FusionAuth."""

    title = "loopback tunnel"
    capabilities = Capabilities(opens=True, stable_url=True)

    def __init__(self, http: HttpClient, control: Control) -> None:
        self._http = http
        self._url = control.url + "/tunnel"
        self._token = Secret(f"Bearer {control.token}")

    def preflight(self) -> tuple[Obstacle, ...]:
        """Nothing stands in the way."""
        return ()

    def current(self) -> str | None:
        """Ask the sandbox."""
        state = self._ask("GET")
        return str(state["public_url"]) if state.get("open") else None

    def open(self, cancellation: Cancellation) -> str:
        """Open the tunnel."""
        return str(self._ask("PUT", {"open": True})["public_url"])

    def session(self) -> bool | None:
        """Whether it is open."""
        return self.current() is not None

    def visits(self) -> tuple[Visit, ...]:
        """Not seen here."""
        return ()

    def close(self) -> None:
        """Close the tunnel."""
        self._ask("PUT", {"open": False})

    def _ask(self, method: str, body: object = None) -> dict[str, object]:
        reply = self._http.send(
            method, self._url, headers={"Authorization": self._token}, json_body=body, total_seconds=3
        )
        state = reply.json()
        if reply.status != 200 or not isinstance(state, dict) or "public_url" not in state:
            raise RemoteError(
                f'The sandbox\'s control address "{self._url}" answered with status {reply.status}.',
                "Start the sandbox again.",
                status=reply.status,
            )
        return state
