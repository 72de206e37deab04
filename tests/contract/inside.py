"""Calls the sandbox's FusionAuth without a socket: an ASGI request for each one that `requests` prepared."""

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import requests

from services.sandbox.fusionauth.app import create_app
from services.sandbox.fusionauth.store import Store
from tests.contract.exchanges import Response

SECONDS = 5  # whoever takes longer hangs
HOST = "http://localhost:9011"


class Inside:
    """A FusionAuth on an event loop of its own."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self.store = Store.fresh()
        self._app = create_app(self.store)

    def call(self, prepared: requests.PreparedRequest) -> Response:
        """Send a request. Raises TimeoutError if it hangs, and what the app raises."""
        return self._runner.run(asyncio.wait_for(self._call(prepared), SECONDS))

    def close(self) -> None:
        """End what runs on behalf of FusionAuth, and the loop."""
        self._runner.run(self.store.close())
        self._runner.close()

    async def _call(self, prepared: requests.PreparedRequest) -> Response:
        parts = urlsplit(str(prepared.url))
        content = prepared.body or b""
        body = content.encode() if isinstance(content, str) else bytes(content)
        scope: dict[str, Any] = {
            "type": "http",
            "http_version": "1.1",
            "method": prepared.method,
            "scheme": "http",
            "path": unquote(parts.path),
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "headers": list(_encoded(prepared)),
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 9011),
        }
        waiting = [{"type": "http.request", "body": body, "more_body": False}]
        sent: list[Any] = []

        async def receive() -> Any:
            return waiting.pop() if waiting else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        said = b"".join(message.get("body", b"") for message in sent[1:])
        headers = [(name.decode(), value.decode("latin-1")) for name, value in sent[0]["headers"]]
        return Response(str(prepared.method), scope["path"], sent[0]["status"], headers, said.decode())


def _encoded(prepared: requests.PreparedRequest) -> Iterator[tuple[bytes, bytes]]:
    yield b"host", b"localhost:9011"
    for name, value in prepared.headers.items():
        yield name.lower().encode(), str(value).encode("latin-1", "replace")
