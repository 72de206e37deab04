"""A stand-in for the ngrok agent: what pyngrok says to it and reads from it, with the faults of agents in life.

Run as `ngrok` by a script that `tests/tunnel/conftest.py` writes. It connects to the cloud named by STAND_IN_CLOUD and
takes its faults from STAND_IN_FAULT: `mute` (never a word), `crash at start`, `crash at connect`, `slow`, `old` (older
than 3.30: no /api/endpoints) or `refuse stop` (SIGTERM does not end it).
"""

import json
import os
import re
import signal
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote, urlsplit

from tests.tunnel.cloud import hand_on, page

FAULT = os.environ.get("STAND_IN_FAULT", "")
VERSION = "3.3.1" if FAULT == "old" else "3.39.10"
_RETRY_SECONDS = 0.1


def main(arguments: list[str]) -> int:
    """`version`, `start --none --log stdout --config FILE`, or `http PORT` as a person starts it."""
    if arguments[:1] == ["version"]:
        sys.stdout.write(f"ngrok version {VERSION}\n")
        return 0
    if arguments[:1] == ["http"]:
        agent = Agent(os.environ.get("NGROK_AUTHTOKEN", ""), os.environ["STAND_IN_CLOUD"])
        agent.connect()
        agent.start({"name": "command_line", "upstream": {"url": f"http://localhost:{arguments[1]}"}})
        threading.Event().wait()
    if arguments[:1] != ["start"]:
        return 1
    if FAULT == "refuse stop":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    if FAULT == "mute":
        signal.pause()
    _check_configuration(Path(arguments[arguments.index("--config") + 1]))
    agent = Agent(os.environ.get("NGROK_AUTHTOKEN", ""), os.environ["STAND_IN_CLOUD"])
    if FAULT == "crash at start":
        os._exit(3)
    agent.connect_until_it_is()
    threading.Event().wait()
    return 0


def log(level: str, message: str, **members: object) -> None:
    """One line as the agent logs: logfmt, with quotes where they are needed."""
    parts = [f"t={time.strftime('%Y-%m-%dT%H:%M:%S%z')}", f"lvl={level}", f"msg={_quoted(message)}"]
    parts += [f"{name}={_quoted(value)}" for name, value in members.items()]
    try:
        sys.stdout.write(" ".join(parts) + "\n")
        sys.stdout.flush()
    except (OSError, ValueError):
        os._exit(1)


def fail(text: str) -> NoReturn:
    """End as the agent does: usage and every line of the reason on standard error."""
    log("crit", "command failed", err=text)
    usage = "NAME:\n  start - start endpoints or tunnels by name from the configuration file\n"
    sys.stderr.write(usage + "".join(f"ERROR:  {line}\n" for line in text.split("\n")))
    sys.stderr.flush()
    os._exit(1)


