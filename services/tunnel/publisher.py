"""What stands between a tunnel and FusionAuth: it publishes what AWS reads, and nothing else unless it is told to.

A tunnel leads strangers to all of FusionAuth, its admin pages included. API Gateway needs two public documents, so by
default only `/.well-known/…` (with or without a tenant's path) is handed on, and only to read. It notes who came, which
shows AWS's own fetches whatever tunnel is in front, and adds the port that FusionAuth before 2024 cannot infer.
"""

import http.client
import re
import threading
import time
from collections import deque
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from services.tunnel.publish import Publish
from services.tunnel.visit import Visit

_PUBLIC_PATH = re.compile(r"(/[0-9a-fA-F-]{36})?/\.well-known/[A-Za-z0-9._-]+(\?.*)?")
_HOP_BY_HOP = frozenset(
    ("connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "content-length")
)
_SECONDS = 20.0
_BODY_LIMIT = 2_000_000
_VISITS = 200


class Publisher:
    """A server on a free port of 127.0.0.1 that hands on to `upstream`, an http address on this machine."""

    def __init__(self, upstream: str, publish: Publish = Publish.DISCOVERY) -> None:
        where = urlsplit(upstream)
        self._host, self._port = where.hostname or "127.0.0.1", where.port or 80
        self.publish = publish
        self._visits: deque[Visit] = deque(maxlen=_VISITS)
        self._server = _Server(self)
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True, name="publisher").start()

    @property
    def visits(self) -> tuple[Visit, ...]:
        """Who came, the latest first."""
        return tuple(reversed(self._visits))

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()

    def is_published(self, method: str, path: str) -> bool:
        """Whether the world may ask that."""
        return self.publish is Publish.EVERYTHING or (
            method in ("GET", "HEAD") and _PUBLIC_PATH.fullmatch(path) is not None
        )

    def note(self, visit: Visit) -> None:
        """Remember a visit."""
        self._visits.append(visit)

    def connection(self) -> http.client.HTTPConnection:
        """A connection to FusionAuth."""
        return http.client.HTTPConnection(self._host, self._port, timeout=_SECONDS)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, publisher: Publisher) -> None:
        self.publisher = publisher
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is no news, and nothing may be written to the terminal."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _SECONDS
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Nothing is written to the terminal."""

    def version_string(self) -> str:
        """No word of what serves this."""
        return "gatelight"

    def do_GET(self) -> None:
        """Answer a request, whatever its method."""
        began, publisher = time.time(), self.server.publisher
        if not publisher.is_published(self.command, self.path):
            status = self._own(404, b"not published\n")
        else:
            status = self._hand_on()
        seconds = time.time() - began
        agent = self.headers.get("User-Agent", "")[:200]
        publisher.note(Visit(began, self.command, self.path.partition("?")[0][:300], status, seconds, agent))

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_GET  # noqa: N815 - the base class's names

    def _hand_on(self) -> int:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > _BODY_LIMIT or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            return self._own(413, b"too long\n")
        body = self.rfile.read(int(length))
        connection = self.server.publisher.connection()
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self._headers():
                connection.putheader(name, value)
            if body:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            response = connection.getresponse()
            content = response.read(_BODY_LIMIT + 1)
        except (OSError, http.client.HTTPException):
            return self._own(502, b"FusionAuth does not answer\n")
        finally:
            connection.close()
        if len(content) > _BODY_LIMIT:
            return self._own(502, b"the answer is too long\n")
        return self._answer(response.status, response.getheaders(), content)

    def _headers(self) -> Iterator[tuple[str, str]]:
        for name, value in self.headers.items():
            if name.lower() not in _HOP_BY_HOP:
                yield name, value
        if self.headers.get("X-Forwarded-Proto", "").lower() == "https" and "X-Forwarded-Port" not in self.headers:
            yield "X-Forwarded-Port", "443"

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes) -> int:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        if status >= 200 and status not in (204, 304):
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        return status

    def _own(self, status: int, content: bytes) -> int:
        return self._answer(status, [("Content-Type", "text/plain")], content)
