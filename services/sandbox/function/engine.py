"""The function engine: deployed functions in, invocations out.

    engine = FunctionEngine(folder, log=sink)      # `folder` is private to the sandbox and goes with it
    await engine.warm(function)                    # starts a worker in the background
    result = await engine.invoke(function, b"{}")
    await engine.close()                           # no worker is left

A changed function (another code hash or configuration) gets new workers; those of the old version finish what they do.
"""

import asyncio
import contextlib
import hashlib
import math
import os
import random
import secrets
import shutil
import time
from functools import partial
from pathlib import Path

from services.lifeline import Lifeline
from services.sandbox.function.job import Answer, Job
from services.sandbox.function.model import DeployedFunction, FunctionResult, InvocationLog, LogSink
from services.sandbox.function.node import node_executable
from services.sandbox.function.package import BadPackage, unpack
from services.sandbox.function.pool import WorkerPool
from services.sandbox.function.worker import InitFailure, NodeWorker, error_payload

MAXIMUM_WORKERS = min(4, max(2, os.cpu_count() or 2))
IDLE_SECONDS = 60.0


def _no_log(function: DeployedFunction, stream: str, log: InvocationLog) -> None:
    """Drops a function's log."""


class FunctionEngine:
    """Runs functions in warm Node workers. All calls are made on one event loop."""

    def __init__(self, folder: Path, *, log: LogSink = _no_log, maximum_workers: int = MAXIMUM_WORKERS) -> None:
        self._folder = folder / "functions"
        self._log = log
        self._maximum = maximum_workers
        self._loop = asyncio.get_running_loop()
        self._lifeline = Lifeline()
        self._pools: dict[str, tuple[DeployedFunction, WorkerPool]] = {}
        self._retiring: set[asyncio.Task[None]] = set()
        self._unpacking: dict[str, asyncio.Task[Path]] = {}
        self._shrinker: asyncio.Task[None] | None = None

    async def warm(self, function: DeployedFunction) -> None:
        """Start a worker for the function, so that its first invocation finds one. Does not wait for it."""
        self._pool(function).warm()

    def is_ready(self, arn: str) -> bool:
        """Whether a worker has loaded the code of the version last warmed or invoked."""
        known = self._pools.get(arn)
        return known is not None and known[1].ready

    async def invoke(
        self, function: DeployedFunction, event: bytes, request_id: str = "", *, seconds: float = math.inf
    ) -> FunctionResult:
        """Run the function with a JSON event, waiting for `seconds` at most.

        A failure of the function is a result with `function_error`, as on AWS. Raises FunctionBusy when no worker came
        free in time, TimeoutError when `seconds` have passed (the function runs on, as on AWS), ConfigurationError when
        Node is missing.
        """
        pool = self._pool(function)
        job = Job(request_id or _new_request_id(), event, self._loop.time() + seconds)
        job.late = partial(self._finish, function, job.request_id)
        pool.submit(job)
        try:
            answer = await job.answer
        except asyncio.CancelledError:
            pool.abandon(job)
            raise
        except InitFailure as failure:
            answer = Answer(failure.payload, True, failure.lines, _log_stream(function))
        return self._finish(function, job.request_id, answer)

    def _finish(self, function: DeployedFunction, request_id: str, answer: Answer) -> FunctionResult:
        written = InvocationLog(
            request_id,
            function.version,
            answer.lines,
            answer.seconds,
            answer.init_seconds,
            function.memory_megabytes,
            answer.resident_bytes,
        )
        self._log(function, answer.log_stream, written)
        return FunctionResult(answer.payload, "Unhandled" if answer.failed else "", written)

    def forget(self, arn: str) -> None:
        """The function is gone: its idle workers end now, busy ones when they are done."""
        if entry := self._pools.pop(arn, None):
            task = asyncio.create_task(entry[1].close(let_finish=True))
            self._retiring.add(task)
            task.add_done_callback(self._retiring.discard)

    async def close(self) -> None:
        """End every worker and remove the unpacked code."""
        if self._shrinker:
            self._shrinker.cancel()
        pools = [pool for _, pool in self._pools.values()]
        self._pools.clear()
        await asyncio.gather(*(pool.close() for pool in pools), *self._retiring, return_exceptions=True)
        self._lifeline.close()
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    def _pool(self, function: DeployedFunction) -> WorkerPool:
        known = self._pools.get(function.arn)
        if known and (known[0] is function or known[0] == function):
            return known[1]
        node_executable()
        self.forget(function.arn)
        pool = WorkerPool(lambda: self._start(function), self._maximum)
        self._pools[function.arn] = (function, pool)
        if self._shrinker is None:
            self._shrinker = asyncio.create_task(self._shrink())
        return pool

    async def _start(self, function: DeployedFunction) -> NodeWorker:
        if not function.runtime.startswith("nodejs"):
            message = f"The sandbox runs functions on Node.js only, not on {function.runtime!r}."
            raise InitFailure(error_payload("Runtime.InvalidRuntime", message), ())
        try:
            code = await self._code_folder(function)
        except BadPackage as failure:
            raise InitFailure(error_payload("Runtime.ImportModuleError", f"Error: {failure}"), ()) from failure
        temporary = self._folder / "tmp"
        temporary.mkdir(mode=0o700, exist_ok=True)
        return await NodeWorker.start(function, _log_stream(function), code, temporary, self._lifeline)

    async def _code_folder(self, function: DeployedFunction) -> Path:
        key = hashlib.sha256(function.code).hexdigest()
        if key not in self._unpacking:
            self._unpacking[key] = asyncio.create_task(asyncio.to_thread(self._unpack, key, function.code))
        try:
            return await asyncio.shield(self._unpacking[key])
        except BadPackage:
            self._unpacking.pop(key, None)
            raise

    def _unpack(self, key: str, code: bytes) -> Path:
        folder = self._folder / "code" / key
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unpack(code, folder)
        return folder

    async def _shrink(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            while True:
                await asyncio.sleep(IDLE_SECONDS / 4)
                for _, pool in self._pools.values():
                    pool.shrink(IDLE_SECONDS)


def _new_request_id() -> str:
    """A version 4 UUID. The module uuid takes four times as long, and this is on every call's way."""
    digits = (random.getrandbits(128) & ~(0xF << 76) & ~(0x3 << 62)) | 0x4 << 76 | 0x2 << 62
    text = f"{digits:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _log_stream(function: DeployedFunction) -> str:
    """A log stream's name as Lambda makes it: day, version, and 32 hexadecimal digits for the worker."""
    return f"{time.strftime('%Y/%m/%d', time.gmtime())}/[{function.version}]{secrets.token_hex(16)}"