class Agent:
    """One agent: a session with the cloud, endpoints, and its own API on loopback."""

    def __init__(self, authtoken: str, cloud: str) -> None:
        self._authtoken = authtoken
        host, port = cloud.split(":")
        self._cloud = (host, int(port))
        self._lock = threading.RLock()
        self._file: Any = None
        self._online = threading.Event()
        self.endpoints: dict[str, dict[str, Any]] = {}
        self.captured: list[dict[str, Any]] = []
        api = _Server(_Api, self)
        log("info", "starting web service", obj="web", addr=f"127.0.0.1:{api.server_address[1]}", allow_hosts="[]")

    @property
    def status(self) -> str:
        """As `/api/status` has it."""
        return "online" if self._online.is_set() else "reconnecting"

    def connect(self) -> None:
        """Open the session; the account may refuse it."""
        if FAULT == "slow":
            time.sleep(1.0)
        connection = socket.create_connection(self._cloud, 5)
        connection.settimeout(None)
        self._file = connection.makefile("rwb")
        refused = self._ask(op="auth", authtoken=self._authtoken)["error"]
        if refused:
            text = f"authentication failed: {refused}"
            log("eror", "failed to reconnect session", obj="tunnels.session", err=text)
            fail(text)
        for endpoint in self.endpoints.values():
            self._ask(op="bind", url=endpoint["url"], port=endpoint["port"], name=endpoint["token"])
        self._online.set()
        log("info", "client session established", obj="tunnels.session")
        log("info", "tunnel session started", obj="tunnels.session")
        threading.Thread(target=self._watch, args=(connection,), daemon=True).start()

    def start(self, wanted: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Start an endpoint, as POST /api/endpoints asks."""
        if FAULT == "crash at connect":
            os._exit(3)
        upstream = str(wanted["upstream"]["url"])
        proxy = _Server(_Proxy, self)
        proxy.upstream = urlsplit(upstream).port or 80
        port, token = int(proxy.server_address[1]), os.urandom(8).hex()
        address = str(wanted.get("url", "")).rstrip("/")
        answer = self._ask(op="bind", url=address, port=port, name=token, wanted=wanted)
        if answer["error"]:
            proxy.shutdown()
            log("warn", "failed to start tunnel", pg="/api/endpoints", err=answer["error"])
            details = {"err": answer["error"]}
            return 502, {"error_code": 103, "status_code": 502, "msg": "failed to start tunnel", "details": details}
        endpoint = {
            "name": wanted["name"],
            "uri": f"/api/endpoints/{wanted['name']}",
            "url": answer["url"],
            "upstream": {"url": upstream, "protocol": "http1"},
            "metrics": {"conns": {"count": 0}, "http": {"count": 0}},
        }
        self.endpoints[wanted["name"]] = endpoint | {"port": port, "token": token}
        log("info", "started tunnel", obj="tunnels", name=wanted["name"], addr=upstream, url=answer["url"])
        return 201, endpoint

    def _ask(self, **request: object) -> dict[str, Any]:
        with self._lock:
            self._file.write(json.dumps(request).encode() + b"\n")
            self._file.flush()
            line = self._file.readline()
            if not line:
                raise ConnectionError("read EOF from remote peer")
            answer: dict[str, Any] = json.loads(line)
            return answer

    def _watch(self, connection: socket.socket) -> None:
        """Notice that the session is lost, and open it again."""
        while True:
            time.sleep(0.02)
            try:
                if connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b"":
                    break
            except BlockingIOError:
                continue
            except OSError:
                break
        self._online.clear()
        log("eror", "session closed, starting reconnect loop", obj="tunnels.session", err="read EOF from remote peer")
        self.connect_until_it_is()

    def connect_until_it_is(self) -> None:
        """Open the session, however often the network fails."""
        while not self._online.is_set():
            try:
                self.connect()
            except OSError as error:
                reason = f'failed to dial ngrok server with address "connect.ngrok-agent.com:443": dial tcp: {error}'
                log("eror", "failed to reconnect session", obj="tunnels.session", err=reason)
                time.sleep(_RETRY_SECONDS)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    upstream = 0

    def __init__(self, handler: type[BaseHTTPRequestHandler], agent: Agent) -> None:
        self.agent = agent
        super().__init__(("127.0.0.1", 0), handler)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed."""


class _Proxy(_Handler):
    def do_GET(self) -> None:
        """One request from the edge, handed on to what is published, and kept for the inspector."""
        self.server.agent.captured.insert(
            0,
            {
                "tunnel_name": "command_line",
                "start": "2026-11-22T15:10:39.123456789Z",
                "duration": 2_435_167,
                "request": {
                    "method": self.command,
                    "uri": self.path,
                    "headers": {"User-Agent": [self.headers.get("User-Agent", "")]},
                },
                "response": {"status": "200 OK", "status_code": 200},
            },
        )
        if not hand_on(self, self.server.upstream, {}):
            page(self, 502, "ERR_NGROK_8012", "Traffic successfully made it to the ngrok agent, but the agent failed.")

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_GET


class _Api(_Handler):
    def do_GET(self) -> None:
        """The agent's API; every call is logged, which fills the pipe of a reader that does not read."""
        path = unquote(urlsplit(self.path).path)
        log("info", "start", pg=path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, answer = self._answer(path, body)
        content = json.dumps(answer).encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        log("info", "end", pg=path, status=status)

    do_POST = do_GET

    def _answer(self, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        agent = self.server.agent
        if path == "/api/status":
            return 200, {"status": agent.status, "agent_version": VERSION}
        if path == "/api/endpoints" and FAULT != "old":
            if self.command == "POST":
                return agent.start(json.loads(body))
            return 200, {"endpoints": list(agent.endpoints.values()), "uri": path}
        if path == "/api/tunnels" and FAULT == "old":
            tunnels = [
                {"name": one["name"], "public_url": one["url"], "config": {"addr": one["upstream"]["url"]}}
                for one in agent.endpoints.values()
            ]
            return 200, {"tunnels": tunnels, "uri": path}
        if path == "/api/requests/http":
            return 200, {"requests": agent.captured, "uri": path}
        return 404, {"status_code": 404, "msg": "Not Found", "details": {"path": path}}


def _check_configuration(path: Path) -> None:
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        fail(f"Error reading configuration file '{path}': {error.strerror}")
    version = re.search(r"^version:\s*[\"']?(\d)", text, re.MULTILINE)
    if version is None:
        sys.stderr.write(f"ERROR:  Error reading configuration file '{path}': `version` property is required.\n")
        os._exit(1)
    if FAULT == "old" and version[1] == "3":
        fail(f"Error reading configuration file '{path}': unknown version '3'. valid versions are: [1 2]")


def _quoted(value: object) -> str:
    text = str(value)
    if text and not re.search(r'[\s"=\\]', text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
