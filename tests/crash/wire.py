"""A wire between Gatelight and the sandbox that can be cut: a proxy on loopback, which does harm to chosen requests.

It is transparent: only the TCP connection is led elsewhere, so that `Host` and AWS's signature stay what they are. What
tests send by themselves (to look from outside, or to change things by hand) passes untouched.
"""

import contextlib
import os
import signal
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BufferedIOBase
from urllib.parse import parse_qs, urlsplit

import pytest
import urllib3.util.connection

from services.sandbox.endpoints import SandboxRecord

_LOOKS = ("Get", "List", "Describe")
_COLLECTIONS = ("apis", "authorizers", "integrations", "routes", "stages", "functions", "policy")
_SECONDS = 30.0


@dataclass(frozen=True)
class Request:
    """One request of Gatelight's on the wire."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    port: int

    @property
    def is_aws(self) -> bool:
        return "x-amz-date" in self.headers

    @property
    def operation(self) -> str:
        """What is asked for, with ids left out where they are parts of a path: the same call has the same name."""
        if target := self.headers.get("x-amz-target"):
            return target.rpartition(".")[2]
        if self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return parse_qs(self.body.decode())["Action"][0]
        named = [""]
        for part in self.path.partition("?")[0].split("/")[1:]:
            identity = named[-1] in _COLLECTIONS or (len(named) > 2 and any(char.isdigit() for char in part))
            named.append("·" if identity else part)
        return f"{self.method} {'/'.join(named)}"

    @property
    def writes(self) -> bool:
        """Whether it could change something; AWS's query and JSON protocols post even to read."""
        if self.method == "POST" and " " not in self.operation:
            return not self.operation.startswith(_LOOKS)
        return self.method not in ("GET", "HEAD")


# What can be done to a request. Each is told the request and how to have it carried out.
Carry = Callable[[], bytes]
Fault = Callable[[Request, Carry], bytes | None]  # what the client gets; None: the connection ends without more


