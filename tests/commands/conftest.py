"""A sandbox that `gatelight sandbox` runs, and the line commands as the subprocesses people start."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.commands.terminal import SECONDS, Ended, Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """A terminal where nothing runs and nothing is configured."""
    return Terminal(tmp_path)


@dataclass(frozen=True)
class Running:
    """A terminal beside which a sandbox runs, and the line that the sandbox printed."""

    terminal: Terminal
    endpoints: dict[str, Any]
    pid: int

    def run(self, *arguments: str, stdin: str = "", env: Mapping[str, str] | None = None) -> Ended:
        return self.terminal.run(*arguments, stdin=stdin, env=env)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A sandbox without anything provisioned."""
    terminal = Terminal(tmp_path_factory.mktemp("home"))
    process = terminal.start("sandbox", "--until-stdin-closes", stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield Running(terminal, json.loads(process.stdout.readline()), process.pid)
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(SECONDS)


@pytest.fixture(scope="module")
def provisioned(running: Running) -> Running:
    """The same sandbox, provisioned."""
    ended = running.run("up")
    assert ended.code == 0, ended.out + ended.err
    return running
