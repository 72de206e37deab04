"""What a sandbox's process tells the one that started it, one JSON object a line."""

import msgspec

from services.sandbox.endpoints import SandboxRecord


class Failure(msgspec.Struct, frozen=True):
    """Why the sandbox did not start, as a `GatelightError` holds it."""

    message: str
    fix: str
    exit_code: int


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line: exactly one of its fields is there."""

    progress: str = ""
    ready: SandboxRecord | None = None
    error: Failure | None = None
