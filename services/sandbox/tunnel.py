"""The sandbox's tunnel: the public face of its FusionAuth, which can be open or closed as a real tunnel can."""

import time
from collections import deque

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.sandbox.asgi import header, respond
from services.tunnel.visit import Visit

_VISITS = 100


class LoopbackTunnel:
    """Hands requests on to the app behind it the way ngrok does, or answers for an endpoint that is offline.

    As with ngrok (https://ngrok.com/docs/gateway/headers), `Host` stays the public name, X-Forwarded-For and
    X-Forwarded-Proto are appended to what the caller sent, X-Forwarded-Host is kept or set to `Host`, and there is
    no X-Forwarded-Port.
    """

    def __init__(self, app: ASGIApp, public_url: str, *, is_open: bool) -> None:
        self._app = app
        self.public_url = public_url
        self.is_open = is_open
        self._visits: deque[Visit] = deque(maxlen=_VISITS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward one request while the tunnel is open; 404 with ERR_NGROK_3200 while it is not."""
        if not self.is_open:
            await self._offline(send)
            return
        began, status = time.time(), 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app({**scope, "headers": self._forwarded(scope)}, receive, noting)
        finally:
            agent = header(scope, b"user-agent").decode("latin-1")[:200]
            seconds = time.time() - began
            self._visits.append(Visit(began, scope["method"], scope["path"][:300], status, seconds, agent))

    @property
    def visits(self) -> tuple[Visit, ...]:
        """Who came through the open tunnel, the latest first."""
        return tuple(reversed(self._visits))

    async def _offline(self, send: Send) -> None:
        """What ngrok's edge answers for an endpoint without an agent (https://ngrok.com/docs/errors/err_ngrok_3200)."""
        host = self.public_url.removeprefix("http://")
        body = f"The endpoint {host} is offline.\r\n\r\nERR_NGROK_3200\r\n".encode()
        await respond(send, 404, body, b"text/plain", [(b"ngrok-error-code", b"ERR_NGROK_3200")])

    @staticmethod
    def _forwarded(scope: Scope) -> list[tuple[bytes, bytes]]:
        def appended(name: bytes, value: bytes) -> tuple[bytes, bytes]:
            sent = [sent_value for sent_name, sent_value in scope["headers"] if sent_name == name]
            return name, b", ".join([*sent, value])

        client: str = scope["client"][0]
        added = [
            appended(b"x-forwarded-for", client.encode()),
            appended(b"x-forwarded-proto", b"http"),
            (b"x-forwarded-host", header(scope, b"x-forwarded-host") or header(scope, b"host")),
        ]
        replaced = {name for name, _ in added}
        return [(name, value) for name, value in scope["headers"] if name not in replaced] + added
