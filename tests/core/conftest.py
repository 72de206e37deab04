"""A server that answers as a test tells it to."""

import http.server
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from services.http import HttpClient
from services.redact import Redactor


@dataclass
class Canned:
    """One answer. `body` is sent as it is; `content_type` is left out when empty."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


Answering = Callable[[str, str], Canned]


@dataclass
class Server:
    """Where it listens, what it was asked, and how it answers."""

    url: str
    asked: list[tuple[str, str, dict[str, str]]]
    answer: Answering


@pytest.fixture
def server() -> Iterator[Server]:
    """A loopback HTTP server; set `answer` to decide what it says."""
    state = Server("", [], lambda method, path: Canned())

    class Handler(http.server.BaseHTTPRequestHandler):
        def _say(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            state.asked.append((self.command, self.path, dict(self.headers)))
            canned = state.answer(self.command, self.path)
            self.send_response(canned.status)
            if canned.content_type:
                self.send_header("content-type", canned.content_type)
            for name, value in canned.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(canned.body)))
            self.end_headers()
            self.wfile.write(canned.body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _say

        def log_message(self, *args: object) -> None:
            pass

    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{listening.server_port}"
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield state
    listening.shutdown()
    listening.server_close()
    thread.join()


@pytest.fixture
def redactor() -> Redactor:
    """Knows no secret yet."""
    return Redactor()


@pytest.fixture
def http_client(redactor: Redactor) -> Iterator[HttpClient]:
    """Speaks HTTP as the services do."""
    client = HttpClient(redactor, total_seconds=5)
    yield client
    client.close()
