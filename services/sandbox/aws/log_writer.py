"""Keeps the newest log lines, and puts them into the sandbox's CloudWatch Logs when somebody is about to read there.

MiniStack holds every line in memory, about 1 KB each, and takes longer to store the lines of a call than the gateway to
answer it. So what a call wrote stays as it is, not even worded, until `flush`; a stream keeps its newest calls only.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from services.sandbox.aws.ministack import MiniStack

KEPT_CALLS = 1_000
"""How many calls' lines a stream keeps for the next reader; older ones are left out."""
KEPT_LINES = 4_000
"""How many written lines a stream keeps at least; at twice as many the older half goes."""
_CHUNK_LINES = 100  # put at once, some milliseconds of work; then requests have their turn
_PREFIX = "Logs_20140328."

Lines = Callable[[], tuple[str, ...]]
"""Words the lines of one call when they are asked for."""


@dataclass(slots=True)
class _Stream:
    region: str
    group: str
    name: str
    noted: int = 0
    waiting: deque[tuple[float, Lines]] = field(default_factory=lambda: deque(maxlen=KEPT_CALLS))
    exists: bool = False
    length: int = 0
    newest: deque[dict[str, object]] = field(default_factory=lambda: deque(maxlen=KEPT_LINES))

    def take(self) -> list[dict[str, object]]:
        """The events that wait to be written, oldest first."""
        left_out, calls = self.noted - len(self.waiting), list(self.waiting)
        self.noted = 0
        self.waiting.clear()
        events: list[dict[str, object]] = [_event(at, line) for at, lines in calls for line in lines()]
        if left_out:
            note = f"({left_out} earlier calls left out: the sandbox keeps the newest {KEPT_CALLS} until they are read)"
            events.insert(0, _event(calls[0][0], note))
        return events


def _event(at: float, line: str) -> dict[str, object]:
    return {"timestamp": int(at * 1000), "message": line}


class LogWriter:
    """Takes lines at once and puts them into their log streams on demand. Groups and streams are made as needed."""

    def __init__(self, ministack: MiniStack) -> None:
        self._ministack = ministack
        self._streams: dict[tuple[str, str, str], _Stream] = {}
        self._writing = asyncio.Lock()

    def write(self, region: str, group: str, stream: str, lines: Lines) -> None:
        """Note what one call wrote, with the current time."""
        key = (region, group, stream)
        noted = self._streams.get(key)
        if noted is None:
            noted = self._streams[key] = _Stream(*key)
        noted.noted += 1
        noted.waiting.append((time.time(), lines))

    async def flush(self) -> None:
        """Write everything noted so far."""
        async with self._writing:
            for stream in list(self._streams.values()):
                if stream.waiting:
                    await self._append(stream, stream.take())

    async def _append(self, stream: _Stream, events: list[dict[str, object]]) -> None:
        stream.newest.extend(events)
        stream.length += len(events)
        if stream.length > 2 * KEPT_LINES:
            await self._call(stream, "DeleteLogStream", logGroupName=stream.group, logStreamName=stream.name)
            stream.exists = False
            events = list(stream.newest)
            stream.length = len(events)
        for start in range(0, len(events), _CHUNK_LINES):
            await self._put(stream, events[start : start + _CHUNK_LINES])
            await asyncio.sleep(0)

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
