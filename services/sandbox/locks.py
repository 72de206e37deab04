"""Who is alive, told by locks: the kernel drops a process's locks with the process, however it ends.

A process number alone cannot tell: numbers are used again, and mean nothing across containers that share a folder.
"""

import fcntl
import os
from pathlib import Path


def lock(descriptor: int) -> bool:
    """Take the file or folder for this process alone; False when any other process holds it."""
    return _flock(descriptor, fcntl.LOCK_EX)


def unclaimed(descriptor: int) -> bool:
    """Whether no living process has taken the file or folder."""
    return _flock(descriptor, fcntl.LOCK_SH)


def stands_at(descriptor: int, path: Path) -> bool:
    """Whether `path` still leads to what is open as `descriptor`."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except FileNotFoundError:
        return False


def _flock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
