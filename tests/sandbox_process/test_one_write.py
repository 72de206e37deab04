"""A response's head and body leave together, and a head alone leaves too."""

import asyncio
import socket
from typing import Any

import pytest

from services.sandbox.one_write import OneWriteProtocol, _OneWrite
from services.sandbox.server import Server


class Written:
    """Stands for a transport."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        self.pieces.append(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def test_head_and_body_are_one_piece_and_what_follows_is_not_held() -> None:
    transport = Written()
    joined = _OneWrite(transport)  # type: ignore[arg-type]
    for piece in (b"HTTP/1.1 200 OK\r\n\r\n", b"one", b"two"):
        joined.write(piece)
    assert transport.pieces == [b"HTTP/1.1 200 OK\r\n\r\none", b"two"]


def test_closing_writes_what_is_held_and_continue_is_never_held() -> None:
    transport = Written()
    joined = _OneWrite(transport)  # type: ignore[arg-type]
    joined.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    joined.write(b"HTTP/1.1 204 No Content\r\n\r\n")
    joined.close()
    assert (len(transport.pieces), transport.closed) == (2, True)


async def _answer(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_uvicorn_answers_through_it(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wrapped: list[_OneWrite] = []
    original = OneWriteProtocol.on_response_complete

    def noted(protocol: OneWriteProtocol) -> None:
        wrapped.append(protocol._last)  # type: ignore[arg-type]
        original(protocol)

    monkeypatch.setattr(OneWriteProtocol, "on_response_complete", noted)
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server()
    await server.start({listener: _answer})
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    writer.write(f"{method} / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    async with asyncio.timeout(5):
        answer = await reader.read()
    writer.close()
    await server.stop()
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\n" if method == "HEAD" else b"\r\n\r\nok")
    assert wrapped[0] is not None, "uvicorn has changed: responses go out in two pieces again"
