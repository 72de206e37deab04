"""The worker's end of the conversation: frames of a JSON header and a payload over a private socket."""

import asyncio
import struct
from typing import Any, cast

import msgspec

from services.sandbox.function.waiting import within

_SIZES = struct.Struct(">II")
_DECODER = msgspec.json.Decoder(dict[str, Any])

Frame = tuple[dict[str, Any], bytes]


class ConnectionClosed(Exception):
    """The worker closed its socket: it has exited or is about to."""


def encode(header: dict[str, Any], payload: bytes) -> bytes:
    """One frame as bytes."""
    head = msgspec.json.encode(header)
    return b"".join((_SIZES.pack(len(head), len(payload)), head, payload))


class FrameProtocol(asyncio.Protocol):
    """Sends a frame and waits for the one that answers it; nobody ever waits for two at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._waiting: asyncio.Future[Frame] | None = None
        self._early: Frame | None = None
        self.closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if len(self._received) < _SIZES.size:
            return
        head_length, payload_length = _SIZES.unpack_from(self._received)
        end = _SIZES.size + head_length + payload_length
        if len(self._received) < end:
            return
        head = bytes(self._received[_SIZES.size : _SIZES.size + head_length])
        payload = bytes(self._received[_SIZES.size + head_length : end])
        del self._received[:end]
        frame = (_DECODER.decode(head), payload)
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(frame)
        else:
            self._early = frame

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(ConnectionClosed())

    def send(self, header: dict[str, Any], payload: bytes) -> None:
        """Write one frame."""
        if self._transport is None or self.closed:
            raise ConnectionClosed
        self._transport.write(encode(header, payload))

    async def receive(self, seconds: float) -> Frame:
        """The next frame. Raises ConnectionClosed when the worker is gone, TimeoutError when none comes in time."""
        if self._early:
            frame, self._early = self._early, None
            return frame
        if self.closed:
            raise ConnectionClosed
        self._waiting = asyncio.get_running_loop().create_future()
        try:
            return await within(seconds, self._waiting)
        finally:
            self._waiting = None

    def close(self) -> None:
        """Close the socket at once."""
        if self._transport:
            self._transport.abort()
