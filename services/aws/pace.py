"""How fast AWS is called: inside its quota from the start, and slower when it says so."""

import threading
import time

from services.patience import pause

# All management calls to API Gateway together: 10 a second per account, with a burst of 40 (Amazon API Gateway quotas,
# "creating, deploying and managing an API"). Others in the account call it too, so half of the burst is left to them.
RATE, BURST = 9.0, 20.0
_SLOWEST = 0.5
_RECOVERS = 0.5  # calls a second, with each call that is not throttled
_SHOWN_SECONDS = 0.5  # shorter pauses are nobody's concern


class Pace:
    """A token bucket that all clients of one account share; each throttled call halves its rate for a while."""

    def __init__(self, rate: float = RATE, burst: float = BURST) -> None:
        """`rate` is in calls a second; `burst` is how many may be made at once after a rest."""
        self._full_rate = self._rate = rate
        self._burst = self._tokens = burst
        self._filled = time.monotonic()
        self._lock = threading.Lock()

    @property
    def rate(self) -> float:
        """The calls a second that are made now in the long run."""
        return self._rate

    def take(self) -> None:
        """Wait for this call's turn. Raises Interrupted as soon as somebody stops the work."""
        with self._lock:
            self._fill()
            self._tokens -= 1  # below zero: a place in the queue
            seconds = -self._tokens / self._rate
        if seconds > 0:
            reason = "for its turn: API Gateway takes ten calls a second" if seconds > _SHOWN_SECONDS else ""
            pause(reason, seconds, at_most=seconds)

    def throttled(self) -> None:
        """AWS refused a call as one too many."""
        with self._lock:
            self._fill()
            self._tokens = min(self._tokens, 0.0)
            self._rate = max(self._rate / 2, _SLOWEST)

    def went_well(self) -> None:
        """A call was not throttled."""
        with self._lock:
            self._fill()
            self._rate = min(self._rate + _RECOVERS, self._full_rate)

    def _fill(self) -> None:
        now = time.monotonic()
        self._tokens = min(self._tokens + (now - self._filled) * self._rate, self._burst)
        self._filled = now
