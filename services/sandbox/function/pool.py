"""The workers of one version of one function: few, warm, each busy with one invocation."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Awaitable, Callable

from services.sandbox.function.model import FunctionBusy
from services.sandbox.function.waiting import within
from services.sandbox.function.worker import NodeWorker

WAIT_SECONDS = 30.0
"""How long an invocation may wait for a worker, API Gateway's longest integration timeout."""
Start = Callable[[], Awaitable[NodeWorker]]


class WorkerPool:
    """Starts workers as invocations wait for them, up to `maximum`, and lends them out."""

    def __init__(self, start: Start, maximum: int) -> None:
        self._start = start
        self._maximum = maximum
        self._workers: set[NodeWorker] = set()
        self._idle: list[NodeWorker] = []
        self._waiting: deque[asyncio.Future[NodeWorker]] = deque()
        self._starting: set[asyncio.Task[None]] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def ready(self) -> bool:
        """Whether at least one worker is there."""
        return bool(self._workers)

    def warm(self) -> None:
        """See to it that at least one worker is there or on its way."""
        if not self._workers and not self._starting and not self._closed:
            self._start_one()

    async def acquire(self) -> NodeWorker:
        """A worker for one invocation. Raises FunctionBusy when all stay busy, and whatever kept one from starting."""
        while self._idle:
            worker = self._idle.pop()
            if worker.alive:
                return worker
            self._discard(worker)
        waiter: asyncio.Future[NodeWorker] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        self._grow()
        try:
            return await within(WAIT_SECONDS, waiter)
        except (TimeoutError, asyncio.CancelledError) as interruption:
            with contextlib.suppress(ValueError):
                self._waiting.remove(waiter)
            if waiter.done() and not waiter.cancelled() and not waiter.exception():
                self.release(waiter.result())  # lent in the very moment the caller stopped waiting
            if isinstance(interruption, TimeoutError):
                raise FunctionBusy from None
            raise

    def release(self, worker: NodeWorker) -> None:
        """Give a worker back, whatever state it is in."""
        if self._closed or not worker.alive:
            self._discard(worker)
            if not self._closed:
                self._grow()
            return
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(worker)
                return
        worker.idle_since = time.monotonic()
        self._idle.append(worker)

    def shrink(self, idle_seconds: float) -> None:
        """Let go of workers idle for longer, but keep one warm."""
        limit = time.monotonic() - idle_seconds
        for worker in [idle for idle in self._idle if idle.idle_since < limit]:
            if len(self._workers) > 1:
                self._idle.remove(worker)
                self._discard(worker)

    async def close(self, *, let_finish: bool = False) -> None:
        """End the workers; with `let_finish`, busy ones end when their invocation does."""
        self._closed = True
        for task in self._starting:
            task.cancel()
        going = list(self._idle if let_finish else self._workers)
        self._idle.clear()
        self._workers.difference_update(going)
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_exception(FunctionBusy())
        ends = [worker.close() for worker in going]
        await asyncio.gather(*self._starting, *self._ending, *ends, return_exceptions=True)

    def _grow(self) -> None:
        while len(self._starting) < len(self._waiting) and len(self._workers) + len(self._starting) < self._maximum:
            self._start_one()

    def _start_one(self) -> None:
        task = asyncio.create_task(self._bring_up())
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _bring_up(self) -> None:
        try:
            worker = await self._start()
        except Exception as failure:  # noqa: BLE001 - whatever it is, the invocation that waits must hear of it
            self._refuse_next(failure)
            self._grow()
            return
        self._workers.add(worker)
        self.release(worker)

    def _refuse_next(self, failure: Exception) -> None:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_exception(failure)
                return

    def _discard(self, worker: NodeWorker) -> None:
        self._workers.discard(worker)
        task = asyncio.create_task(worker.close())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
