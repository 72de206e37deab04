"""Writes log lines into the sandbox's CloudWatch Logs, behind everybody's back."""

import asyncio
import contextlib
import time
from collections import defaultdict
from dataclasses import dataclass, field

from services.sandbox.aws.ministack import MiniStack

BATCH_SECONDS = 0.1
_PREFIX = "Logs_20140328."


@dataclass(slots=True)
class _Stream:
    region: str
    group: str
    name: str
    exists: bool = False
    events: list[dict[str, object]] = field(default_factory=list)


class LogWriter:
    """Takes lines at once and puts them into their log streams in batches. Groups and streams are made as needed."""

    def __init__(self, ministack: MiniStack) -> None:
        self._ministack = ministack
        self._streams: dict[tuple[str, str, str], _Stream] = {}
        self._pending: dict[tuple[str, str, str], list[dict[str, object]]] = defaultdict(list)
        self._writing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def write(self, region: str, group: str, stream: str, lines: tuple[str, ...]) -> None:
        """Note the lines with the current time; a background task writes them."""
        now = int(time.time() * 1000)
        self._pending[region, group, stream] += ({"timestamp": now, "message": line} for line in lines)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write_soon())

    async def flush(self) -> None:
        """Write everything noted so far, now."""
        async with self._writing:
            pending, self._pending = self._pending, defaultdict(list)
            for key, events in pending.items():
                await self._put(self._streams.setdefault(key, _Stream(*key)), events)

    async def close(self) -> None:
        """Stop writing; what is not written is dropped with the sandbox."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _write_soon(self) -> None:
        while self._pending:
            await asyncio.sleep(BATCH_SECONDS)
            await self.flush()

    async def _put(self, stream: _Stream, events: list[dict[str, object]]) -> None:
        for _ in range(2):  # the second time after somebody has deleted the group or the stream
            if not stream.exists:
                await self._call(stream, "CreateLogGroup", logGroupName=stream.group)
                await self._call(stream, "CreateLogStream", logGroupName=stream.group, logStreamName=stream.name)
            stream.exists = await self._call(
                stream, "PutLogEvents", logGroupName=stream.group, logStreamName=stream.name, logEvents=events
            )
            if stream.exists:
                return

    async def _call(self, stream: _Stream, operation: str, **content: object) -> bool:
        return (await self._ministack.call_json("logs", stream.region, _PREFIX + operation, content)).ok
