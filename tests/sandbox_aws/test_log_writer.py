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
async def writer(logs: Logs) -> Any:
    writer = LogWriter(cast(MiniStack, logs))
    yield writer
    await writer.close()


async def test_a_flood_is_cut_short_and_says_by_how_much(logs: Logs, writer: LogWriter) -> None:
    for number in range(log_writer.BATCH_LINES):
        writer.write("us-east-1", "group", "stream", (f"START {number}", f"END {number}"))
    await writer.flush()
    lines = logs.streams["stream"]
    assert len(lines) == log_writer.BATCH_LINES + 1
    assert lines[-1].startswith(f"({log_writer.BATCH_LINES} lines left out")


async def test_a_calls_lines_are_kept_whole_however_many(logs: Logs, writer: LogWriter) -> None:
    own = tuple(str(number) for number in range(2 * log_writer.BATCH_LINES))
    writer.write("us-east-1", "group", "stream", own)
    await writer.flush()
    assert logs.streams["stream"] == list(own)


async def test_a_long_stream_keeps_its_newest_lines(logs: Logs, writer: LogWriter) -> None:
    last = 0
    for _ in range(30):
        for _ in range(200):
            last += 1
            writer.write("us-east-1", "group", "stream", (str(last),))
        await writer.flush()
        assert len(logs.streams["stream"]) <= 2 * log_writer.KEPT_LINES
    newest = logs.streams["stream"][-log_writer.KEPT_LINES :]
    assert newest == [str(number) for number in range(last - log_writer.KEPT_LINES + 1, last + 1)]
