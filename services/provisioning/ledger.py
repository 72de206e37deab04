"""The ledger: a crash-safe record of what a profile's runs have made, changed or found.

One JSON file per profile (and per sandbox), mode 0600, replaced atomically and synced at every change. An intent is
written before a step makes anything, so that a crash in between leaves a trace.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

import msgspec

from services.errors import ConfigurationError
from services.provisioning.ledger_file import LedgerFile
from services.provisioning.step import Outcome, Record

T = TypeVar("T")

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
        self._file = LedgerFile(path) if path is not None else None
        self._lock = threading.Lock()
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
            intents = self._content.intents
            if record.step_id not in intents:
                now = _now()
                self._put(intents={**intents, record.step_id: replace(record, since=now, at=now)})
            return self._content.intents[record.step_id]

    def record(self, record: Record) -> None:
        """Remember how a step ended.

        What was once created stays *created*, and what was once changed keeps its first old values, however often the
        step runs again: both are what undo needs. Another thing found in the place of ours was not created by us.
        """
        with self._lock:
            records, intents = self._content.records, self._content.intents
            known = records.get(record.step_id)
            now = _now()
            record = replace(record, since=now, at=now)
            if known is not None and _stands(known, record):
                record = replace(record, outcome=known.outcome, old={**record.old, **known.old}, since=known.since)
            if record != known or record.step_id in intents:
                left = _without(intents, record.step_id)
                self._put(records={**records, record.step_id: record}, intents=left)

    def retract(self, step_id: str) -> None:
        """Forget what a step was about to do: it is certain that it did not."""
        with self._lock:
            if step_id in self._content.intents:
                self._put(intents=_without(self._content.intents, step_id))

    def forget(self, step_id: str) -> None:
        """A step was undone: nothing of it is left."""
        with self._lock:
            content = self._content
            self._put(records=_without(content.records, step_id), intents=_without(content.intents, step_id))

    @property
    def breaks(self) -> tuple[Break, ...]:
        """What faults have replaced (or were about to, when a process ended), the first made first."""
        with self._lock:
            self._catch_up()
            return tuple(self._content.breaks.values())

    def begin_break(self, broken: Break) -> None:
        """Remember, before the call, what a fault is about to replace."""
        with self._lock:
            self._put(breaks={**self._content.breaks, broken.fault_id: broken})

    def end_break(self, fault_id: str) -> None:
        """A fault is out again: nothing of it is left."""
        with self._lock:
            if fault_id in self._content.breaks:
                self._put(breaks=_without(self._content.breaks, fault_id))

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the profile for a run. Raises Busy when another process works on it, and Unwritable."""
        if self._file is None:
            yield
            return
        with self._file.held(self._content.profile):
            with self._lock:
                self._catch_up()
            yield

    def _catch_up(self) -> None:
        """Take over what another process has written since for the same world."""
        if self._file is None or not self._file.changed:
            return
        content = self._read()
        if content is not None and content.instance == self._content.instance:
            self._content = content

    def _read(self) -> _Content | None:
        raw = self._file.read() if self._file is not None else None
        if raw is None or self._file is None:
            return None
        path = self._file.path
        try:
            version = msgspec.json.decode(raw, type=_Version).version
            if version > VERSION:
                raise ConfigurationError(
                    f'The ledger "{path}" has version {version}; this Gatelight knows {VERSION}.',
                    "Use the newer Gatelight that wrote it.",
                )
            content = msgspec.json.decode(raw, type=_Content)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                f'The ledger "{path}" is damaged: {error}.',
                "Nothing was changed. Repair it, or move it away to begin a new one: `gatelight down --by-tag` finds "
                "without a ledger what bears Gatelight's mark.",
            ) from None
        content.version = VERSION
        return content

    def _put(self, **members: Mapping[str, Any]) -> None:
        """Change what is in the ledger: in the file first, and in memory only if that went well."""
        content = msgspec.structs.replace(self._content, **members)
        if self._file is not None:
            self._file.write(msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")
        self._content = content


def _without(members: Mapping[str, T], name: str) -> dict[str, T]:
    return {key: value for key, value in members.items() if key != name}


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _stands(known: Record, record: Record) -> bool:
    """Whether what undo must do is still what `known` says, now that the step ended as `record` says."""
    if record.outcome is Outcome.ADOPTED:
        return known.outcome is Outcome.ADOPTED and known.resource_id == record.resource_id
    if known.outcome is Outcome.CREATED:
        return record.outcome is not Outcome.FOUND or record.resource_id == known.resource_id
    return known.outcome is Outcome.CHANGED and record.outcome is not Outcome.CREATED
