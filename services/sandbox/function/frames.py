"""The worker's end of the conversation: frames of a JSON header and a payload over a private socket."""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import cast

import msgspec

_SIZES = struct.Struct(">II")


class Request(msgspec.Struct, frozen=True):
    """The header of an invocation: its id, and its deadline in milliseconds since the epoch."""

    id: str
    deadline: int


class Reply(msgspec.Struct, frozen=True):
    """The header of what the worker sends: `ready` or `init-error` once, then a `result` or `error` per invocation.

    `rss` is its resident memory in bytes as measured lately, `fatal` whether it cannot be used again, `printed` whether
    the handler wrote anything.
    """

    kind: str
    rss: int = 0
    fatal: bool = False
    printed: bool = True


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Reply)


class ConnectionClosed(Exception):
    """The worker closed its socket: it has exited or is about to."""


class FrameProtocol(asyncio.Protocol):
    """Sends frames over `connection` and hands on those that come, for a connection that has one frame on its way at a
    time. `on_close` is called once, when the worker has closed its end."""

    def __init__(
        self, connection: socket.socket, on_frame: Callable[[Reply, bytes], None], on_close: Callable[[], None]
    ) -> None:
        self._socket = connection
        self._on_frame = on_frame
        self._on_close = on_close
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self.closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes | bytearray) -> None:
        if self._received:
            self._received += data
            data = self._received
        while len(data) >= _SIZES.size:
            head_length, payload_length = _SIZES.unpack_from(data)
            start = _SIZES.size + head_length
            end = start + payload_length
            if len(data) < end:
                break
            reply, payload = _DECODER.decode(data[_SIZES.size : start]), bytes(data[start:end])
            data = data[end:]
            self._on_frame(reply, payload)
        if data is not self._received:
            self._received = bytearray(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        self._on_close()

    def send(self, request: Request, payload: bytes) -> None:
        """Write one frame. Raises ConnectionClosed."""
        if self._transport is None or self.closed:
            raise ConnectionClosed
        head = _ENCODER.encode(request)
        frame = _SIZES.pack(len(head), len(payload)) + head + payload
        sent = 0
        try:  # at once: a transport would wait for everything else that is to be done in this turn of the loop
            sent = self._socket.send(frame)
        except BlockingIOError:
            pass
        except OSError:
            raise ConnectionClosed from None
        if sent < len(frame):
            self._transport.write(frame[sent:])

    def close(self) -> None:
        """Close the socket at once."""
        if self._transport:
            self._transport.abort()
