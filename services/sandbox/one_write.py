"""uvicorn's HTTP protocol with a response's head and body in one write.

uvicorn writes the head as soon as it has it, which wakes the client for a part of the answer it can do nothing with.
Here the head is held back until the body follows, which in all of the sandbox's apps is at once. Where uvicorn has not
the method that is overridden, its responses are written as always.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class _OneWrite:
    """A transport that holds a response's first piece back until the next one, or until `flush`."""

    __slots__ = ("_held", "_transport", "is_closing")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._held: bytes | None = None
        self.is_closing = transport.is_closing

    def write(self, data: bytes) -> None:
        if self._held is None and data.startswith(b"HTTP/1.1 ") and not data.startswith(b"HTTP/1.1 1"):
            self._held = data
        elif self._held is None:
            self._transport.write(data)
        else:
            held, self._held = self._held, None
            self._transport.write(held + data)

    def flush(self) -> None:
        """Write what is held back."""
        if self._held is not None:
            held, self._held = self._held, None
            self._transport.write(held)

    def close(self) -> None:
        self.flush()
        self._transport.close()


class OneWriteProtocol(HttpToolsProtocol):
    """Gives every request's cycle a transport of its own that joins what it writes first."""

    _last: _OneWrite | None = None

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        cycle.transport = self._last = _OneWrite(self.transport)
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """A response to HEAD ends without a body."""
        if self._last:
            self._last.flush()
        super().on_response_complete()
