"""Writes log lines into the sandbox's CloudWatch Logs, behind everybody's back.

Under a flood of calls it writes some of them and says how many it left out, and a stream keeps its newest lines only:
MiniStack holds every line in memory, about 1 KB each, and takes longer to store one than the gateway to answer.
"""

import asyncio
import contextlib
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field

from services.sandbox.aws.ministack import MiniStack

BATCH_SECONDS = 0.1
FLOOD_SECONDS = 1.0
"""After a batch that left lines out, the next one takes so much longer: storing lines must not slow down the calls."""
BATCH_LINES = 300
"""A batch that has so many takes no further calls' lines."""
KEPT_LINES = 2_000
"""How many a stream keeps at least; at twice as many the older half goes."""
_PREFIX = "Logs_20140328."


@dataclass(slots=True)
class _Stream:
    region: str
    group: str
    name: str
    exists: bool = False
    length: int = 0
    newest: deque[dict[str, object]] = field(default_factory=lambda: deque(maxlen=KEPT_LINES))


@dataclass(slots=True)
class _Batch:
    events: list[dict[str, object]] = field(default_factory=list)
    left_out: int = 0

    def add(self, lines: tuple[str, ...]) -> None:
        if len(self.events) < BATCH_LINES:
            now = int(time.time() * 1000)
            self.events += [{"timestamp": now, "message": line} for line in lines]
        else:
            self.left_out += len(lines)

    def finished(self) -> list[dict[str, object]]:
        if self.left_out:
            note = f"({self.left_out} lines left out: more than {BATCH_LINES} at once)"
            self.events.append({"timestamp": int(time.time() * 1000), "message": note})
        return self.events


class LogWriter:
    """Takes lines at once and puts them into their log streams in batches. Groups and streams are made as needed."""

    def __init__(self, ministack: MiniStack) -> None:
        self._ministack = ministack
        self._streams: dict[tuple[str, str, str], _Stream] = {}
        self._pending: dict[tuple[str, str, str], _Batch] = defaultdict(_Batch)
        self._writing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def write(self, region: str, group: str, stream: str, lines: tuple[str, ...]) -> None:
        """Note the lines with the current time; a background task writes them."""
        self._pending[region, group, stream].add(lines)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write_soon())

    async def flush(self) -> None:
        """Write everything noted so far, now."""
        async with self._writing:
            pending, self._pending = self._pending, defaultdict(_Batch)
            for key, batch in pending.items():
                await self._append(self._streams.setdefault(key, _Stream(*key)), batch.finished())

    async def close(self) -> None:
        """Stop writing; what is not written is dropped with the sandbox."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _write_soon(self) -> None:
        while self._pending:
            await asyncio.sleep(BATCH_SECONDS)
            if any(batch.left_out for batch in self._pending.values()):
                await asyncio.sleep(FLOOD_SECONDS)
            await self.flush()

    async def _append(self, stream: _Stream, events: list[dict[str, object]]) -> None:
        stream.newest.extend(events)
        stream.length += len(events)
        if stream.length > 2 * KEPT_LINES:
            await self._call(stream, "DeleteLogStream", logGroupName=stream.group, logStreamName=stream.name)
            stream.exists = False
            events = list(stream.newest)
            stream.length = len(events)
        await self._put(stream, events)

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
