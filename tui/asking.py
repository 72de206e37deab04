"""A question that work in a thread asks the person: the thread waits, and nothing else does."""

import queue

from services.cancel import Cancellation

_POLL = 0.1  # seconds between looks at the cancellation


class Question:
    """Answered once, from the screen."""

    def __init__(self, cancellation: Cancellation) -> None:
        self._cancellation = cancellation
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()

    def answer(self, text: str) -> None:
        """Give the answer; never blocks."""
        self._answers.put(text)

    def wait(self) -> str:
        """The answer. Raises Interrupted when the work is cancelled first."""
        while True:
            self._cancellation.check()
            try:
                return self._answers.get(timeout=_POLL)
            except queue.Empty:
                continue
