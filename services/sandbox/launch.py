"""A sandbox as a child process of this one, from the side that starts it."""

import os
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import IO

import msgspec

from services.cancel import Cancellation
from services.errors import ConfigurationError, GatelightError, Unreachable
from services.sandbox.endpoints import SandboxRecord
from services.sandbox.lines import Failure, Line
from services.sandbox.options import SandboxOptions

_POLL_SECONDS = 0.05
_ERROR_TAIL_BYTES = 2_000
_NOT_INHERITED = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "pythonstartup", "pythoninspect")


class SandboxProcess:
    """A running sandbox that ends with this process, however this process ends: it reads a pipe we hold open."""

    def __init__(self, process: subprocess.Popen[bytes], record: SandboxRecord, errors: IO[bytes]) -> None:
        self._process = process
        self._errors = errors
        self._lock = threading.Lock()
        self.record = record

    @classmethod
    def start(
        cls,
        options: SandboxOptions,
        *,
        progress: Callable[[str], None],
        cancellation: Cancellation,
        deadline: float = 30.0,
    ) -> "SandboxProcess":
        """Start a sandbox and wait until it is ready, at most `deadline` seconds.

        Raises what the sandbox reported (ConfigurationError for what is missing or in use), Unreachable when it died
        or was not ready in time, and Interrupted when `cancellation` asks to stop; nothing is left running then.
        """
        errors = tempfile.TemporaryFile()  # noqa: SIM115 (held as long as the process)
        process = _spawn(replace(options, until_stdin_closes=True), errors)
        try:
            record = _await_ready(process, errors, progress, cancellation, time.monotonic() + deadline)
        except BaseException:
            _end(process, 0.5)
            errors.close()
            raise
        return cls(process, record, errors)

    @property
    def running(self) -> bool:
        """Whether the sandbox's process is still there."""
        return self._process.poll() is None

    def stop(self, timeout: float = 1.0) -> None:
        """End the sandbox and wait for it, killing it after `timeout` seconds. Safe to call again, from any thread."""
        with self._lock:
            _end(self._process, timeout)
            self._errors.close()


def _spawn(options: SandboxOptions, errors: IO[bytes]) -> "subprocess.Popen[bytes]":
    # -P: a folder named `services` in the current folder must not be taken for ours.
    command = [sys.executable, "-P", "-m", "services.sandbox", *options.arguments()]
    # A session of its own, so that Ctrl-C in the terminal is for us alone to answer.
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        bufsize=0,
        env=_environment(),
        start_new_session=True,
    )


def _environment() -> dict[str, str]:
    """Ours, without what would lead the sandbox to a real AWS account or through a proxy."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AWS_") and name.lower() not in _NOT_INHERITED
    }


def _await_ready(
    process: "subprocess.Popen[bytes]",
    errors: IO[bytes],
    progress: Callable[[str], None],
    cancellation: Cancellation,
    deadline: float,
) -> SandboxRecord:
    for text in _lines(process, cancellation, deadline):
        try:
            line = msgspec.json.decode(text, type=Line)
        except msgspec.DecodeError as error:
            raise Unreachable(
                f"The sandbox said something that this Gatelight does not understand: {error}.",
                "Install Gatelight anew: parts of it come from different versions.",
            ) from error
        if line.error:
            raise _error(line.error)
        if line.ready:
            return line.ready
        progress(line.progress)
    _end(process, 1.0)
    said = f": {tail}" if (tail := _tail(errors)) else "."
    raise Unreachable(
        f"The sandbox ended before it was ready, with exit code {process.returncode}{said}",
        "Start it alone with 'gatelight sandbox' to see more.",
    )


def _lines(process: "subprocess.Popen[bytes]", cancellation: Cancellation, deadline: float) -> Iterator[bytes]:
    """Whole lines from the process's standard output until it closes it."""
    stdout = process.stdout
    assert stdout is not None  # noqa: S101 (we asked for a pipe)
    pending = b""
    with selectors.DefaultSelector() as selector:
        selector.register(stdout, selectors.EVENT_READ)
        while True:
            cancellation.check()
            if time.monotonic() > deadline:
                raise Unreachable("The sandbox was not ready in time.", "Try again once this machine is less busy.")
            if not selector.select(_POLL_SECONDS):
                continue
            chunk = os.read(stdout.fileno(), 65_536)
            if not chunk:
                return
            *whole, pending = (pending + chunk).split(b"\n")
            yield from whole


def _error(failure: Failure) -> GatelightError:
    kind = ConfigurationError if failure.exit_code == ConfigurationError.exit_code else Unreachable
    return kind(failure.message, failure.fix)


def _tail(errors: IO[bytes]) -> str:
    """The last lines the process wrote to its standard error."""
    length = errors.seek(0, os.SEEK_END)
    errors.seek(max(0, length - _ERROR_TAIL_BYTES))
    return errors.read().decode(errors="replace").strip()


def _end(process: "subprocess.Popen[bytes]", timeout: float) -> None:
    if process.stdin and not process.stdin.closed:
        with suppress(OSError):
            process.stdin.close()
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.stdout:
        process.stdout.close()
