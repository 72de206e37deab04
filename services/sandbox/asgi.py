"""The few words of ASGI that the sandbox's own small apps speak."""

from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

Headers = Iterable[tuple[bytes, bytes]]


async def respond(send: Send, status: int, body: bytes, content_type: bytes, headers: Headers = ()) -> None:
    """Send a whole response."""
    described = [(b"content-type", content_type), (b"content-length", b"%d" % len(body)), *headers]
    await send({"type": "http.response.start", "status": status, "headers": described})
    await send({"type": "http.response.body", "body": body})


async def read_body(receive: Receive, limit: int) -> bytes | None:
    """The request's body; None when it is longer than `limit` bytes or the caller went away."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        chunk: bytes = message.get("body", b"")
        body += chunk
        if len(body) > limit:
            return None
        if not message.get("more_body", False):
            return body


def header(scope: Scope, name: bytes) -> bytes:
    """The first request header of that lower-case name; empty where there is none."""
    return next((value for key, value in scope["headers"] if key == name), b"")


class LoopbackHosts:
    """Refuses requests whose Host is no loopback name: a web page that rebinds its own name to 127.0.0.1 stays out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 421 Misdirected Request."""
        name, _, _ = header(scope, b"host").lower().partition(b":")
        if name in (b"127.0.0.1", b"localhost"):
            await self._app(scope, receive, send)
        else:
            await respond(send, 421, b"This server answers to its loopback names only.\n", b"text/plain")
