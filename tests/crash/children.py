"""Child processes that provision, to be killed: the near end of `forking.py`."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from tests.benches import Bench
from tests.contract import recorder

KILLED = -signal.SIGKILL


@dataclass
class Child:
    """A run in a process of its own. Its end must be asked for before the next one begins."""

    pid: int
    _lines: "Iterator[str]"

    def ended(self) -> int:
        """Its exit code: 0 when all went well, 3 when a step failed, `KILLED`."""
        return int(next(self._lines))


class Children:
    """Starts runs of one profile, all with the same ledger file."""

    def __init__(self, bench: Bench, ledger: Path, commands: socket.socket) -> None:
        self._bench = bench
        self._ledger = ledger
        self._commands = commands
        self._lines = iter(commands.makefile())

    def start(
        self, direction: str = "up", *, only: str | None = None, last: str = "", ports: dict[int, int] | None = None
    ) -> Child:
        """Begin a run; `last` ends it as soon as that step is recorded, `ports` leads it through a wire."""
        asked = {
            "record": msgspec.to_builtins(self._bench.record),
            "name": self._bench.name,
            "ledger": str(self._ledger),
            "direction": direction,
            "only": only,
            "last": last,
            "ports": ports or {},
            "environment": {"HOME": os.environ["HOME"], **recorder.environment(os.environ)},
        }
        self._commands.sendall(json.dumps(asked).encode() + b"\n")
        return Child(int(next(self._lines)), self._lines)


@contextmanager
def children(bench: Bench, ledger: Path) -> Iterator[Children]:
    """Run them until the block ends."""
    if sys.platform != "linux":
        pytest.skip("a process that has loaded macOS's frameworks must not fork")
    here, there = socket.socketpair()
    environment = {**os.environ, **recorder.environment(os.environ)}
    command = [sys.executable, "-m", "tests.crash.forking"]
    with (
        there,
        subprocess.Popen(command, stdin=there.fileno(), cwd=Path(__file__).parents[2], env=environment) as server,
    ):
        there.close()
        with here:
            yield Children(bench, ledger, here)
            here.shutdown(socket.SHUT_RDWR)
        server.wait(10)
