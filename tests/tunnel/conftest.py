"""An ngrok account, an agent to be driven, and something to publish."""

import json
import shlex
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from services.http import HttpClient
from services.profile.model import TunnelSettings
from services.redact import Redactor
from services.tunnel.ngrok.provider import NgrokTunnel
from tests.tunnel.cloud import Cloud

ROOT = Path(__file__).parents[2]
AUTHTOKEN = "2" + "aZ9_" * 12


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """An account whose own domain is always the same."""
    cloud = Cloud()
    monkeypatch.setenv("STAND_IN_CLOUD", cloud.address)
    monkeypatch.setenv("NGROK_AUTHTOKEN", AUTHTOKEN)
    yield cloud
    cloud.close()


@pytest.fixture
def agent(tmp_path: Path) -> Path:
    """An executable `ngrok` of this test's own: pyngrok keeps one running agent per path."""
    path = tmp_path / "bin" / "ngrok"
    path.parent.mkdir()
    python, root = shlex.quote(sys.executable), shlex.quote(str(ROOT))
    path.write_text(f'#!/bin/sh\nPYTHONPATH={root} exec {python} -m tests.tunnel.stand_in "$@"\n')
    path.chmod(0o755)
    return path


class Upstream:
    """A FusionAuth as far as a tunnel sees it: discovery, and one answer for everything else."""

    def __init__(self, answer: bytes = b"{}", *, is_fusionauth: bool = True) -> None:
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                upstream.requests.append((self.command, self.path, dict(self.headers.items())))
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                content = answer
                if is_fusionauth and self.path.endswith(
                    "/openid-configuration"
                ):  # as a FusionAuth that knows nothing of the tunnel
                    content = json.dumps({"issuer": "acme.com", "jwks_uri": "http://localhost:9011/keys"}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Connection", "close")  # or a connection would outlive `close`
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            do_HEAD = do_POST = do_GET

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Answer nothing more."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """Something to publish."""
    upstream = Upstream()
    yield upstream
    upstream.close()


@pytest.fixture
def new_tunnel(agent: Path, tmp_path: Path) -> Iterator[Callable[..., NgrokTunnel]]:
    """Makes tunnels of one profile with the stand-in as their agent; they are closed in the end."""
    made: list[NgrokTunnel] = []

    def make(url: str, **settings: Any) -> NgrokTunnel:
        redactor = Redactor()
        chosen = TunnelSettings(provider="ngrok", **{"agent": str(agent), **settings})
        made.append(NgrokTunnel(HttpClient(redactor), redactor, url, chosen, tmp_path / "tunnels" / "dev"))
        return made[-1]

    yield make
    for tunnel in made:
        tunnel.close()
