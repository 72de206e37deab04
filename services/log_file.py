"""A log file that several processes write to at once: it rotates once for all of them, and never gets in the way."""

import logging
import os
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path


class LogFile(RotatingFileHandler):
    """Appends whole lines, readable by its owner alone. Where writing fails it writes no more.

    Each record goes to the file that bears the name now: another process may have rotated it in the meantime. Who
    rotates holds a lock, and looks again whether it still has to be done.
    """

    def __init__(self, path: Path, most_bytes: int, older_files: int) -> None:
        super().__init__(path, maxBytes=most_bytes, backupCount=older_files, encoding="utf-8", delay=True)
        self._broken = False

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        if self._broken:
            return
        if not self._is_current():
            self._let_go()
        super().emit(record)

    def doRollover(self) -> None:  # noqa: N802 - logging's name
        """Begin a new file, unless another process just has."""
        from filelock import FileLock, Timeout

        with suppress(Timeout), FileLock(self.baseFilename + ".lock", timeout=2, mode=0o600):
            if self._is_current():
                super().doRollover()
            else:
                self._let_go()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Give up: what is logged is worth less than what is being done."""
        self._broken = True

    def _let_go(self) -> None:
        if self.stream is not None:
            self.stream.close()
            self.stream = None

    def _is_current(self) -> bool:
        if self.stream is None:
            return False
        try:
            there, ours = Path(self.baseFilename).stat(), os.fstat(self.stream.fileno())
        except OSError:
            return False
        return (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino)

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        return os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")
