"""The ledger: a crash-safe record of what a profile's runs have made, changed or found.

One JSON file per profile (and per sandbox), mode 0600, replaced atomically and synced at every change. An intent is
written before a step makes anything, so that a crash in between leaves a trace.
"""

import os
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import msgspec

from services.errors import ConfigurationError
from services.provisioning.step import Outcome, Record

VERSION = 2  # 1 had no times in its records, and called adopted things found


@dataclass(frozen=True, slots=True)
class Break:
    """A value that a fault replaces on purpose: the one that stood there, and the wrong one. Both are exact."""

    fault_id: str
    old: str
    new: str


class _Content(msgspec.Struct, forbid_unknown_fields=True):
    profile: str
    instance: str  # the sandbox's id; empty for the real world, which does not die
    version: int = VERSION
    intents: dict[str, Record] = {}
    records: dict[str, Record] = {}
    breaks: dict[str, Break] = {}  # in the order they were made


class _Version(msgspec.Struct):
    version: Annotated[int, msgspec.Meta(ge=1)] = 1


class Ledger:
    """What this profile's runs left behind. Safe to share between threads."""

    def __init__(self, path: Path | None, profile: str, instance: str = "") -> None:
        """Read the ledger, or begin one; without a path it lives in memory, for a sandbox that nobody else can join.

        One of an older version is read as it is, and written in this one's with the next change. Records of a sandbox
        that is no more are dropped. Raises ConfigurationError when the file cannot be read or was written by a newer
        Gatelight; it stays untouched.
        """
        self._path = path
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None  # the file's state when it was last read or written here
        content = self._read()
        if content is None or content.instance != instance:
            content = _Content(profile, instance)
        self._content = content

    @property
    def instance(self) -> str:
        """The id of the sandbox it is about; empty for the real world."""
        return self._content.instance

    @property
    def records(self) -> Mapping[str, Record]:
        """What is recorded, by step, by this process or another one."""
        with self._lock:
            self._catch_up()
            return MappingProxyType(dict(self._content.records))

    @property
    def facts(self) -> dict[str, str]:
        """The facts of every recorded step."""
        return {name: value for record in self.records.values() for name, value in record.facts.items()}

    @property
    def intents(self) -> Mapping[str, Record]:
        """What steps were about to do when they last began and never said how that ended, by step."""
        with self._lock:
            self._catch_up()
            return MappingProxyType(dict(self._content.intents))

    def intend(self, record: Record) -> Record:
        """Remember, before the call, what a step is about to do, with the old values it will replace.

        An intent that is still open is kept and returned: the step may have done it, and its old values are the true
        ones.
        """
        with self._lock:
            if record.step_id not in self._content.intents:
                now = _now()
                self._content.intents[record.step_id] = replace(record, since=now, at=now)
                self._write()
            return self._content.intents[record.step_id]

    def record(self, record: Record) -> None:
        """Remember how a step ended.

        What was once created stays *created*, and what was once changed keeps its first old values, however often the
        step runs again: both are what undo needs. Another thing found in the place of ours was not created by us.
        """
        with self._lock:
            known = self._content.records.get(record.step_id)
            intended = self._content.intents.pop(record.step_id, None)
            now = _now()
            record = replace(record, since=now, at=now)
            if known is not None and _stands(known, record):
                record = replace(record, outcome=known.outcome, old={**record.old, **known.old}, since=known.since)
            if record == known and intended is None:
                return
            self._content.records[record.step_id] = record
            self._write()

    def retract(self, step_id: str) -> None:
        """Forget what a step was about to do: it is certain that it did not."""
        with self._lock:
            if self._content.intents.pop(step_id, None) is not None:
                self._write()

    def forget(self, step_id: str) -> None:
        """A step was undone: nothing of it is left."""
        with self._lock:
            self._content.records.pop(step_id, None)
            self._content.intents.pop(step_id, None)
            self._write()

    @property
    def breaks(self) -> tuple[Break, ...]:
        """What faults have replaced (or were about to, when a process ended), the first made first."""
        with self._lock:
            self._catch_up()
            return tuple(self._content.breaks.values())

    def begin_break(self, broken: Break) -> None:
        """Remember, before the call, what a fault is about to replace."""
        with self._lock:
            self._content.breaks[broken.fault_id] = broken
            self._write()

    def end_break(self, fault_id: str) -> None:
        """A fault is out again: nothing of it is left."""
        with self._lock:
            if self._content.breaks.pop(fault_id, None) is not None:
                self._write()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the profile for a run. Raises ConfigurationError when another process works on it."""
        if self._path is None:
            yield
            return
        from filelock import FileLock, Timeout

        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            held = FileLock(self._path.with_suffix(".lock"), timeout=0, mode=0o600)
            held.acquire()
        except Timeout:
            raise ConfigurationError(
                f'Another Gatelight is working on the profile "{self._content.profile}".',
                "Wait until it has finished, or stop it.",
            ) from None
        except OSError as error:
            raise self._unwritable(error) from None
        try:
            self._catch_up()
            yield
        finally:
            held.release()

    def _catch_up(self) -> None:
        """Take over what another process has written since for the same world."""
        if self._path is None or self._stamp() == self._seen:
            return
        content = self._read()
        if content is not None and content.instance == self._content.instance:
            self._content = content

    def _stamp(self) -> tuple[int, int] | None:
        """Tells one writing of the file from another."""
        try:
            found = self._path.stat() if self._path else None
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_ino) if found else None

    def _read(self) -> _Content | None:
        if self._path is None:
            return None
        self._seen = self._stamp()
        try:
            raw = self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ConfigurationError(
                f'The ledger "{self._path}" cannot be read: {error.strerror}.', "Check the file's permissions."
            ) from None
        try:
            version = msgspec.json.decode(raw, type=_Version).version
            if version > VERSION:
                raise ConfigurationError(
                    f'The ledger "{self._path}" has version {version}; this Gatelight knows {VERSION}.',
                    "Use the newer Gatelight that wrote it.",
                )
            content = msgspec.json.decode(raw, type=_Content)
            content.version = VERSION
            return content
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                f'The ledger "{self._path}" is damaged: {error}.',
                "Nothing was changed. Repair it, or move it away to begin a new one.",
            ) from None

    def _write(self) -> None:
        if self._path is None:
            return
        pretty = msgspec.json.format(msgspec.json.encode(self._content), indent=2)
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=".ledger-")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(pretty + b"\n")
                    file.flush()
                    os.fsync(file.fileno())
                Path(temporary).replace(self._path)
                _sync_folder(self._path.parent)
                self._seen = self._stamp()
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise self._unwritable(error) from None

    def _unwritable(self, error: OSError) -> ConfigurationError:
        return ConfigurationError(
            f'The ledger "{self._path}" cannot be written: {error.strerror}.',
            "Make its folder writable and give it room, or set GATELIGHT_STATE_DIR to a folder of yours.",
        )


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _sync_folder(folder: Path) -> None:
    """Make a renaming in it last: after a power cut, too, the new file stands under its name."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _stands(known: Record, record: Record) -> bool:
    """Whether what undo must do is still what `known` says, now that the step ended as `record` says."""
    if record.outcome is Outcome.ADOPTED:
        return known.outcome is Outcome.ADOPTED and known.resource_id == record.resource_id
    if known.outcome is Outcome.CREATED:
        return record.outcome is not Outcome.FOUND or record.resource_id == known.resource_id
    return known.outcome is Outcome.CHANGED and record.outcome is not Outcome.CREATED
