"""Unpacks a function's code package, trusting nothing in it."""

import io
import stat
import zipfile
from pathlib import Path, PurePosixPath

MAXIMUM_BYTES = 250 * 1024 * 1024
"""Lambda's limit for an unzipped package (AWS Lambda quotas)."""


class BadPackage(Exception):
    """The code package cannot be unpacked safely."""


def unpack(code: bytes, folder: Path) -> None:
    """Unpack the zip `code` into `folder`. Raises BadPackage for what is no zip, too large or would leave it."""
    try:
        with zipfile.ZipFile(io.BytesIO(code)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAXIMUM_BYTES:
                raise BadPackage(f"the unzipped package is larger than {MAXIMUM_BYTES} bytes")
            for member in archive.infolist():
                _unpack_member(archive, member, folder)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as failure:
        raise BadPackage(f"the package cannot be unzipped: {failure}") from failure


def _unpack_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> None:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    mode = member.external_attr >> 16
    if path.is_absolute() or ".." in path.parts or "\0" in member.filename:
        raise BadPackage(f"the package holds the path {member.filename!r}, which leads outside")
    if stat.S_ISLNK(mode):
        raise BadPackage(f"the package holds the symbolic link {member.filename!r}")
    target = folder / path
    if member.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as source, target.open("wb") as sink:
        left = member.file_size
        while chunk := source.read(min(left, 1 << 20)):
            sink.write(chunk)
            left -= len(chunk)
    target.chmod(0o755 if mode & 0o111 else 0o644)
