"""Ways for AWS to reach FusionAuth from outside."""

from typing import Protocol

from services.errors import RemoteError
from services.http import HttpClient
from services.redact import Secret
from services.sandbox.endpoints import Control


class TunnelProvider(Protocol):
    """Publishes FusionAuth under a URL. `managed` is false where there is nothing to open or close."""

    managed: bool
    title: str

    def current(self) -> str | None:
        """The public URL while the tunnel is open; None while it is closed."""

    def open(self) -> str:
        """Open the tunnel and give its public URL. Raises RemoteError or Unreachable."""

    def close(self) -> None:
        """Close the tunnel; closing a closed one is no error."""


class ManualUrl:
    """A FusionAuth that has a public URL already: its own, or one of a tunnel somebody else keeps open."""

    managed = False
    title = "public URL"

    def __init__(self, url: str) -> None:
        self._url = url

    def current(self) -> str | None:
        """The URL as given."""
        return self._url

    def open(self) -> str:
        """The URL as given: nothing is opened."""
        return self._url

    def close(self) -> None:
        """Nothing to close."""


class SandboxTunnel:
    """The sandbox's loopback tunnel, switched over the sandbox's control address."""

    managed = True
    title = "loopback tunnel"

    def __init__(self, http: HttpClient, control: Control) -> None:
        self._http = http
        self._url = control.url + "/tunnel"
        self._token = Secret(f"Bearer {control.token}")

    def current(self) -> str | None:
        """Ask the sandbox."""
        state = self._ask("GET")
        return str(state["public_url"]) if state.get("open") else None

    def open(self) -> str:
        """Open the tunnel."""
        return str(self._ask("PUT", {"open": True})["public_url"])

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
