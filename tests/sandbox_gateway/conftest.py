"""A gateway and an issuer on real sockets, over a control plane that is data in memory."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import requests
import uvicorn

from services.sandbox.aws.snapshot import Api, Authorizer, Integration, Invocation, Route, Stage
from services.sandbox.gateway.app import create_app
from services.sandbox.gateway.issuers import IssuerFetcher
from tests.conformance.case import SCOPE
from tests.gateway.signing import AUDIENCE, jwks

FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:privateFunction"


@dataclass
class MemoryControlPlane:
    """Holds what it is told and runs a Python function in place of a Lambda one."""

    apis: dict[str, Api] = field(default_factory=dict)
    generation: int = 0
    settled: bool = True
    allowed: Callable[[str], bool] = lambda _arn: True
    function: Callable[[dict[str, Any]], Any] | None = lambda event: event
    delay: float = 0.0
    events: list[dict[str, Any]] = field(default_factory=list)
    logged: list[tuple[str, str, str]] = field(default_factory=list)

    def put(self, api: Api) -> None:
        self.apis[api.api_id] = api
        self.generation += 1

    async def api(self, api_id: str) -> Api | None:
        return self.apis.get(api_id)

    async def may_invoke(self, function_arn: str, source_arn: str) -> bool:
        return self.allowed(source_arn)

    async def invoke(self, function_arn: str, event: bytes, seconds: float) -> Invocation:
        if self.function is None:
            raise LookupError(function_arn)
        self.events.append(json.loads(event))
        async with asyncio.timeout(seconds):
            await asyncio.sleep(self.delay)
        result = self.function(self.events[-1])
        if isinstance(result, Invocation):
            return result
        return Invocation(json.dumps(result).encode())

    def log(self, group: str, region: str, line: str) -> None:
        self.logged.append((group, region, line))


@dataclass
class Issuer:
    """A provider whose two documents a test can change; None answers 404."""

    url: str = ""
    discovery: Any = None
    keys: Any = None
    delay: float = 0.0
    requests: list[str] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"]
        self.requests.append(path)
        await asyncio.sleep(self.delay)
        document = {"/.well-known/openid-configuration": self.discovery, "/oauth/keys": self.keys}.get(path)
        status, location = (200, b"") if document is not None else (404, b"")
        if path == "/moved":
            status, location = 302, self.url.encode() + b"/oauth/keys"
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        headers = [(b"location", location)] if location else []
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def restore(self) -> None:
        self.discovery = {"issuer": self.url, "jwks_uri": f"{self.url}/oauth/keys"}
        self.keys = jwks()
        self.delay = 0.0
        self.requests.clear()


@contextmanager
def serving(app: Any) -> Iterator[int]:
    """The app on a free port of 127.0.0.1, in a thread of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=0,
        loop="asyncio",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        wait_until(lambda: server.started)
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Poll until the condition holds; AssertionError when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never held"
        time.sleep(0.005)


API = Api(
    api_id="a1b2c3d4e5",
    name="gatelight",
    region="eu-central-1",
    account_id="123456789012",
    routes=(
        Route("r1", "ANY /privateFunction", "i1", "JWT", "au1"),
        Route("r2", "ANY /scoped", "i1", "JWT", "au1", (SCOPE,)),
        Route("r3", "GET /public", "i1"),
    ),
    integrations=(Integration("i1", "AWS_PROXY", FUNCTION, "2.0", 30_000, FUNCTION),),
    stages=(Stage("$default", auto_deploy=True, deployed=True),),
)


@dataclass
class Lab:
    """A running gateway with everything behind it."""

    control_plane: MemoryControlPlane
    issuer: Issuer
    port: int = 0
    clock: float = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/{API.api_id}"

    def now(self) -> float:
        return self.clock or time.time()

    def reset(self) -> None:
        """As it was at the start: the API above, a good issuer, a function that returns its event."""
        self.clock = 0.0
        self.issuer.restore()
        fresh = MemoryControlPlane(generation=self.control_plane.generation)
        vars(self.control_plane).update(vars(fresh))
        self.configure()

    def configure(self, **changed: Any) -> None:
        """Put the API with changed fields."""
        authorizer = Authorizer("au1", "jwt", self.issuer.url, (AUDIENCE,), ("$request.header.Authorization",))
        self.control_plane.put(replace(API, **{"authorizers": (authorizer,), **changed}))

    def call(self, path: str = "/privateFunction", token: str | None = None, **how: Any) -> requests.Response:
        """A request; `token` is the Authorization header's whole value."""
        headers = {**({} if token is None else {"Authorization": token}), **how.pop("headers", {})}
        method = how.pop("method", "GET")
        return requests.request(method, self.url + path, headers=headers, timeout=10, allow_redirects=False, **how)


@pytest.fixture(scope="session")
def running_lab() -> Iterator[Lab]:
    issuer, control_plane = Issuer(), MemoryControlPlane()
    lab = Lab(control_plane, issuer)
    fetcher = IssuerFetcher(private_ports=(), clock=lab.now)
    with serving(issuer) as issuer_port, serving(create_app(control_plane, fetcher, now=lab.now)) as port:
        issuer.url, lab.port = f"http://127.0.0.1:{issuer_port}", port
        yield lab


@pytest.fixture
def lab(running_lab: Lab) -> Lab:
    """The running gateway in its first state; its issuer's cached keys are forgotten."""
    running_lab.control_plane.put(replace(API, authorizers=()))
    requests.get(f"{running_lab.url}/nowhere", timeout=10)  # the gateway sees the authorizer go, and come again
    running_lab.reset()
    return running_lab
