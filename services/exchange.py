"""What was said over the wire: requests and responses as they may be shown, collected per piece of work."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from services.log import exchanged
from services.redact import SafeText

# AWS's services, S3 and API Gateway's data plane; and what FusionAuth, or a proxy in front of it, may say.
_REQUEST_IDS = ("x-amzn-requestid", "x-amz-request-id", "apigw-requestid", "x-request-id", "x-correlation-id")

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
    began: float = field(default=0.0, compare=False)  # on time.monotonic's clock

    @property
    def request_id(self) -> str:
        """What the other side calls this request in its own logs; empty where it did not say."""
        return next((found for name in _REQUEST_IDS if (found := self.response_header(name))), "")

    @property
    def summary(self) -> str:
        """What was asked, on one line, masked: an AWS operation with its parameters, or a request with its body."""
        if self.aws is None:
            path = "/" + self.url.partition("://")[2].partition("/")[2]
            return f"{self.method} {path} {self.request_body}".rstrip()
        parameters = json.dumps(plain_parameters(self.aws.parameters), ensure_ascii=False)
        return f"{self.aws.service} {self.aws.operation} {parameters}"

    def response_header(self, name: str) -> str:
        """The first response header of that name (any case), masked; empty where there is none."""
        return next((str(value) for key, value in self.response_headers if key.lower() == name.lower()), "")


def plain_parameters(value: Any) -> Any:
    """An AWS operation's parameters as JSON has them; bytes by their number."""
    if isinstance(value, dict):
        return {name: plain_parameters(member) for name, member in value.items()}
    if isinstance(value, list):
        return [plain_parameters(member) for member in value]
    return f"({len(value):,} bytes)" if isinstance(value, bytes) else value


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
    """Log an exchange, and add it to the collection under way, if there is one."""
    exchanged(exchange)
    collector = _collector.get()
    if collector is not None:
        collector.append(exchange)
