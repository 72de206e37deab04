"""The runtime file of an open tunnel: how other commands find it, and how the next start finds an orphan.

`<state>/tunnels/<profile>/tunnel.json`, mode 0600, is locked by the process that opened the tunnel for as long as it
lives. A file that nobody locks tells of an agent that may have outlived its owner: it is ended, once its start time and
command show that the process of that number still is that agent.
"""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

import msgspec

from services.errors import ConfigurationError
from services.sandbox.locks import lock, stands_at, unclaimed

_GRACE_SECONDS = 3.0


class TunnelRecord(msgspec.Struct, frozen=True):
    """An open tunnel as others see it. `agent_started` is what `ps` says of the agent's process, to know it again."""

    owner_pid: int
    public_url: str = ""
    upstream: str = ""
    since: float = 0.0
    agent_pid: int = 0
    agent_started: str = ""


class RuntimeFile:
    """The runtime file of one profile's tunnel, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / "tunnel.json"
        self._descriptor: int | None = None

    def read(self) -> TunnelRecord | None:
        """The record while the process that wrote it lives; None otherwise."""
        with contextlib.suppress(OSError, msgspec.DecodeError):
            descriptor = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                if self._descriptor is None and unclaimed(descriptor):
                    return None
                return _decode(descriptor)
            finally:
                os.close(descriptor)
        return None

    def claim(self) -> bool:
        """Take the file for this process, and end the agent of an owner that is no more. True where there was one.

        Raises ConfigurationError when another process has it: one tunnel serves a profile at a time.
        """
        if self._descriptor is not None:
            return False
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        if not lock(descriptor):
            os.close(descriptor)
            record = self.read()
            owner = f" (process {record.owner_pid})" if record else ""
            raise ConfigurationError(
                f"Another Gatelight{owner} has this profile's tunnel.", "Use that one, or close it first."
            )
        self._descriptor = descriptor
        with contextlib.suppress(msgspec.DecodeError):
            return _end_orphan(_decode(descriptor))
        return False

    def write(self, record: TunnelRecord) -> None:
        """Tell of the tunnel. Only after `claim`."""
        assert self._descriptor is not None  # noqa: S101 - claimed first
        content = msgspec.json.encode(record)
        os.pwrite(self._descriptor, content, 0)
        os.ftruncate(self._descriptor, len(content))
        os.fsync(self._descriptor)

    def release(self) -> None:
        """The tunnel is closed: nothing is left to tell."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            if stands_at(descriptor, self._path):
                self._path.unlink(missing_ok=True)
            os.close(descriptor)


def started_at(pid: int) -> str:
    """When a process began and what it runs, as `ps` says it; empty where there is none."""
    try:
        done = subprocess.run(
            ["/bin/ps", "-o", "lstart=,command=", "-p", str(pid)],
            capture_output=True,
            timeout=3,
            check=False,
            env={"LC_ALL": "C", "TZ": "UTC"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace").strip()[:300]


def _decode(descriptor: int) -> TunnelRecord:
    return msgspec.json.decode(os.pread(descriptor, 10_000, 0), type=TunnelRecord)


def _end_orphan(record: TunnelRecord) -> bool:
    if record.agent_pid <= 1 or not record.agent_started or started_at(record.agent_pid) != record.agent_started:
        return False
    end = time.monotonic() + _GRACE_SECONDS
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(record.agent_pid, signal.SIGTERM)
        while time.monotonic() < end:
            os.kill(record.agent_pid, 0)
            time.sleep(0.02)
        os.kill(record.agent_pid, signal.SIGKILL)
    return True
