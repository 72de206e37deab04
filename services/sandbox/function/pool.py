"""The workers of one version of one function: few, warm, each busy with one invocation."""

import asyncio
import contextlib
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable

from services.sandbox.function.job import Job
from services.sandbox.function.model import FunctionBusy
from services.sandbox.function.timer import LazyTimer
from services.sandbox.function.worker import NodeWorker

WAIT_SECONDS = 30.0
"""How long an invocation may wait for a worker, API Gateway's longest integration timeout."""
PATIENCE_SECONDS = 0.05
"""How long an invocation waits for the workers there are before another one starts, which takes longer than that. One
worker answers thousands of quick calls in a second, and every other one takes 50 MB."""
Start = Callable[[], Awaitable[NodeWorker]]


class WorkerPool:
    """Starts workers as invocations wait for them, up to `maximum`, and hands them one job after another."""

    def __init__(self, start: Start, maximum: int) -> None:
        self._start = start
        self._maximum = maximum
        self._workers: set[NodeWorker] = set()
        self._idle: list[NodeWorker] = []
        self._waiting: deque[Job] = deque()
        self._starting: set[asyncio.Task[None]] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._timer = LazyTimer(self._expire)
        self._closed = False

    @property
    def ready(self) -> bool:
        """Whether at least one worker is there."""
        return bool(self._workers)

    def warm(self) -> None:
        """See to it that at least one worker is there or on its way."""
        if not self._workers and not self._starting and not self._closed:
            self._start_one()

    def submit(self, job: Job) -> None:
        """Have the job handled, now or when a worker comes free.

        It gets an answer, FunctionBusy when all workers stay busy, TimeoutError when its caller gives up, or whatever
        kept a worker from starting.
        """
        if self._closed:
            job.fail(FunctionBusy())
            return
        while self._idle:
            worker = self._idle.pop()
            if worker.alive:
                worker.run(job)
                self._timer.by(job.due)
                return
            self._discard(worker)
        now = self._loop.time()
        job.impatient = now + (PATIENCE_SECONDS if self._workers else 0.0)
        job.due = min(job.gives_up, now + WAIT_SECONDS)
        self._waiting.append(job)
        if self._workers:
            self._timer.by(min(job.due, job.impatient))
        else:
            self._timer.by(job.due)
            self._grow(now)

    def abandon(self, job: Job) -> None:
        """Nobody waits for the job any more."""
        with contextlib.suppress(ValueError):
            self._waiting.remove(job)
        for worker in self._workers:
            if worker.job is job:
                worker.abandon()
                return

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
        for job in self._waiting:
            job.fail(FunctionBusy())
        if not self._workers:
            self._timer.cancel()
        ends = [worker.close() for worker in going]
        await asyncio.gather(*self._starting, *self._ending, *ends, return_exceptions=True)

    def _freed(self, worker: NodeWorker) -> None:
        """A worker is done with its job, whatever state it is in."""
        if self._closed or not worker.alive:
            self._discard(worker)
            if not self._closed:
                self._grow(self._loop.time())
            return
        while self._waiting:
            job = self._waiting.popleft()
            if not job.answer.done():
                worker.run(job)
                self._timer.by(job.due)
                return
        worker.idle_since = time.monotonic()
        self._idle.append(worker)

    def _expire(self, now: float) -> float:
        for worker in [busy for busy in self._workers if busy.job and busy.job.due <= now]:
            worker.expire(now)
        for job in [late for late in self._waiting if late.due <= now]:
            self._waiting.remove(job)
            job.fail(TimeoutError() if job.gives_up <= now else FunctionBusy())
        self._grow(now)
        deadlines = [worker.job.due for worker in self._workers if worker.job]
        deadlines += [job.due for job in self._waiting]
        deadlines += [job.impatient for job in self._waiting if job.impatient > now]
        return min(deadlines, default=math.inf)

    def _grow(self, now: float) -> None:
        """Start a worker for everyone who has waited long enough, as far as there may be more."""
        wanted = sum(job.impatient <= now for job in self._waiting) if self._workers else len(self._waiting)
        while len(self._starting) < wanted and len(self._workers) + len(self._starting) < self._maximum:
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
            self._grow(self._loop.time())
            return
        worker.freed = self._freed
        self._workers.add(worker)
        self._freed(worker)

    def _refuse_next(self, failure: Exception) -> None:
        while self._waiting:
            job = self._waiting.popleft()
            if not job.answer.done():
                job.fail(failure)
                return

    def _discard(self, worker: NodeWorker) -> None:
        self._workers.discard(worker)
        task = asyncio.create_task(worker.close())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
