"""One Node process that has loaded a function's handler and answers its invocations, one at a time."""

import asyncio
import contextlib
import math
import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import msgspec

from services.lifeline import Lifeline
from services.sandbox.function.frames import ConnectionClosed, FrameProtocol, Reply, Request
from services.sandbox.function.job import Answer, Job
from services.sandbox.function.model import DeployedFunction
from services.sandbox.function.node import node_executable
from services.sandbox.function.output import OutputPipe

_BOOTSTRAP = Path(__file__).with_name("bootstrap.mjs")
INIT_SECONDS = 10.0
"""How long a function's initialisation may take (AWS Lambda runtime environment lifecycle)."""


class InitFailure(Exception):
    """The handler could not be loaded. `payload` is the error as Lambda reports it, `lines` what was printed."""

    def __init__(self, payload: bytes, lines: tuple[str, ...]) -> None:
        super().__init__(payload.decode("utf-8", "replace"))
        self.payload = payload
        self.lines = lines


def error_payload(error_type: str, message: str) -> bytes:
    """An error that the platform, not the handler, reports."""
    return msgspec.json.encode({"errorType": error_type, "errorMessage": message})


class NodeWorker:
    """A running worker. `usable` is False once its process has ended or must not be used again.

    `freed` is called after every invocation, whatever became of it; by then the job has its answer, or will have it
    when it is known how the process ended.
    """

    def __init__(self, function: DeployedFunction, log_stream: str, lifeline: Lifeline) -> None:
        self.function = function
        self.log_stream = log_stream
        self.usable = True
        self.init_seconds = 0.0
        self.idle_since = time.monotonic()
        self.job: Job | None = None
        self.freed: Callable[[NodeWorker], None] = lambda _worker: None
        self._began = 0.0
        self._limit = math.inf
        self._cold = True
        self._loop = asyncio.get_running_loop()
        self._first_frame: asyncio.Future[tuple[Reply, bytes]] = self._loop.create_future()
        self._frames: FrameProtocol | None = None
        self._output = OutputPipe()
        self._process: asyncio.subprocess.Process | None = None
        self._lifeline = lifeline
        self._explaining: set[asyncio.Task[None]] = set()

    @classmethod
    async def start(
        cls, function: DeployedFunction, log_stream: str, code: Path, temporary: Path, lifeline: Lifeline
    ) -> Self:
        """Start Node and load the handler. Raises InitFailure when that fails, as Lambda would report it."""
        worker = cls(function, log_stream, lifeline)
        began = time.perf_counter()
        try:
            await worker._spawn(code, temporary)
            failure = await worker._init_failure()
        except BaseException:
            await worker.close()
            raise
        if failure is not None:
            lines = worker._output.take()
            await worker.close()
            raise InitFailure(failure, lines)
        worker.init_seconds = time.perf_counter() - began
        return worker

    def run(self, job: Job) -> None:
        """Begin an invocation; `job` gets its answer. The worker must be idle."""
        timeout = self.function.timeout_seconds
        self.job = job
        self._limit = self._loop.time() + timeout
        job.due = min(job.gives_up, self._limit)
        self._began = time.perf_counter()
        try:
            if self._frames is None:
                raise ConnectionClosed
            self._frames.send(Request(job.request_id, int((time.time() + timeout) * 1000)), job.event)
        except ConnectionClosed:
            self._lost()

    def expire(self, now: float) -> None:
        """End what takes too long: the invocation by the function's time-out, or only its caller's wait for it."""
        job = self.job
        if job is None:
            return
        if now < self._limit:
            job.fail(TimeoutError())
            job.gives_up, job.due = math.inf, self._limit
            return
        self.job = None
        self.kill()
        job.finish(self._timed_out(job.request_id))
        self.freed(self)

    def abandon(self) -> None:
        """Nobody waits for the invocation any more: what it does is not to be seen by the next one."""
        self.job = None
        self.kill()
        self._finish_output()
        self.freed(self)

    def _take(self, reply: Reply, payload: bytes) -> None:
        job, self.job = self.job, None
        if job is None:
            if not self._first_frame.done():
                self._first_frame.set_result((reply, payload))
            return
        lines = self._output.take(announced=reply.printed)
        if reply.fatal:
            self.kill()
            self._finish_output()
        job.finish(self._answer(payload, reply.kind == "error", lines, reply.rss))
        self.freed(self)

    def _answer(self, payload: bytes, failed: bool, lines: tuple[str, ...], resident_bytes: int = 0) -> Answer:
        seconds = time.perf_counter() - self._began
        init_seconds = self.init_seconds if self._cold else 0.0
        self._cold = False
        return Answer(payload, failed, lines, self.log_stream, resident_bytes, seconds, init_seconds)

    def _timed_out(self, request_id: str) -> Answer:
        timeout = self.function.timeout_seconds
        now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + f".{int(time.time() * 1000) % 1000:03d}Z"
        said = f"Task timed out after {timeout:.2f} seconds"
        lines = (*self._finish_output(), f"{now} {request_id} {said}")
        payload = error_payload("Sandbox.Timedout", f"RequestId: {request_id} Error: {said}")
        return self._answer(payload, True, lines)

    def _lost(self) -> None:
        self.usable = False
        if not self._first_frame.done():
            self._first_frame.set_exception(ConnectionClosed())
            self._first_frame.exception()  # whether anybody waits for it depends on how far the start had come
        job, self.job = self.job, None
        if job is not None:
            task = self._loop.create_task(self._explain_exit(job))
            self._explaining.add(task)
            task.add_done_callback(self._explaining.discard)

    async def _explain_exit(self, job: Job) -> None:
        reason = f"RequestId: {job.request_id} Error: {await self._exit_reason()}"
        lines = (*self._finish_output(), f"{reason}\nRuntime.ExitError")
        job.finish(self._answer(error_payload("Runtime.ExitError", reason), True, lines))
        self.freed(self)

    def kill(self) -> None:
        """End the process and everything it started, at once."""
        self.usable = False
        if self._frames:
            self._frames.close()
        if self._process:
            self._lifeline.release(self._process.pid)
            if self._process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)

    async def close(self) -> None:
        """End the process and wait until it is gone."""
        self.kill()
        if self._process:
            await self._process.wait()
        self._output.close()

    @property
    def alive(self) -> bool:
        """Whether the worker can take an invocation."""
        return self.usable

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid if self._process else 0

    async def _spawn(self, code: Path, temporary: Path) -> None:
        ours, theirs = socket.socketpair()
        try:
            ours.setblocking(False)
            self._process = await asyncio.create_subprocess_exec(
                node_executable(),
                f"--max-old-space-size={max(64, self.function.memory_megabytes * 9 // 10)}",
                _BOOTSTRAP,
                str(theirs.fileno()),
                self.function.arn,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=self._output.write_end,
                stderr=self._output.write_end,
                pass_fds=(theirs.fileno(),),
                cwd=code,
                env=_environment(self.function, self.log_stream, code, temporary),
                start_new_session=True,
            )
            self._lifeline.hold(self._process.pid)
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
            self._output.started()
        frames = self._frames = FrameProtocol(ours, self._take, self._lost)
        await self._loop.create_unix_connection(lambda: frames, sock=ours)

    async def _init_failure(self) -> bytes | None:
        """Wait for the handler to be loaded; the error as Lambda reports it when it cannot be."""
        try:
            async with asyncio.timeout(INIT_SECONDS):
                reply, payload = await self._first_frame
        except TimeoutError:
            self.kill()
            return error_payload("Sandbox.Timedout", f"Task timed out after {INIT_SECONDS:.2f} seconds")
        except ConnectionClosed:
            return error_payload("Runtime.ExitError", await self._exit_reason())
        return None if reply.kind == "ready" else payload

    async def _exit_reason(self) -> str:
        self.usable = False
        process = self._process
        if process is None:
            return "Runtime exited without providing a reason"
        try:
            async with asyncio.timeout(1.0):
                code = await process.wait()
        except TimeoutError:  # the socket is closed, the process is not done: a handler's child holds nothing of ours
            self.kill()
            code = await process.wait()
        self.kill()
        if code == 0:
            return "Runtime exited without providing a reason"
        how = f"exit status {code}" if code > 0 else f"signal: {signal.Signals(-code).name.removeprefix('SIG').lower()}"
        return f"Runtime exited with error: {how}"

    def _finish_output(self) -> tuple[str, ...]:
        lines = self._output.take()
        self._output.close()
        return lines


def _environment(function: DeployedFunction, log_stream: str, code: Path, temporary: Path) -> dict[str, str]:
    """The function's variables and those Lambda defines (Lambda developer guide, "Defined runtime environment
    variables"); nothing of the sandbox's own environment."""
    return {
        **dict(function.environment),
        "_HANDLER": function.handler,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_megabytes),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_REGION": function.region,
        "LAMBDA_TASK_ROOT": str(code),
        "LANG": "en_US.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "TMPDIR": str(temporary),
        "TZ": ":UTC",
    }
