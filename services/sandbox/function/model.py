"""What the function engine is given, and what it gives back."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DeployedFunction:
    """A function with its configuration and code package. Two that compare equal may share workers."""

    arn: str
    name: str
    region: str
    runtime: str
    handler: str
    timeout_seconds: int
    memory_megabytes: int
    environment: tuple[tuple[str, str], ...]
    code_sha256: str
    version: str = "$LATEST"
    code: bytes = field(default=b"", repr=False, compare=False)

    @property
    def log_group(self) -> str:
        """The log group Lambda writes to."""
        return f"/aws/lambda/{self.name}"


@dataclass(frozen=True, slots=True)
class FunctionResult:
    """One invocation's outcome; `log` is everything the function and the platform wrote during it."""

    request_id: str
    payload: bytes
    function_error: str
    seconds: float
    log: tuple[str, ...]


LogSink = Callable[[DeployedFunction, str, tuple[str, ...]], None]
"""Takes a function, its log stream's name and the lines of one invocation; must return at once."""


class FunctionBusy(Exception):
    """Every worker of the function stayed busy for longer than a caller may wait."""
