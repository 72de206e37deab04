"""The function's code as Lambda takes it: a zip file that is the same every time, so that a changed one shows."""

import base64
import hashlib
import io
import zipfile
from importlib.resources import files

HANDLER_FILE = "index.mjs"
HANDLER = "index.handler"
RUNTIME = "nodejs24.x"  # supported until April 2028; it takes async handlers only

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip file can hold


def handler_path() -> str:
    """Where the deployed source file lies on this machine."""
    return str(files("lambda_template").joinpath(HANDLER_FILE))


def function_package() -> bytes:
    """`index.mjs`, zipped, with fixed times and modes."""
    source = files("lambda_template").joinpath(HANDLER_FILE).read_bytes()
    entry = zipfile.ZipInfo(HANDLER_FILE, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(entry, source)
    return packed.getvalue()


def code_sha256(package: bytes) -> str:
    """The package's digest as Lambda reports it in `CodeSha256`."""
    return base64.b64encode(hashlib.sha256(package).digest()).decode()
