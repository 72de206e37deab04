"""A program in a terminal of its own: what it painted, and when."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pyte

COLUMNS, LINES = 120, 40
_CTRL_Q = b"\x11"
_QUIET_SECONDS = 1.0  # how long the screen is watched after it began to be painted
_DEADLINE_SECONDS = 10.0


def seconds_to(mark: str, command: Sequence[str | Path], environment: Mapping[str, str]) -> float:
    """Seconds from the start of `command` until `mark` stands on its screen; the program is then told to quit.

    While it runs, its output is only stamped with the time; the terminal is emulated afterwards, so that the emulation
    takes nothing from the program. Raises RuntimeError when the mark never comes, or the program does not end well.
    """
    chunks = _record(command, environment)
    screen = pyte.Screen(COLUMNS, LINES)
    stream = pyte.ByteStream(screen)
    for seconds, chunk in chunks:
        stream.feed(chunk)
        if any(mark in line for line in screen.display):
            return seconds
    raise RuntimeError(f'"{mark}" never came on the screen:\n{_text(chunks)}')


def _text(chunks: Sequence[tuple[float, bytes]]) -> str:
    return b"".join(chunk for _, chunk in chunks).decode(errors="replace")


def _record(command: Sequence[str | Path], environment: Mapping[str, str]) -> list[tuple[float, bytes]]:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    began = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=dict(environment), start_new_session=True
    )
    os.close(theirs)
    try:
        chunks = _read(ours, began)
        os.write(ours, _CTRL_Q)
        _drain(ours, process)
        if process.poll() != 0:
            raise RuntimeError(f"{command[0]} ended with {process.returncode} after Ctrl-Q:\n{_text(chunks)}")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(ours)
    return chunks


def _read(descriptor: int, began: float) -> list[tuple[float, bytes]]:
    chunks: list[tuple[float, bytes]] = []
    end = began + _DEADLINE_SECONDS
    while (left := end - time.perf_counter()) > 0:
        if not select.select([descriptor], [], [], left)[0]:
            break
        try:
            chunk = os.read(descriptor, 65_536)
        except OSError:  # how Linux says that nobody holds the other end any more
            break
        now = time.perf_counter()
        if not chunks:
            end = now + _QUIET_SECONDS
        chunks.append((now - began, chunk))
    return chunks


def _drain(descriptor: int, process: "subprocess.Popen[bytes]") -> None:
    """Let the program write its goodbye and end."""
    end = time.perf_counter() + 3.0
    while process.poll() is None and time.perf_counter() < end:
        if select.select([descriptor], [], [], 0.02)[0]:
            with suppress(OSError):
                os.read(descriptor, 65_536)
