"""One invocation on its way through a pool and a worker."""

import asyncio
import math
from collections.abc import Callable

import msgspec


class Answer(msgspec.Struct, frozen=True):
    """What one invocation of a worker came to. `init_seconds` is 0 unless it was the worker's first."""

    payload: bytes
    failed: bool
    lines: tuple[str, ...]
    log_stream: str
    resident_bytes: int = 0
    seconds: float = 0.0
    init_seconds: float = 0.0


class Job:
    """An event that waits for a worker or is being handled by one.

    `gives_up` is when the caller stops waiting, `impatient` when another worker should start for it, and `due` when
    either must be looked at, all in the loop's time. `late` gets an answer that nobody waits for any more.
    """

    __slots__ = ("answer", "due", "event", "gives_up", "impatient", "late", "request_id")

    def __init__(self, request_id: str, event: bytes, gives_up: float = math.inf) -> None:
        self.request_id = request_id
        self.event = event
        self.gives_up = gives_up
        self.due = gives_up
        self.impatient = gives_up
        self.late: Callable[[Answer], object] = lambda _answer: None
        self.answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

    def finish(self, answer: Answer) -> None:
        """Hand the answer to whoever still waits."""
        if self.answer.done():
            self.late(answer)
        else:
            self.answer.set_result(answer)

    def fail(self, error: BaseException) -> None:
        """Hand an error to whoever still waits."""
        if not self.answer.done():
            self.answer.set_exception(error)
