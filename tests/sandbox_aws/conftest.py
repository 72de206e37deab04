"""A sandbox's AWS over a real socket, an issuer beside it, and boto3 in front of it."""

import asyncio
import http.client
import http.server
import io
import json
import os
import socket
import tempfile
import threading
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
import uvicorn
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from services.sandbox.aws import guard
from services.sandbox.aws.control_plane import MiniStackControlPlane
from services.sandbox.endpoints import AwsEndpoint

ACCOUNT = "000000000000"
GATEWAY = "http://127.0.0.1:65001"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
TEMPLATE = Path(__file__).parents[2] / "lambda_template" / "index.mjs"


def package(source: str, name: str = "index.mjs") -> bytes:
    """A function's code package."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, source)
    return buffer.getvalue()


@dataclass
class RunningAws:
    """The server with what is behind it."""

    endpoint: AwsEndpoint
    plane: MiniStackControlPlane
    loop: asyncio.AbstractEventLoop
    folder: Path
    issuer: str
    role: str = ""
    names: Iterator[str] = field(default_factory=lambda: (f"name{number}" for number in range(10_000)))

    def client(self, service: str, **changes: Any) -> Any:
        """A boto3 client that speaks to the sandbox."""
        settings = {
            "endpoint_url": self.endpoint.endpoint_url,
            "region_name": self.endpoint.region,
            "aws_access_key_id": self.endpoint.access_key_id,
            "aws_secret_access_key": self.endpoint.secret_access_key,
        }
        retries = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20)
        return boto3.client(service, **{**settings, **changes}, config=retries)

    def wait(self, work: Any) -> Any:
        """Run a coroutine on the server's loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def new_function(self, source: str, *, name: str = "index.mjs", **changes: Any) -> str:
        """Deploy a function and give its name."""
        function = next(self.names)
        settings = {
            "FunctionName": function,
            "Runtime": "nodejs24.x",
            "Handler": "index.handler",
            "Role": self.role,
            "Code": {"ZipFile": package(source, name)},
        }
        self.client("lambda").create_function(**{**settings, **changes})
        return function

    def new_api(self) -> str:
        """Create an API and give its id."""
        api_id: str = self.client("apigatewayv2").create_api(Name=next(self.names), ProtocolType="HTTP")["ApiId"]
        return api_id


def send(
    aws: RunningAws,
    method: str = "GET",
    path: str = "/v2/apis",
    *,
    service: str | None = "apigateway",
    headers: dict[str, str] | None = None,
    body: bytes = b"",
) -> tuple[int, dict[str, str], bytes]:
    """A request of one's own making, signed for `service` unless that is None."""
    address = urlsplit(aws.endpoint.endpoint_url)
    request = AWSRequest(method, aws.endpoint.endpoint_url + path, data=body, headers=headers)
    if service:
        key = Credentials(aws.endpoint.access_key_id, aws.endpoint.secret_access_key)
        SigV4Auth(key, service, aws.endpoint.region).add_auth(request)
    connection = http.client.HTTPConnection("127.0.0.1", address.port or 0, timeout=10)
    try:
        connection.request(method, path, body=body, headers={**dict(request.headers), **(headers or {})})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


async def probe(issuer: str) -> None:
    """Reads the issuer's discovery document and keys; raises when it cannot."""

    def fetch() -> None:
        with urllib.request.urlopen(issuer + "/.well-known/openid-configuration", timeout=2) as answer:
            keys = json.load(answer)["jwks_uri"]
        urllib.request.urlopen(keys, timeout=2).close()

    await asyncio.to_thread(fetch)


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """An identity provider that has a discovery document and an empty key set."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = f"http://127.0.0.1:{server.server_port}"
            documents = {
                "/.well-known/openid-configuration": {"issuer": address, "jwks_uri": address + "/keys"},
                "/keys": {"keys": []},
            }
            document = documents.get(self.path)
            self.send_response(200 if document else 404)
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def aws(issuer: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAws]:
    """The sandbox's AWS, empty at the start of each module, with a role that Lambda may assume."""
    environment, temporary = dict(os.environ), tempfile.gettempdir()
    folder = tmp_path_factory.mktemp("aws")
    listener = socket.create_server(("127.0.0.1", 0))
    endpoint = AwsEndpoint(
        endpoint_url=f"http://127.0.0.1:{listener.getsockname()[1]}",
        region="us-east-1",
        account_id=ACCOUNT,
        access_key_id="AKIASANDBOXTESTS0001",
        secret_access_key="secret",
    )
    ready = threading.Event()
    state: dict[str, Any] = {}

    async def serve() -> None:
        plane = MiniStackControlPlane(folder=folder, endpoint=endpoint, gateway_url=GATEWAY)
        await plane.start()
        app = guard.create_app(plane, probe=probe)
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="critical", lifespan="off", proxy_headers=False, ws="none")
        )
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        state.update(plane=plane, server=server, loop=asyncio.get_running_loop())
        ready.set()  # the socket listens already: requests wait in its queue until they are served
        await server.serve(sockets=[listener])
        await plane.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert ready.wait(20)
        running = RunningAws(endpoint, state["plane"], state["loop"], folder, issuer)
        role = running.client("iam").create_role(RoleName="lambda-role", AssumeRolePolicyDocument=TRUST)
        running.role = role["Role"]["Arn"]
        yield running
    finally:
        state["server"].should_exit = True
        thread.join(10)
        listener.close()
        for name in set(os.environ) - set(environment):
            del os.environ[name]
        os.environ.update(environment)
        tempfile.tempdir = temporary
    assert not thread.is_alive()


@pytest.fixture
def invoke(aws: RunningAws) -> Callable[..., tuple[Any, dict[str, Any]]]:
    """Invokes a function and gives its parsed payload and the whole answer."""

    def run(name: str, event: Any = None, **options: Any) -> tuple[Any, dict[str, Any]]:
        answer = aws.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event or {}), **options)
        text = answer["Payload"].read()
        return (json.loads(text) if text else None), answer

    return run
