"""What the control plane holds about an HTTP API, as the data plane needs it: plain, immutable data."""

from dataclasses import dataclass, field
from typing import Protocol

import msgspec


@dataclass(frozen=True, slots=True)
class Authorizer:
    """A JWT authorizer as configured; values exactly as the control plane holds them."""

    authorizer_id: str
    name: str
    issuer: str
    audience: tuple[str, ...]
    identity_sources: tuple[str, ...]
    kind: str = "JWT"


@dataclass(frozen=True, slots=True)
class Integration:
    """Where a route leads. `function_arn` is set for AWS_PROXY integrations with a Lambda function."""

    integration_id: str
    kind: str
    uri: str
    payload_format_version: str
    timeout_milliseconds: int
    function_arn: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """A route key with its authorization and target."""

    route_id: str
    route_key: str
    integration_id: str
    authorization_type: str = "NONE"
    authorizer_id: str = ""
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccessLog:
    """Where a stage writes its access log, and the format's template."""

    destination_arn: str
    format: str


@dataclass(frozen=True, slots=True)
class Throttle:
    """Requests a second and burst a route or stage allows; None means AWS's account default."""

    rate: float | None = None
    burst: int | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage; only a deployed one answers. `throttles` is by route key, `default_throttle` for the rest."""

    name: str
    auto_deploy: bool
    deployed: bool
    access_log: AccessLog | None = None
    default_throttle: Throttle = field(default_factory=Throttle)
    throttles: tuple[tuple[str, Throttle], ...] = ()
    variables: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Cors:
    """The API's CORS configuration."""

    allow_origins: tuple[str, ...] = ()
    allow_methods: tuple[str, ...] = ()
    allow_headers: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    allow_credentials: bool = False
    max_age: int | None = None


@dataclass(frozen=True, slots=True)
class Api:
    """One HTTP API with everything below it."""

    api_id: str
    name: str
    region: str
    account_id: str
    routes: tuple[Route, ...] = ()
    integrations: tuple[Integration, ...] = ()
    authorizers: tuple[Authorizer, ...] = ()
    stages: tuple[Stage, ...] = ()
    cors: Cors | None = None
    endpoint_disabled: bool = False


class Invocation(msgspec.Struct, frozen=True):
    """What a function gave back: its payload as JSON bytes, or an error as Lambda reports it."""

    payload: bytes
    function_error: str = ""  # "" or "Unhandled", as in the X-Amz-Function-Error header
    seconds: float = 0.0


class ControlPlane(Protocol):
    """The part of the sandbox's AWS that the data plane uses. All calls are made on the sandbox's event loop."""

    @property
    def generation(self) -> int:
        """Counts the writes the control plane saw; a changed number means that snapshots are stale."""

    @property
    def settled(self) -> bool:
        """Whether the last write may be seen by now; until then the gateway goes on with what it knew."""

    async def api(self, api_id: str) -> Api | None:
        """The API of that id in any region, read afresh after every write; None when there is none."""

    async def may_invoke(self, function_arn: str, source_arn: str) -> bool:
        """Whether the function's resource policy lets API Gateway invoke it for that source ARN."""

    async def invoke(self, function_arn: str, event: bytes, seconds: float) -> Invocation:
        """Run the function with the event.

        Raises LookupError when the function does not exist, TimeoutError when it takes longer than `seconds`.
        """

    def log(self, group: str, region: str, line: str) -> None:
        """Append a line to a log group of the sandbox's CloudWatch Logs, as access logging does."""
