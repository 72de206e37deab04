"""When a sandbox must end, and that it does so in time and leaves nothing behind."""

import asyncio
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_GRACE_SECONDS = 0.7
_CLEANING_SECONDS = 0.1


class Ending:
    """Waits for a signal or the end of standard input; from then on the process has 0.7 seconds.

    What must not be left behind is registered with `at_end` and cleaned up exactly once: by `clean` in the ordinary
    way, or by a watchdog, which then ends the process although something in it still hangs.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._begun = asyncio.Event()
        self._lock = threading.Lock()
        self._cleanups: list[Callable[[], None]] = []
        # A signal may interrupt this thread anywhere, so its handler may only do what is reentrant, as `put` is.
        self._alarm: queue.SimpleQueue[None] = queue.SimpleQueue()
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Let SIGTERM, SIGINT and SIGHUP begin the end; once it has begun, another changes nothing any more.

        For the main thread.
        """
        previous = {number: signal.signal(number, self._on_signal) for number in _SIGNALS}
        try:
            yield
        finally:
            if not self._begun.is_set():
                for number, handler in previous.items():
                    signal.signal(number, handler)

    def on_stdin_close(self) -> None:
        """Let the end of standard input begin the end, which is also how the death of a parent shows."""
        threading.Thread(target=self._read_stdin, name="stdin", daemon=True).start()

    def at_end(self, cleanup: Callable[[], None]) -> None:
        """Register what to clean up; the last registered goes first. It must be callable from any thread."""
        self._cleanups.append(cleanup)

    async def begun(self) -> None:
        """Return once the end has begun."""
        await self._begun.wait()

    def clean(self) -> None:
        """Do all registered clean-up that was not done yet; where another thread is at it, wait a moment for it."""
        if self._lock.acquire(timeout=_CLEANING_SECONDS):
            try:
                while self._cleanups:
                    self._cleanups.pop()()
            finally:
                self._lock.release()

    def _begin(self) -> None:
        self._alarm.put(None)
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._begun.set)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._begin()

    def _read_stdin(self) -> None:
        with suppress(OSError, ValueError):
            while os.read(sys.stdin.fileno(), 4096):
                pass
        self._begin()

    def _watch(self) -> None:
        self._alarm.get()
        time.sleep(_GRACE_SECONDS)
        self.clean()
        os._exit(0)
