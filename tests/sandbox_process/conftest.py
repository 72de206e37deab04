"""Sandboxes as real processes, started the way the app starts them, and what is left of them afterwards."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psutil
import pytest

from services.sandbox.endpoints import SandboxRecord
from services.sandbox.lines import Line

START_SECONDS = 30.0


@dataclass
class Place:
    """Folders of a test's own: state, and a temporary folder in which nothing may be left."""

    state: Path
    temporary: Path

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "GATELIGHT_STATE_DIR": str(self.state), "TMPDIR": str(self.temporary)}

    def leftovers(self) -> list[str]:
        """What sandboxes left in either folder."""
        return [str(path) for folder in (self.state / "sandboxes", self.temporary) for path in folder.glob("*")]


@dataclass
class Running:
    """A sandbox process that is ready."""

    process: "subprocess.Popen[bytes]"
    record: SandboxRecord
    progress: list[str]
    seconds: float

    def tree(self) -> list[psutil.Process]:
        """The process and all below it."""
        top = psutil.Process(self.process.pid)
        return [top, *top.children(recursive=True)]

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)


Start = Callable[..., Running]


def read_lines(process: "subprocess.Popen[bytes]") -> list[Line]:
    """Everything a sandbox says until it is ready, has failed, or ends."""
    assert process.stdout is not None
    lines: list[Line] = []
    for text in process.stdout:
        lines.append(msgspec.json.decode(text, type=Line))
        if not lines[-1].progress:
            break
    return lines


def spawn(place: Place, *arguments: str) -> "subprocess.Popen[bytes]":
    """Start `python -m services.sandbox` with pipes for its standard input and output."""
    command = [sys.executable, "-P", "-m", "services.sandbox", *arguments]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=place.environment,
        cwd=place.state,
        start_new_session=True,
    )


def end(process: "subprocess.Popen[bytes]") -> None:
    """See to it that nothing of a test's sandbox is left."""
    with suppress(ProcessLookupError):
        process.kill()
    process.communicate()


def wait_until(condition: Callable[[], object], seconds: float = 10.0) -> float:
    """Wait for a condition; returns the seconds it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "the condition did not come true in time"
        time.sleep(0.005)
    return time.monotonic() - began


@pytest.fixture
def place(tmp_path: Path) -> Place:
    state, temporary = tmp_path / "state", tmp_path / "tmp"
    state.mkdir()
    temporary.mkdir()
    return Place(state, temporary)


@pytest.fixture
def start(place: Place) -> Iterator[Start]:
    """Starts a sandbox process with arguments and waits until it is ready."""
    processes = []

    def start_one(*arguments: str) -> Running:
        began = time.monotonic()
        process = spawn(place, *arguments)
        processes.append(process)
        *before, last = read_lines(process)
        assert last.ready is not None, last
        return Running(process, last.ready, [line.progress for line in before], time.monotonic() - began)

    yield start_one
    for process in processes:
        end(process)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One sandbox with an open tunnel for all tests of a module that only look at it."""
    folder = tmp_path_factory.mktemp("shared")
    place = Place(folder, folder)
    process = spawn(place, "--tunnel-open", "--publish", "--until-stdin-closes")
    *before, last = read_lines(process)
    assert last.ready is not None, last
    yield Running(process, last.ready, [line.progress for line in before], 0.0)
    end(process)
