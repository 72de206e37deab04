"""Calls MiniStack's API inside this process: an HTTP request without a socket."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """What MiniStack answered."""

    status: int
    headers: Headers
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether it was a success."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON; an empty body is an empty object."""
        return json.loads(self.body or b"{}")


class MiniStack:
    """MiniStack's ASGI app, called directly."""

    def __init__(self, host: str, access_key_id: str) -> None:
        self._host = host.encode()
        self._access_key_id = access_key_id

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: bytes = b"",
        headers: Iterable[tuple[bytes, bytes]] = (),
        body: bytes = b"",
    ) -> ApiAnswer:
        """Send a request as it is; `path` is decoded. Host and content length are set here."""
        from ministack.app import app

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": quote(path).encode(),
            "query_string": query,
            "root_path": "",
            "headers": [*headers, (b"host", self._host), (b"content-length", str(len(body)).encode())],
            "client": ("127.0.0.1", 0),
            "server": ("127.0.0.1", 0),
        }
        started: dict[str, Any] = {}
        chunks: list[bytes] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                started.update(message)
            elif message["type"] == "http.response.body":
                chunks.append(message.get("body", b""))

        await app(scope, receive, send)
        return ApiAnswer(started["status"], tuple(started["headers"]), b"".join(chunks))

    async def call(
        self,
        service: str,
        region: str,
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        content: Any = None,
    ) -> ApiAnswer:
        """A call to a REST-JSON service (Lambda, API Gateway)."""
        body = b"" if content is None else json.dumps(content).encode()
        return await self.request(
            method,
            path,
            query=urlencode(query or {}).encode(),
            headers=(self._authorization(service, region), (b"content-type", b"application/json")),
            body=body,
        )

    async def call_json(self, service: str, region: str, target: str, content: Any) -> ApiAnswer:
        """A call to a service of the JSON protocol (CloudWatch Logs)."""
        return await self.request(
            "POST",
            "/",
            headers=(
                self._authorization(service, region),
                (b"content-type", b"application/x-amz-json-1.1"),
                (b"x-amz-target", target.encode()),
            ),
            body=json.dumps(content).encode(),
        )

    async def call_query(self, service: str, region: str, action: str, **parameters: str) -> ApiAnswer:
        """A call to a service of the query protocol (IAM, CloudFormation); the answer is XML."""
        return await self.request(
            "POST",
            "/",
            headers=(
                self._authorization(service, region),
                (b"content-type", b"application/x-www-form-urlencoded"),
            ),
            body=urlencode({"Action": action, **parameters}).encode(),
        )

    def _authorization(self, service: str, region: str) -> tuple[bytes, bytes]:
        scope = f"{self._access_key_id}/20000101/{region}/{service}/aws4_request"
        return (b"authorization", f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0".encode())
