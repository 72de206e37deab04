"""The one folder a sandbox writes to: private, temporary, gone with the sandbox or swept up by the next one."""

import os
import shutil
import tempfile
from pathlib import Path

from services.sandbox.locks import lock, stands_at

_PREFIX = "gatelight-sandbox-"
_MARK = ".made-by-a-gatelight-sandbox"  # a folder of that prefix may be anybody's: only a marked one is ever swept


class PrivateFolder:
    """A new folder with mode 0700 in the system's temporary folder, locked by this process until it is removed."""

    def __init__(self) -> None:
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
            self._descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            # Between making and locking it, another sandbox's sweep may have taken it for a leftover.
            if lock(self._descriptor) and stands_at(self._descriptor, self.path):
                (self.path / _MARK).touch()
                return
            os.close(self._descriptor)

    def remove(self) -> None:
        """Delete the folder with all that is in it. Safe to call more than once, from any thread."""
        shutil.rmtree(self.path, ignore_errors=True)


def sweep(temporary: Path) -> None:
    """Delete what this user's sandboxes that were killed have left in the folder `temporary`."""
    for path in temporary.glob(f"{_PREFIX}*"):
        try:
            if path.lstat().st_uid != os.getuid():
                continue
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:  # gone meanwhile, no folder, or not ours
            continue
        try:
            if (path / _MARK).exists() and lock(descriptor):
                shutil.rmtree(path, ignore_errors=True)
        finally:
            os.close(descriptor)
