"""A ledger that can be looked into and not written."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from services.provisioning.ledger import Break, Ledger
from services.provisioning.step import Record
from services.read_only import ReadOnly

_RUN = "A change to what the profile has set up"


class LedgerView(Ledger):
    """Another ledger's records as they are now. Runs are refused: they begin by holding the profile for themselves."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @property
    def instance(self) -> str:
        """The id of the sandbox it is about; empty for the real world."""
        return self._ledger.instance

    @property
    def records(self) -> Mapping[str, Record]:
        """What is recorded, by step."""
        return self._ledger.records

    @property
    def intents(self) -> Mapping[str, Record]:
        """What steps were about to do and never said how that ended, by step."""
        return self._ledger.intents

    @property
    def breaks(self) -> tuple[Break, ...]:
        """What faults have replaced, the first made first."""
        return self._ledger.breaks

    def intend(self, record: Record) -> Record:
        """Raise ReadOnly."""
        raise ReadOnly(_RUN)

    def record(self, record: Record) -> None:
        """Raise ReadOnly."""
        raise ReadOnly(_RUN)

    def retract(self, step_id: str) -> None:
        """Raise ReadOnly."""
        raise ReadOnly(_RUN)

    def forget(self, step_id: str) -> None:
        """Raise ReadOnly."""
        raise ReadOnly(_RUN)

    def begin_break(self, broken: Break) -> None:
        """Raise ReadOnly."""
        raise ReadOnly(_RUN)

    def end_break(self, fault_id: str) -> None:
        """Raise ReadOnly."""
        raise ReadOnly(_RUN)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Raise ReadOnly."""
        raise ReadOnly(_RUN)
        yield