def cut_answer(_: Request, carry: Carry) -> bytes | None:
    """It is carried out, and the connection ends in the middle of the answer."""
    answer = carry()
    raise Cut(answer[: max(1, len(answer) // 2)])


def lose_answer(_: Request, carry: Carry) -> bytes | None:
    """It is carried out, and nothing of the answer arrives."""
    carry()
    return None


def lose_request(_: Request, carry: Carry) -> bytes | None:
    """It never arrives."""
    return None


def answer(status: int, body: bytes = b"", **headers: str) -> Fault:
    """It is answered in the place of the other side, and not carried out."""
    named = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status} Because\r\ncontent-length: {len(body)}\r\n{named}\r\n"
    return lambda _, carry: head.encode() + body


def aws_error(status: int, code: str, message: str = "no", **headers: str) -> Fault:
    """An error of AWS's, in the protocol the request speaks."""

    def fault(request: Request, carry: Carry) -> bytes | None:
        if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            told = f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
            return answer(status, told.encode(), content_type="text/xml", **headers)(request, carry)
        told = f'{{"__type": "{code}", "message": "{message}"}}'
        headers_of_it = {"content_type": "application/json", "x_amzn_ErrorType": code, **headers}
        return answer(status, told.encode(), **headers_of_it)(request, carry)

    return fault


def kill(pid: int, *, carried_out: bool) -> Fault:
    """The process that asks is killed, before the request is carried out or just after."""

    def fault(_: Request, carry: Carry) -> bytes | None:
        if carried_out:
            carry()
        os.kill(pid, signal.SIGKILL)
        return None

    return fault


class Cut(Exception):
    """The rest of an answer is lost."""

    def __init__(self, rest: bytes) -> None:
        self.rest = rest


@dataclass
class Wire:
    """The proxies in front of a sandbox's FusionAuth, AWS and tunnel. `choose` names a request's fault, if any."""

    record: SandboxRecord
    choose: Callable[[Request], Fault | None] = lambda request: None
    seen: list[Request] = field(default_factory=list)
    _servers: dict[int, socketserver.ThreadingTCPServer] = field(default_factory=dict)
    _under_way: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def __enter__(self) -> "Wire":
        there = self.record.endpoints
        for url in (there.fusionauth.url, there.aws.endpoint_url, self.record.control.url):
            port = urlsplit(url).port or 0
            server = _Server(("127.0.0.1", 0), _handler(self, port))
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
            self._servers[port] = server
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers.values():
            server.shutdown()
            server.server_close()

    def rest(self) -> None:
        """Wait until everything that was asked for, by whomever, has been carried out."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._under_way == 0, _SECONDS)

    @contextlib.contextmanager
    def carrying(self) -> Iterator[None]:
        """While a request is dealt with."""
        with self._changed:
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    @property
    def ports(self) -> dict[int, int]:
        """Where a connection is led: the port it is for → the proxy's."""
        return {port: server.server_address[1] for port, server in self._servers.items()}

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Lead this process's connections through the wire."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(urllib3.util.connection, "create_connection", led_through(self.ports))
            yield


def led_through(ports: dict[int, int]) -> Callable[..., socket.socket]:
    """A `create_connection` for urllib3 that goes to other ports of this machine."""
    connect = urllib3.util.connection.create_connection

    def create_connection(address: tuple[str, int], *arguments: object, **options: object) -> socket.socket:
        host, port = address
        return connect((host, ports.get(port, port)), *arguments, **options)  # type: ignore[arg-type]

    return create_connection


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64


def _handler(wire: Wire, port: int) -> type[socketserver.BaseRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.connection.settimeout(_SECONDS)
            with contextlib.suppress(OSError), _Upstream(port) as upstream:
                while (head := _read_head(self.rfile)) is not None:
                    length = int(_headers(head).get("content-length", 0))
                    body = self.rfile.read(length)
                    if len(body) < length:
                        return  # whoever asked was killed over it
                    try:
                        with wire.carrying():
                            answered = self.answered(head, body, upstream)
                    except Cut as cut:
                        self.wfile.write(cut.rest)
                        return
                    if answered is None:
                        return
                    self.wfile.write(answered)

        def answered(self, head: bytes, body: bytes, upstream: "_Upstream") -> bytes | None:
            headers = _headers(head)
            method, path = head.split(b" ", 2)[:2]
            request = Request(method.decode(), path.decode(), headers, body, port)
            fault = None
            if "gatelight" in headers.get("user-agent", ""):
                wire.seen.append(request)
                fault = wire.choose(request)

            def carry() -> bytes:
                return upstream.ask(head + body, is_head=method == b"HEAD")

            return carry() if fault is None else fault(request, carry)

    return Handler


class _Upstream:
    """The connection to the real thing, made again where that had closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def __enter__(self) -> "_Upstream":
        return self

    def __exit__(self, *_: object) -> None:
        if self._socket is not None:
            self._socket.close()

    def ask(self, request: bytes, *, is_head: bool) -> bytes:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.setblocking(False)
                if self._socket.recv(1, socket.MSG_PEEK) == b"":
                    self._socket.close()
                    self._socket = None
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=_SECONDS)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.settimeout(_SECONDS)
        self._socket.sendall(request)
        file = self._socket.makefile("rb")
        head = _read_head(file)
        if head is None:
            raise ConnectionError("the sandbox closed the connection")
        status = int(head.split(b" ", 2)[1])
        empty = is_head or status in (204, 304)
        length = 0 if empty else int(_headers(head)["content-length"])
        return head + file.read(length)


def _read_head(file: BufferedIOBase) -> bytes | None:
    lines = []
    while (line := file.readline()) not in (b"\r\n", b""):
        lines.append(line)
    return b"".join(lines) + b"\r\n" if lines else None


def _headers(head: bytes) -> dict[str, str]:
    pairs = (line.partition(b":") for line in head.split(b"\r\n")[1:] if line)
    return {name.decode("latin-1").lower(): value.decode("latin-1").strip() for name, _, value in pairs}
