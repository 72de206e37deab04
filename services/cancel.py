"""One way to stop work that waits: a token handed down to everything that can take long."""

import threading

from services.errors import Interrupted


class Cancellation:
    """Set once, from any thread; seen by every wait that was given it."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._parts: list[Cancellation] = []

    def cancel(self) -> None:
        """Ask the work to stop. Safe to call more than once, from any thread."""
        self._event.set()
        for part in self._parts:
            part.cancel()

    def part(self) -> "Cancellation":
        """One for a part of the work: it stops with the whole, and can be stopped without it."""
        part = Cancellation()
        self._parts.append(part)
        if self._event.is_set():
            part.cancel()
        return part

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked the work to stop."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise `Interrupted` if somebody asked the work to stop."""
        if self._event.is_set():
            raise Interrupted

    def wait(self, seconds: float) -> None:
        """Sleep for `seconds`; raise `Interrupted` as soon as somebody asks the work to stop."""
        if self._event.wait(seconds):
            raise Interrupted
