"""The sandbox's own tunnel, switched over the sandbox's control address."""

import msgspec

from services.cancel import Cancellation
from services.errors import RemoteError
from services.http import HttpClient, Reply
from services.redact import Secret
from services.sandbox.endpoints import Control
from services.tunnel.provider import Capabilities, Obstacle, Session
from services.tunnel.publish import Publish
from services.tunnel.visit import Visit


class SandboxTunnel:
    """The sandbox's loopback tunnel: it opens and closes as a real one does, and leads to the sandbox's FusionAuth."""

    title = "loopback tunnel"
    capabilities = Capabilities(opens=True, stable_url=True, shows_visits=True)
    publish: Publish | None = None  # it leads no farther than this machine, which can reach all of FusionAuth anyway

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

    def session(self) -> Session | None:
        """Nobody to ask: the sandbox's tunnel has no agent."""
        return None

    def visits(self) -> tuple[Visit, ...]:
        """Who came, as the sandbox saw it."""
        reply = self._send("GET", "/visits")
        try:
            return msgspec.json.decode(reply.body, type=tuple[Visit, ...])
        except msgspec.DecodeError:
            raise self._odd(reply) from None

    def close(self) -> None:
        """Close the tunnel."""
        self._ask("PUT", {"open": False})

    def _ask(self, method: str, body: object = None) -> dict[str, object]:
        reply = self._send(method, "", body)
        state = reply.json()
        if reply.status != 200 or not isinstance(state, dict) or "public_url" not in state:
            raise self._odd(reply)
        return state

    def _send(self, method: str, path: str, body: object = None) -> Reply:
        headers = {"Authorization": self._token}
        return self._http.send(method, self._url + path, headers=headers, json_body=body, total_seconds=3)

    def _odd(self, reply: Reply) -> RemoteError:
        return RemoteError(
            f'The sandbox\'s control address "{self._url}" answered with status {reply.status}.',
            "Start the sandbox again.",
            status=reply.status,
        )
