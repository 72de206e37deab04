"""One request as the gateway sees it, read from an ASGI scope."""

import base64
import random
import time
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

ASGIScope = MutableMapping[str, Any]


@dataclass(slots=True)
class Request:
    """A request below an API's prefix. `path` and `query` are still escaped; `path` includes a named stage."""

    method: str
    api_id: str
    path: str
    query: str
    headers: dict[str, str]
    http_version: str
    source_ip: str
    server_port: int
    request_id: str
    received: float

    def header(self, name: str) -> str:
        """A header's value by lower-case name, repeated ones joined by commas; empty where it is missing."""
        return self.headers.get(name, "")

    @property
    def query_parameters(self) -> list[tuple[str, str]]:
        """The query's names and values, unescaped, in their order."""
        return parse_qsl(self.query, keep_blank_values=True, encoding="utf-8", errors="replace")


def read_request(scope: ASGIScope, now: float) -> Request:
    """Take the scope apart; the first path segment is the API's id."""
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode("utf-8", "replace")
    api_id, slash, rest = raw_path.decode("latin-1").lstrip("/").partition("/")
    client, server = scope.get("client") or ("", 0), scope.get("server") or ("", 0)
    return Request(
        method=scope["method"],
        api_id=api_id,
        path=slash + rest or "/",
        query=scope["query_string"].decode("latin-1"),
        headers=_joined(scope["headers"]),
        http_version=scope["http_version"],
        source_ip=client[0],
        server_port=server[1] or 0,
        request_id=_new_request_id(),
        received=now,
    )


def _new_request_id() -> str:
    """15 characters and `=`, as on AWS. It is no secret, and the system's random numbers cost a system call each."""
    return base64.urlsafe_b64encode(random.getrandbits(88).to_bytes(11, "big")).decode("ascii")


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if name in joined:
            joined[name] += ("; " if name == "cookie" else ",") + value
        else:
            joined[name] = value
    return joined


def header_size(scope: ASGIScope) -> int:
    """Bytes of the request line and all headers, as they came over the wire."""
    line = len(scope["method"]) + len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"]) + 12
    return line + sum(len(name) + len(value) + 4 for name, value in scope["headers"])


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def common_log_time(seconds: float) -> str:
    """A time as in `12/Mar/2020:19:03:58 +0000`, whatever the locale."""
    return _common_log_time(int(seconds))


@lru_cache(maxsize=1)
def _common_log_time(seconds: int) -> str:
    moment = time.gmtime(seconds)
    day, clock = time.strftime("%d", moment), time.strftime("%Y:%H:%M:%S +0000", moment)
    return f"{day}/{_MONTHS[moment.tm_mon - 1]}/{clock}"
