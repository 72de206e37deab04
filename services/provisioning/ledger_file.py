"""A file that is whole at every instant: replaced atomically, synced with its folder, held by one process at a time."""

import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.errors import ConfigurationError
from services.whole_file import write_whole

_LITTER_SECONDS = 60.0  # a temporary file that is older was left by a process that was killed over it


class Unwritable(ConfigurationError):
    """The ledger could not be written: the disk is full, or its folder takes nothing. The file stands as it was."""


class Busy(ConfigurationError):
    """Another process works with the ledger."""


class LedgerFile:
    """The bytes of one ledger. A link is followed: what it points at is replaced, and the link stays."""

    def __init__(self, path: Path) -> None:
        self.path = Path(os.path.realpath(path))
        self._seen: tuple[int, int] | None = None  # the file's state when it was last read or written here

    @property
    def changed(self) -> bool:
        """Whether another process has written it since it was last read or written here."""
        return self._stamp() != self._seen

    def read(self) -> bytes | None:
        """The content; None while there is no file. Raises ConfigurationError when it cannot be read or is not ours."""
        self._seen = self._stamp()
        try:
            with self.path.open("rb") as file:
                self._check_owner(os.fstat(file.fileno()))
                return file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ConfigurationError(
                f'The ledger "{self.path}" cannot be read: {error.strerror}.', "Check the file's permissions."
            ) from None

    def write(self, content: bytes) -> None:
        """Put `content` in the place of what stands there, for its owner alone (0600). Raises Unwritable."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(self.path, content, prefix=self._litter, lasting=True)
            _sync_folder(self.path.parent)
            self._seen = self._stamp()
        except OSError as error:
            raise self._unwritable(error) from None

    @contextmanager
    def held(self, profile: str) -> Iterator[None]:
        """Hold it against every other process; the system lets go of it when this one ends, however that happens.

        Raises Busy when another process holds it, and Unwritable.
        """
        from filelock import FileLock, Timeout

        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = FileLock(self.path.with_suffix(".lock"), timeout=0, mode=0o600)
            lock.acquire()
        except Timeout:
            raise Busy(
                f'Another Gatelight is working on the profile "{profile}".',
                "Wait until it has finished (`--wait` does), or stop it.",
            ) from None
        except OSError as error:
            raise self._unwritable(error) from None
        try:
            self._tidy()
            yield
        finally:
            lock.release()

    def _tidy(self) -> None:
        """Remove what killed processes left half-written, and take the file back from others' eyes."""
        oldest = time.time() - _LITTER_SECONDS
        for left in self.path.parent.glob(f"{self._litter}*"):
            if left.stat().st_mtime < oldest:
                left.unlink(missing_ok=True)
        if self.path.is_file() and stat.S_IMODE(self.path.stat().st_mode) & 0o077:
            self.path.chmod(0o600)

    @property
    def _litter(self) -> str:
        return f".{self.path.name}-"

    def _check_owner(self, found: os.stat_result) -> None:
        if hasattr(os, "geteuid") and found.st_uid != os.geteuid():
            raise ConfigurationError(
                f'The ledger "{self.path}" belongs to another user (number {found.st_uid}).',
                "Run Gatelight as that user, or set GATELIGHT_STATE_DIR to a folder of yours.",
            )

    def _stamp(self) -> tuple[int, int] | None:
        """Tells one writing of the file from another."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_ino)

    def _unwritable(self, error: OSError) -> Unwritable:
        return Unwritable(
            f'The ledger "{self.path}" cannot be written: {error.strerror}.',
            "Make its folder writable and give it room, or set GATELIGHT_STATE_DIR to a folder of yours.",
        )


def _sync_folder(folder: Path) -> None:
    """Make a renaming in it last: after a power cut, too, the new file stands under its name."""
    if os.name == "nt":  # Windows opens no folders
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
