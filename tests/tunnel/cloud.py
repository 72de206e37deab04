"""ngrok's side of a tunnel on loopback: accounts, sessions, endpoints and the public edge.

The edge outlives the agents, so an address whose agent is gone answers 404 with ERR_NGROK_3200, as ngrok's does. Agents
(tests/tunnel/stand_in.py) speak to it in lines of JSON over one connection each, which is their session.
"""

import contextlib
import json
import re
import socket
import socketserver
import ssl
import threading
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.tunnel.refusals import refusal

AUTHTOKEN = re.compile(r"[0-9A-Za-z_]{40,64}")
_HOP_BY_HOP = frozenset(("connection", "keep-alive", "transfer-encoding", "content-length"))


@dataclass(frozen=True)
class _Online:
    session: int
    agent_port: int
    name: str


class Cloud:
    """One ngrok account. `faults` refuses with a code whatever the state: {"auth": "107"} or {"bind": "15013"}."""

    def __init__(self, *, stable: bool = True, sessions_at_most: int = 3, tls: tuple[str, str] | None = None) -> None:
        """With `stable` every agent gets the account's own domain; `tls` is a certificate and a key for localhost."""
        self.sessions_at_most = sessions_at_most
        self.revoked: set[str] = set()
        self.faults: dict[str, str] = {}
        self.asked_for: list[dict[str, Any]] = []  # what agents wanted to publish, and how
        self.reachable = True  # False: the network between agents and ngrok is down
        self._stable = stable
        self._tls = tls
        self._own_url = ""
        self._lock = threading.RLock()
        self._sessions: dict[int, socket.socket] = {}
        self._online: dict[str, _Online] = {}
        self._edges: dict[str, _Edge] = {}
        self._numbers = iter(range(1, 1_000_000))
        self._server = _SessionServer(self)
        self.address = "{}:{}".format(*self._server.server_address)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def sessions(self) -> int:
        """How many agents are connected."""
        return len(self._sessions)

    def drop_sessions(self) -> None:
        """Cut every agent's connection, as a lost network does; the agents come back."""
        with self._lock:
            for connection in self._sessions.values():
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End everything."""
        self.drop_sessions()
        for server in (self._server, *self._edges.values()):
            server.shutdown()
            server.server_close()

    def answer(self, number: int, connection: socket.socket, request: dict[str, Any]) -> dict[str, Any]:
        """What an agent asks, answered."""
        with self._lock:
            if request["op"] == "auth":
                return self._authenticate(number, connection, request["authtoken"])
            if request["op"] == "bind":
                return self._bind(number, request)
            self._online.pop(request["url"], None)
            return {"error": ""}

    def end_session(self, number: int) -> None:
        """An agent is gone."""
        with self._lock:
            self._sessions.pop(number, None)
            self._online = {url: online for url, online in self._online.items() if online.session != number}

    def next_number(self) -> int:
        """A session's number."""
        return next(self._numbers)

    def agent_port(self, url: str) -> int | None:
        """Where the agent of an address waits; None when it is offline."""
        online = self._online.get(url)
        return online.agent_port if online else None

    @property
    def scheme(self) -> str:
        """Of the public addresses."""
        return "https" if self._tls else "http"

    def _authenticate(self, number: int, connection: socket.socket, token: str) -> dict[str, Any]:
        code = self.faults.get("auth") or (
            "4018"
            if not token
            else "105"
            if not AUTHTOKEN.fullmatch(token)
            else "107"
            if token in self.revoked
            else "108"
            if len(self._sessions) >= self.sessions_at_most
            else ""
        )
        if code:
            return {"error": refusal(code, token=token, limit=self.sessions_at_most)}
        self._sessions[number] = connection
        return {"error": ""}

    def _bind(self, number: int, request: dict[str, Any]) -> dict[str, Any]:
        url, code = str(request["url"]), self.faults.get("bind", "")
        self.asked_for.append(request.get("wanted", {}))
        if not url:
            url = self._own_url if self._stable else ""
            if not url:
                edge = _Edge(self, self._tls)
                url = edge.url
                self._edges[url] = edge
                self._own_url = url
        elif url not in self._edges:
            code = code or "320"
        if not code and url in self._online and self._online[url].name != request["name"]:
            code = "334"
        if code:
            return {"error": "failed to start tunnel: " + refusal(code, url=url)}
        self._online[url] = _Online(number, request["port"], request["name"])
        return {"error": "", "url": url}


class _SessionServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        super().__init__(("127.0.0.1", 0), _Session)


class _Session(socketserver.StreamRequestHandler):
    server: _SessionServer

    def handle(self) -> None:
        """Answer line by line until the agent goes."""
        cloud = self.server.cloud
        if not cloud.reachable:
            return
        number = cloud.next_number()
        try:
            for line in self.rfile:
                answer = cloud.answer(number, self.connection, json.loads(line))
                self.wfile.write(json.dumps(answer).encode() + b"\n")
        except OSError:
            pass
        finally:
            cloud.end_session(number)


class _Edge(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, cloud: Cloud, tls: tuple[str, str] | None) -> None:
        self.cloud = cloud
        super().__init__(("127.0.0.1", 0), _EdgeHandler)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.url = f"{cloud.scheme}://{'localhost' if tls else '127.0.0.1'}:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is no news."""


class _EdgeHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Edge

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed."""

    def do_GET(self) -> None:
        """One request from the world."""
        cloud, url = self.server.cloud, self.server.url
        port = cloud.agent_port(url)
        host = urlsplit(url).netloc
        if port is None:
            return page(self, 404, "ERR_NGROK_3200", f"The endpoint {host} is offline.")
        if self.headers.get("User-Agent", "").startswith("Mozilla/") and not self.headers.get(
            "ngrok-skip-browser-warning"
        ):
            return page(self, 200, "ERR_NGROK_6024", f"You are about to visit {host}.")
        added = {
            "X-Forwarded-For": self._appended("X-Forwarded-For", self.client_address[0]),
            "X-Forwarded-Proto": self._appended("X-Forwarded-Proto", cloud.scheme),
            "X-Forwarded-Host": self.headers.get("X-Forwarded-Host") or str(self.headers["Host"]),
        }
        if not hand_on(self, port, added):
            page(self, 404, "ERR_NGROK_3200", f"The endpoint {host} is offline.")
        return None

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

    def _appended(self, name: str, value: str) -> str:
        sent = self.headers.get(name)
        return f"{sent}, {value}" if sent else value


def hand_on(handler: BaseHTTPRequestHandler, port: int, headers: dict[str, str]) -> bool:
    """Relay a request to a port of 127.0.0.1 with headers replaced; False when nothing answers there."""
    body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    sent = {name: value for name, value in handler.headers.items() if name.lower() not in _HOP_BY_HOP} | headers
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(handler.command, handler.path, body or None, sent)
        response = connection.getresponse()
        content = response.read()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    handler.send_response_only(response.status)
    for name, value in response.getheaders():
        if name.lower() not in _HOP_BY_HOP:
            handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(content)
    return True


def page(handler: BaseHTTPRequestHandler, status: int, code: str, text: str) -> None:
    """One of ngrok's own pages, which carry their code in a header."""
    content = f"<!DOCTYPE html><title>{code}</title><p>{text}</p><p>{code}</p>\n".encode()
    handler.send_response_only(status)
    handler.send_header("Content-Type", "text/html")
    handler.send_header("Ngrok-Error-Code", code)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(content)
