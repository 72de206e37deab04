"""Writes a file whole or not at all: what stood there before stays until the new content is complete."""

import os
import tempfile
from pathlib import Path


def write_whole(path: Path, content: bytes, *, prefix: str = ".gatelight-", lasting: bool = False) -> None:
    """Put `content` in the place of what stands at `path`, for its owner alone (0600). Raises OSError.

    `prefix` begins the name under which it is written first, in the same folder. With `lasting` it is on the disk
    before it takes its name, so that a power cut leaves the old content or the new.
    """
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=prefix)  # made with mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:  # whatever ends it, nothing half-written stays
        Path(temporary).unlink(missing_ok=True)
        raise
