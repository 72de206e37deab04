"""What the AWS steps share: the clients, the wishes, and how our own things are told from others."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.aws.caller import foreign_endpoint
from services.aws.failures import DENIED
from services.aws.regions import console_url
from services.aws.session import AwsClients
from services.errors import RemoteError
from services.http import HttpClient
from services.profile.model import AwsSettings
from services.provisioning.identity import MADE_TAG, TAG
from services.provisioning.step import Undone

ROUTE_PATH = "/privateFunction"
ROUTE_KEY = f"ANY {ROUTE_PATH}"

_READABLE = frozenset(("get_api", "get_stage", "get_function", "get_role"))
_GONE = frozenset(("NotFoundException", "ResourceNotFoundException", "NoSuchEntity"))


@dataclass(frozen=True, slots=True)
class AwsSide:
    """Everything an AWS step works with."""

    profile: str
    settings: AwsSettings
    clients: AwsClients
    http: HttpClient

    @property
    def tags(self) -> dict[str, str]:
        """The tags that mark what Gatelight makes now for this profile."""
        return {TAG: self.profile, MADE_TAG: datetime.now(UTC).isoformat(timespec="milliseconds")}

    def is_ours(self, tags: Mapping[str, str] | None) -> bool:
        """Whether tags say that Gatelight made it for this profile."""
        return bool(tags) and (tags or {}).get(TAG) == self.profile

    @contextmanager
    def calling(self, service: str) -> Iterator[Any]:
        """The client of a service; what it raises in the block comes out as an error for people."""
        client = self.clients.client(service)
        with self.clients.errors():
            yield client

    def read(self, service: str, operation: str, **parameters: Any) -> dict[str, Any] | None:
        """Call a reading operation; None when AWS says that there is no such thing."""
        try:
            with self.calling(service) as client:
                found: dict[str, Any] = getattr(client, operation)(**parameters)
                return found
        except RemoteError as error:
            if error.code in _GONE:
                return None
            raise

    def items(self, operation: str, **parameters: Any) -> list[dict[str, Any]]:
        """Every item of one of API Gateway's lists, page by page; none when the API they belong to is gone."""
        found: list[dict[str, Any]] = []
        token: dict[str, str] = {}
        while True:
            page = self.read("apigatewayv2", operation, **parameters, **token) or {}
            found += page.get("Items", [])
            if not page.get("NextToken"):
                return found
            token = {"NextToken": page["NextToken"]}

    def delete(self, service: str, operation: str, **parameters: Any) -> Undone:
        """Call a deleting operation; what is gone already is no error."""
        try:
            with self.calling(service) as client:
                getattr(client, operation)(**parameters)
        except RemoteError as error:
            if error.code in _GONE or (error.code in DENIED and self._is_gone(service, operation, parameters)):
                return Undone.GONE
            raise
        return Undone.DELETED

    def _is_gone(self, service: str, operation: str, parameters: dict[str, Any]) -> bool:
        """Whether what must not be deleted is missing: a permission that asks for a tag does not cover that."""
        reading = operation.replace("delete_", "get_", 1)
        return reading in _READABLE and self.read(service, reading, **parameters) is None

    def console(self, path: str) -> str:
        """A page of the AWS console; empty for what has none: the sandbox, and another place than AWS's own."""
        if self.clients.endpoint_url or foreign_endpoint(self.clients):
            return ""
        return console_url(self.clients.region, path)
