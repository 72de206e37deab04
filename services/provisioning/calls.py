"""The calls a step may make, as data: what it reads, and what it sends to create, change or undo."""

import re
from dataclasses import dataclass

from services.exchange import Exchange

_PLACE = re.compile(r"\\\{[a-z_]+\\\}")


@dataclass(frozen=True, slots=True)
class Call:
    """A call to an API: an operation of AWS's, or a method and a path of FusionAuth's or of any other HTTP address.

    In a path `{id}` stands for one segment that is not known beforehand.
    """

    service: str  # boto3's name of it, "fusionauth", "public" (FusionAuth's public address) or "gateway"
    operation: str  # `CreateRole`, or the method
    path: str = ""
    parameters: tuple[str, ...] = ()  # of an AWS operation: those that decide which IAM actions it needs

    def __str__(self) -> str:
        return f"{self.operation} {self.path}" if self.path else f"{self.service}:{self.operation}"

    def matches(self, exchange: Exchange) -> bool:
        """Whether an exchange was this call."""
        if exchange.aws:
            return (exchange.aws.service, exchange.aws.operation) == (self.service, self.operation)
        before = "(/[^?]*)?"  # the address itself may have a path: a proxy's prefix, the tenant of an issuer
        path = before + _PLACE.sub("[^/?]+", re.escape(self.path))
        said = "/" + exchange.url.partition("://")[2].partition("/")[2]
        return exchange.method == self.operation and re.fullmatch(path, said) is not None


@dataclass(frozen=True, slots=True)
class Calls:
    """Everything a step may call, by what it is for. A step that only looks has `read` alone."""

    read: tuple[Call, ...] = ()
    create: tuple[Call, ...] = ()
    change: tuple[Call, ...] = ()
    undo: tuple[Call, ...] = ()

    @property
    def all(self) -> tuple[Call, ...]:
        """Each call once."""
        return tuple(dict.fromkeys((*self.read, *self.create, *self.change, *self.undo)))


def aws(service: str, *operations: str, parameters: tuple[str, ...] = ()) -> tuple[Call, ...]:
    """Operations of one AWS service."""
    return tuple(Call(service, operation, parameters=parameters) for operation in operations)


def fusionauth(*calls: str) -> tuple[Call, ...]:
    """Calls to FusionAuth's API, each as `METHOD /path`."""
    return http("fusionauth", *calls)


def http(service: str, *calls: str) -> tuple[Call, ...]:
    """Calls to another HTTP address, each as `METHOD /path`."""
    return tuple(Call(service, method, path) for method, _, path in (call.partition(" ") for call in calls))


DISCOVERY = http("public", "GET /.well-known/openid-configuration", "GET /.well-known/jwks.json")
