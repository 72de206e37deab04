"""What a worker prints: standard output and error through one pipe, read without ever waiting."""

import asyncio
import contextlib
import os

MAXIMUM_BYTES = 1024 * 1024
"""How much of one invocation's output is kept; the rest is read and dropped."""


class OutputPipe:
    """Collects a process's output. Writes to a pipe are complete when they return, so what a handler printed before it
    answered is in the pipe when its answer arrives, and `take` reads it there and then.

    A worker tells whether its handler printed anything. What something else in it wrote, such as a child process, is
    read when the loop comes to it; from then on nothing is left to the worker's word.
    """

    def __init__(self) -> None:
        self._read_end, self.write_end = os.pipe()
        os.set_blocking(self._read_end, False)
        self._buffer = bytearray()
        self._dropped = 0
        self._unannounced = False
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._read_end, self._notice)

    def started(self) -> None:
        """The process holds the write end now; ours must go, or the end of the output would never be seen."""
        os.close(self.write_end)
        self.write_end = -1

    def take(self, *, announced: bool = True) -> tuple[str, ...]:
        """The lines printed since the last time; a carriage return stands for a line break inside one event."""
        if announced or self._unannounced:
            self._drain()
        if not self._buffer:
            return ()
        text = self._buffer.decode("utf-8", "replace")
        self._buffer.clear()
        lines = [line.replace("\r", "\n") for line in text.split("\n") if line]
        if self._dropped:
            lines.append(f"({self._dropped} bytes of output left out)")
            self._dropped = 0
        return tuple(lines)

    def close(self) -> None:
        """Stop reading."""
        if self._read_end >= 0:
            self._loop.remove_reader(self._read_end)
            os.close(self._read_end)
            self._read_end = -1
        if self.write_end >= 0:
            os.close(self.write_end)
            self.write_end = -1

    def _notice(self) -> None:
        self._unannounced = True
        self._drain()

    def _drain(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._read_end >= 0:
                chunk = os.read(self._read_end, 65536)
                if not chunk:
                    self._loop.remove_reader(self._read_end)
                    return
                kept = chunk[: max(0, MAXIMUM_BYTES - len(self._buffer))]
                self._buffer += kept
                self._dropped += len(chunk) - len(kept)
