"""AWS clients whose calls go through a proxy: they sign for one address and send to another.

AWS and the sandbox check which host a request was signed for, so a proxy's own address will not do.
"""

from typing import Any
from urllib.parse import urlsplit

from services.aws.session import AwsClients
from services.redact import Redactor, Secret
from services.sandbox.endpoints import SandboxEndpoints


class DivertedAws(AwsClients):
    """Clients of a sandbox's AWS behind the proxy at `proxy`."""

    def __init__(self, redactor: Redactor, there: SandboxEndpoints, proxy: str, *, read_only: bool = False) -> None:
        super().__init__(
            redactor,
            region=there.aws.region,
            endpoint_url=there.aws.endpoint_url,
            access_key_id=there.aws.access_key_id,
            secret_access_key=Secret(there.aws.secret_access_key),
            read_only=read_only,
        )
        self._there = there
        self._proxy = proxy

    def reading(self, region: str = "") -> AwsClients:
        """The same for reading only; there is one region."""
        return DivertedAws(self._redactor, self._there, self._proxy, read_only=True)

    def client(self, service: str) -> Any:
        """The client of a service, as ever; its diversion is registered once."""
        client = super().client(service)
        client.meta.events.register_last("before-send", self._divert, unique_id="divert")
        return client

    def _divert(self, request: Any, **_: object) -> None:
        parts = urlsplit(request.url)
        request.headers["Host"] = parts.netloc
        request.url = parts._replace(netloc=urlsplit(self._proxy).netloc).geturl()
