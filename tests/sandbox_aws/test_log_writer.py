"""Log lines are bounded: what a flood leaves out is said, and a stream keeps its newest lines."""

from typing import Any, cast

import pytest

from services.sandbox.aws import log_writer
from services.sandbox.aws.log_writer import LogWriter
from services.sandbox.aws.ministack import MiniStack


class Logs:
    """Stands for CloudWatch Logs: streams with their lines, as the API's operations leave them."""

    def __init__(self) -> None:
        self.streams: dict[str, list[str]] = {}

    async def call_json(self, service: str, region: str, target: str, content: dict[str, Any]) -> Any:
        operation, name = target.partition(".")[2], content.get("logStreamName", "")
        done = True
        if operation == "CreateLogStream":
            self.streams[name] = []
        elif operation == "DeleteLogStream":
            del self.streams[name]
        elif operation == "PutLogEvents" and (done := name in self.streams):
            self.streams[name] += [event["message"] for event in content["logEvents"]]
        return type("Answer", (), {"ok": done})


@pytest.fixture
def logs() -> Logs:
    return Logs()


@pytest.fixture
async def writer(logs: Logs) -> LogWriter:
    return LogWriter(cast(MiniStack, logs))


def note(writer: LogWriter, *lines: str) -> None:
    writer.write("us-east-1", "group", "stream", lambda: lines)


async def test_nothing_is_written_before_somebody_reads(logs: Logs, writer: LogWriter) -> None:
    note(writer, "a line")
    assert logs.streams == {}
    await writer.flush()
    assert logs.streams == {"stream": ["a line"]}


async def test_a_flood_leaves_the_newest_calls_and_says_how_many_are_missing(logs: Logs, writer: LogWriter) -> None:
    for number in range(log_writer.KEPT_CALLS + 7):
        note(writer, f"START {number}", f"END {number}")
    await writer.flush()
    first, *lines = logs.streams["stream"]
    assert first.startswith("(7 earlier calls left out")
    assert (lines[0], lines[-1]) == ("START 7", f"END {log_writer.KEPT_CALLS + 6}")
    assert len(lines) == 2 * log_writer.KEPT_CALLS


async def test_a_calls_lines_are_kept_whole_however_many(logs: Logs, writer: LogWriter) -> None:
    own = tuple(str(number) for number in range(1_000))
    note(writer, *own)
    await writer.flush()
    assert logs.streams["stream"] == list(own)


async def test_a_long_stream_keeps_its_newest_lines(logs: Logs, writer: LogWriter) -> None:
    last = 0
    for _ in range(50):
        for _ in range(200):
            last += 1
            note(writer, str(last))
        await writer.flush()
        assert len(logs.streams["stream"]) <= 2 * log_writer.KEPT_LINES
    newest = logs.streams["stream"][-log_writer.KEPT_LINES :]
    assert newest == [str(number) for number in range(last - log_writer.KEPT_LINES + 1, last + 1)]


async def test_a_deleted_stream_is_made_again(logs: Logs, writer: LogWriter) -> None:
    note(writer, "one")
    await writer.flush()
    del logs.streams["stream"]
    note(writer, "two")
    await writer.flush()
    assert logs.streams == {"stream": ["two"]}
