"""The runtime file: how a command finds a sandbox that another process runs.

`<state>/sandboxes/<name>.json`, mode 0600, holds the sandbox's record with its throwaway secrets. The sandbox keeps it
locked for as long as it lives, so a file nobody locks is stale, whatever process number it names.
"""

import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import msgspec

from services.errors import ConfigurationError
from services.sandbox.endpoints import SandboxRecord
from services.sandbox.locks import lock, stands_at, unclaimed
from services.sandbox.options import check_name


class Publication:
    """A published runtime file, held by the process that published it."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    def withdraw(self) -> None:
        """Delete the file, unless it is no longer ours. Safe to call more than once, from any thread."""
        if stands_at(self._descriptor, self._path):
            with suppress(FileNotFoundError):
                self._path.unlink()


def publish(record: SandboxRecord, state: Path) -> Publication:
    """Write the runtime file of a sandbox that runs in this process, and hold it.

    Raises ConfigurationError when a living sandbox has that name, or the file cannot be written.
    """
    path = _path(record.name, state)
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{record.name}-")
    except OSError as error:
        raise ConfigurationError(
            f"The runtime file '{path}' cannot be written: {error.strerror}.",
            "Make its folder writable, or set GATELIGHT_STATE_DIR to a folder of yours.",
        ) from error
    try:
        with open(descriptor, "wb", closefd=False) as file:
            os.fchmod(descriptor, 0o600)
            file.write(msgspec.json.encode(record))
            file.flush()
            os.fsync(descriptor)
        lock(descriptor)
        _link(Path(temporary), path, record.name, state)
    except BaseException:
        os.close(descriptor)
        raise
    finally:
        Path(temporary).unlink()
    return Publication(path, descriptor)


def find(name: str, state: Path) -> SandboxRecord | None:
    """The record of the running sandbox of that name; None when none runs. A stale or spoilt file is deleted."""
    path = _path(name, state)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        if unclaimed(descriptor):
            if lock(descriptor) and stands_at(descriptor, path):
                path.unlink()
            return None
        with open(descriptor, "rb", closefd=False) as file:
            record = msgspec.json.decode(file.read(), type=SandboxRecord)
    except msgspec.DecodeError:
        return None
    finally:
        os.close(descriptor)
    # Whoever deletes a stale file locks it for that moment: only a living process counts as its owner.
    return record if _exists(record.endpoints.pid) else None


def running(state: Path) -> list[SandboxRecord]:
    """The records of all running sandboxes, the oldest first."""
    names = (path.stem for path in (state / "sandboxes").glob("[!.]*.json"))
    records = (find(name, state) for name in names)
    return sorted((record for record in records if record), key=lambda record: record.started_at)


def _path(name: str, state: Path) -> Path:
    check_name(name)
    return state / "sandboxes" / f"{name}.json"


def _link(temporary: Path, path: Path, name: str, state: Path) -> None:
    """Give the written file its name, which only one process can; a stale file in the way is deleted."""
    deadline = time.monotonic() + 1.0
    while True:
        try:
            os.link(temporary, path)
        except FileExistsError:
            record = find(name, state)
            if record is None and time.monotonic() < deadline:
                time.sleep(0.01)
                continue
            owner = f" (process {record.endpoints.pid})" if record else ""
            raise ConfigurationError(
                f"A sandbox named '{name}' is already running{owner}.",
                "Use that one, stop it first, or start this one under another name.",
            ) from None
        return


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
