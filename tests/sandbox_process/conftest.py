"""Sandboxes as real processes, started the way the app starts them, and what is left of them afterwards."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import psutil
import pytest

from services.sandbox.endpoints import SandboxRecord
from services.sandbox.lines import Line


@dataclass
class Place:
    """Folders of a test's own: state, and a temporary folder in which nothing may be left."""

    state: Path
    temporary: Path
    processes: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "GATELIGHT_STATE_DIR": str(self.state), "TMPDIR": str(self.temporary)}

    def spawn(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start `python -m services.sandbox` with pipes for its standard input and output."""
        return self.python("-P", "-m", "services.sandbox", *arguments)

    def python(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start a Python process here; it is ended with the test."""
        process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self.environment,
            cwd=self.state,
            start_new_session=True,
        )
        self.processes.append(process)
        return process

    def end(self) -> None:
        """End every process that is left."""
        for process in self.processes:
            process.kill()
            process.wait()
            close_stdin(process)
            if process.stdout:
                process.stdout.close()

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


def close_stdin(process: "subprocess.Popen[bytes]") -> None:
    """Close the process's standard input, as the death of its parent does."""
    assert process.stdin is not None
    with suppress(BrokenPipeError):
        process.stdin.close()


def gone(processes: list[psutil.Process]) -> bool:
    """Whether all have ended; what nobody has reaped yet has ended too."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            if process.status() != psutil.STATUS_ZOMBIE:
                return False
    return True


def wait_until(condition: Callable[[], object], seconds: float = 10.0) -> float:
    """Wait for a condition; returns the seconds it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "the condition did not come true in time"
        time.sleep(0.005)
    return time.monotonic() - began


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with ended(_place(tmp_path)) as place:
        yield place


@pytest.fixture
def start(place: Place) -> Start:
    """Starts a sandbox process with arguments and waits until it is ready."""
    return lambda *arguments: _ready(place, arguments)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One sandbox with an open tunnel for all tests of a module that only look at it."""
    with ended(_place(tmp_path_factory.mktemp("shared"))) as place:
        yield _ready(place, ("--tunnel-open", "--publish", "--until-stdin-closes"))


@contextmanager
def ended(place: Place) -> Iterator[Place]:
    try:
        yield place
    finally:
        place.end()


def _place(folder: Path) -> Place:
    place = Place(folder / "state", folder / "tmp")
    place.state.mkdir()
    place.temporary.mkdir()
    return place


def _ready(place: Place, arguments: tuple[str, ...]) -> Running:
    began = time.monotonic()
    process = place.spawn(*arguments)
    *before, last = read_lines(process)
    assert last.ready is not None, last
    return Running(process, last.ready, [line.progress for line in before], time.monotonic() - began)
