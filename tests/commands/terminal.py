"""`gatelight` as a process: how people start it, and what it said when it ended."""

import atexit
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.contract import recorder

SECONDS = 40  # far above what a command takes, so that a hang ends the test and not the run
RECORDED = recorder.environment(os.environ)
FORKING = Path(__file__).with_name("forking.py")


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
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "GATELIGHT_STATE_DIR": str(home / "state"),
            "GATELIGHT_CONFIG_DIR": str(home / "config"),
            **RECORDED,
            **(extra or {}),
        }

    def start(self, *arguments: str, **options: Any) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "tui", *arguments]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, text=True, env=self.environment, **(pipes | options))

    def run(self, *arguments: str, stdin: str = "", env: Mapping[str, str] | None = None) -> Ended:
        """Run to the end. Where it is safe (fork and macOS' frameworks are not), a process that is ready is forked."""
        environment = self.environment | dict(env or {})
        another = any(
            name.startswith("PYTHON") and RECORDED.get(name) != environment[name]
            for name in environment
            if name != "PYTHON_KEYRING_BACKEND"  # read when a keyring is first asked, which is in the fork
        )
        if sys.platform == "linux" and not another:
            return _forks().run(arguments, environment, stdin)
        process = subprocess.run(
            [sys.executable, "-m", "tui", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            env=environment,
            timeout=SECONDS,
            check=False,
        )
        return Ended(process.returncode, process.stdout, process.stderr)


class _Forks:
    """The process that forks. It ends with this one, for it reads a socket that only this one holds open."""

    def __init__(self) -> None:
        self._commands, theirs = socket.socketpair()
        self._commands.settimeout(SECONDS)
        with theirs:
            self._process = subprocess.Popen([sys.executable, str(FORKING)], stdin=theirs.fileno())
        atexit.register(self._close)

    def run(self, arguments: tuple[str, ...], environment: dict[str, str], stdin: str) -> Ended:
        (their_in, in_), (out, their_out), (err, their_err) = os.pipe(), os.pipe(), os.pipe()
        theirs = (their_in, their_out, their_err)
        asked = json.dumps({"arguments": arguments, "environment": environment}).encode()
        socket.send_fds(self._commands, [asked], theirs)
        for stream in theirs:
            os.close(stream)
        said: dict[int, str] = {}
        readers = [threading.Thread(target=_read, args=(stream, said)) for stream in (out, err)]
        for reader in readers:
            reader.start()
        with contextlib.suppress(BrokenPipeError), os.fdopen(in_, "w", encoding="utf-8") as typed:
            typed.write(stdin)  # to a command that may have ended without reading
        try:
            code = int(self._commands.recv(100))
        except TimeoutError:
            self._close()
            _forks.cache_clear()
            raise
        for reader in readers:
            reader.join(SECONDS)
        return Ended(code, said[out], said[err])

    def _close(self) -> None:
        self._commands.close()
        self._process.kill()
        self._process.wait(SECONDS)


def _read(stream: int, said: dict[int, str]) -> None:
    with os.fdopen(stream, encoding="utf-8") as reading:
        said[stream] = reading.read()


@cache
def _forks() -> _Forks:
    return _Forks()
