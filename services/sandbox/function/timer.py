"""One timer for many deadlines, because setting and taking back a timer for each costs more than what it guards."""

import asyncio
import math
from collections.abc import Callable


class LazyTimer:
    """Calls `check` when a deadline it was told of may have passed.

    Nobody takes a deadline back: `check` gets the loop's time, does what is due, and returns the next deadline of those
    that still count (infinity for none). So a deadline that is not the next one costs a comparison.
    """

    def __init__(self, check: Callable[[float], float]) -> None:
        self._check = check
        self._loop = asyncio.get_running_loop()
        self._at = math.inf
        self._handle: asyncio.TimerHandle | None = None

    def by(self, deadline: float) -> None:
        """See to it that `check` is called at `deadline` (the loop's time) at the latest."""
        if deadline < self._at:
            self.cancel()
            self._at = deadline
            self._handle = self._loop.call_at(deadline, self._go_off)

    def cancel(self) -> None:
        """Forget all deadlines."""
        self._at = math.inf
        if self._handle:
            self._handle.cancel()
            self._handle = None

    def _go_off(self) -> None:
        self._at = math.inf
        # A loop's clock may be some milliseconds behind its timers.
        self.by(self._check(self._loop.time() + 0.005))
