"""What the function engine is given, and what it gives back."""

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec


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


class InvocationLog(msgspec.Struct, frozen=True):
    """What the function printed during one invocation, and what the platform has to say of it."""

    request_id: str
    version: str
    printed: tuple[str, ...]
    seconds: float
    init_seconds: float
    memory_megabytes: int
    resident_bytes: int

    def lines(self) -> tuple[str, ...]:
        """All lines in Lambda's words; they are put together when somebody reads them."""
        milliseconds, init = self.seconds * 1000, self.init_seconds * 1000
        report = (
            f"REPORT RequestId: {self.request_id}\tDuration: {milliseconds:.2f} ms\t"
            f"Billed Duration: {int(milliseconds + init) + 1} ms\t"
            f"Memory Size: {self.memory_megabytes} MB\tMax Memory Used: {self.resident_bytes >> 20} MB\t"
        )
        if init:
            report += f"Init Duration: {init:.2f} ms\t"
        start = f"START RequestId: {self.request_id} Version: {self.version}"
        return (start, *self.printed, f"END RequestId: {self.request_id}", report)


class FunctionResult(msgspec.Struct, frozen=True):
    """One invocation's outcome."""

    payload: bytes
    function_error: str
    written: InvocationLog

    @property
    def request_id(self) -> str:
        """The invocation's id."""
        return self.written.request_id

    @property
    def seconds(self) -> float:
        """How long the handler took."""
        return self.written.seconds

    @property
    def log(self) -> tuple[str, ...]:
        """Everything the function and the platform wrote."""
        return self.written.lines()


LogSink = Callable[[DeployedFunction, str, InvocationLog], None]
"""Takes a function, its log stream's name and what one invocation wrote; must return at once."""


class FunctionBusy(Exception):
    """Every worker of the function stayed busy for longer than a caller may wait."""
