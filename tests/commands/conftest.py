"""A sandbox that `gatelight sandbox` runs, and the line commands as the subprocesses people start."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SECONDS = 40  # far above what a command takes, so that a hang ends the test and not the run


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        return json.loads(self.out)


class Terminal:
    """Starts `gatelight` in an environment of its own."""

    def __init__(self, home: Path, extra: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "GATELIGHT_STATE_DIR": str(home / "state"),
            "GATELIGHT_CONFIG_DIR": str(home / "config"),
            **(extra or {}),
        }

    def start(self, *arguments: str, **options: Any) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "tui", *arguments]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, text=True, env=self.environment, **(pipes | options))

    def run(self, *arguments: str, stdin: str = "", env: Mapping[str, str] | None = None) -> Ended:
        process = subprocess.run(
            [sys.executable, "-m", "tui", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            env=self.environment | dict(env or {}),
            timeout=SECONDS,
            check=False,
        )
        return Ended(process.returncode, process.stdout, process.stderr)


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
