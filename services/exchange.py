"""What was said over the wire: requests and responses as they may be shown, collected per piece of work."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from services.redact import SafeText

Headers = tuple[tuple[str, SafeText], ...]


@dataclass(frozen=True, slots=True)
class AwsCall:
    """The AWS operation behind an exchange: enough to say it again with the AWS CLI."""

    service: str
    operation: str
    parameters: dict[str, Any]
    region: str
    endpoint_url: str = ""
    profile: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came back. `status` is None when nothing did; then `error` says why."""

    method: str
    url: str
    request_headers: Headers = ()
    request_body: SafeText = field(default_factory=SafeText)
    status: int | None = None
    reason: str = ""
    response_headers: Headers = ()
    response_body: SafeText = field(default_factory=SafeText)
    seconds: float = 0.0
    error: str = ""
    aws: AwsCall | None = None

    def response_header(self, name: str) -> str:
        """The first response header of that name (any case), masked; empty where there is none."""
        return next((str(value) for key, value in self.response_headers if key.lower() == name.lower()), "")


_collector: ContextVar[list[Exchange] | None] = ContextVar("exchange_collector", default=None)


@contextmanager
def collecting() -> Iterator[list[Exchange]]:
    """Collect every exchange made in this context (a thread starts with a context of its own)."""
    exchanges: list[Exchange] = []
    token = _collector.set(exchanges)
    try:
        yield exchanges
    finally:
        _collector.reset(token)


def collect(exchange: Exchange) -> None:
    """Add an exchange to the collection under way, if there is one."""
    collector = _collector.get()
    if collector is not None:
        collector.append(exchange)
