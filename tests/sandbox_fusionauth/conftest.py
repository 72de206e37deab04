"""A FusionAuth of the sandbox on a real socket, and a small client for it."""

import asyncio
import socket
import threading
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import uvicorn
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from starlette.types import ASGIApp, Receive, Scope, Send

from services.sandbox.fusionauth.app import create_app
from services.sandbox.fusionauth.key_pairs import rsa_private_key
from services.sandbox.fusionauth.store import Store

TIMEOUT = 10
SIGNING_KEY_ID = "11111111-0000-4000-8000-000000000001"


class Clock:
    """Real time, until a test moves it."""

    def __init__(self) -> None:
        self.offset = 0.0

    def __call__(self) -> float:
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        """Move the clock on."""
        self.offset += seconds


class Client:
    """Calls a FusionAuth as a user of its API does, with one API key (or none)."""

    def __init__(self, url: str, store: Store, clock: Clock, api_key: str | None) -> None:
        self.url = url
        self.store = store
        self.clock = clock
        self.api_key = api_key

    def using(self, api_key: str | None) -> "Client":
        """The same FusionAuth with another key."""
        return Client(self.url, self.store, self.clock, api_key)

    def call(
        self, method: str, path: str, json: object = None, *, headers: dict[str, str] | None = None, **more: Any
    ) -> requests.Response:
        """Send one request. Nothing is redirected."""
        sent = dict(headers or {})
        if self.api_key is not None:
            sent.setdefault("Authorization", self.api_key)
        return requests.request(
            method, self.url + path, json=json, headers=sent, timeout=TIMEOUT, allow_redirects=False, **more
        )

    def ok(self, method: str, path: str, json: object = None, **more: Any) -> Any:
        """Send one request that must succeed with 200, and give its JSON (None for an empty body)."""
        response = self.call(method, path, json, **more)
        assert response.status_code == 200, (response.status_code, response.text)
        return response.json() if response.content else None

    def new_application(self, **properties: Any) -> dict[str, Any]:
        """Create an application with a name of its own."""
        body = {"name": f"application {uuid.uuid4()}", **properties}
        application: dict[str, Any] = self.ok("POST", "/api/application", {"application": body})["application"]
        return application

    def new_user(self, **properties: Any) -> dict[str, Any]:
        """Create a user with an e-mail address of its own and the password `password`."""
        body = {"email": f"{uuid.uuid4().hex}@example.com", "password": "password", **properties}
        user: dict[str, Any] = self.ok("POST", "/api/user", {"user": body})["user"]
        return user

    def register(self, user: dict[str, Any], application: dict[str, Any], **properties: Any) -> dict[str, Any]:
        """Register a user to an application."""
        body = {"registration": {"applicationId": application["id"], **properties}}
        registration: dict[str, Any] = self.ok("POST", f"/api/user/registration/{user['id']}", body)
        return registration

    def login(
        self, user: dict[str, Any], application: dict[str, Any] | None = None, **properties: Any
    ) -> requests.Response:
        """Log a user in through the Login API."""
        body = {"loginId": user["email"], "password": "password", **properties}
        if application:
            body["applicationId"] = application["id"]
        return self.call("POST", "/api/login", body)

    def rs256(self) -> dict[str, Any]:
        """The jwtConfiguration of an application that signs with an RSA key of its own."""
        if self.call("GET", f"/api/key/{SIGNING_KEY_ID}").status_code == 404:
            key = {"key": {"algorithm": "RS256", "name": "access token", "length": 2048}}
            self.ok("POST", f"/api/key/generate/{SIGNING_KEY_ID}", key)
        return {"enabled": True, "accessTokenKeyId": SIGNING_KEY_ID, "idTokenKeyId": SIGNING_KEY_ID}


class Switch:
    """One server for many tests: an ASGI app that hands every request to the FusionAuth now plugged in."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        self.url = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app
        self.loop = asyncio.get_running_loop()
        await self.app(scope, receive, send)


@pytest.fixture(scope="session")
def switch() -> Iterator[Switch]:
    """A server on a real socket, without a FusionAuth yet."""
    switch = Switch()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(switch, proxy_headers=False, log_level="warning", lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        switch.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        yield switch
        server.should_exit = True
        thread.join(TIMEOUT)


class RsaKeys:
    """RSA keys as the sandbox makes them, made once: every test gets the same ones in turn, and none of them twice."""

    def __init__(self) -> None:
        self._made: defaultdict[int, list[RSAPrivateKey]] = defaultdict(list)
        self._given: Counter[int] = Counter()
        self._lock = threading.Lock()

    def start_over(self) -> None:
        """Begin with the first key again, for the next test."""
        self._given.clear()

    def __call__(self, length: int) -> RSAPrivateKey:
        with self._lock:
            number = self._given[length]
            self._given[length] += 1
            if number == len(self._made[length]):
                self._made[length].append(rsa_private_key(length))
            return self._made[length][number]


@pytest.fixture(scope="session")
def rsa_keys() -> RsaKeys:
    """One store of keys for all tests of this worker."""
    return RsaKeys()


@pytest.fixture
def fusionauth(switch: Switch, rsa_keys: RsaKeys, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A fresh FusionAuth, called with its own global API key."""
    rsa_keys.start_over()
    monkeypatch.setattr("services.sandbox.fusionauth.key_pairs.rsa_private_key", rsa_keys)
    clock = Clock()
    store = Store.fresh(now=clock)
    switch.app = create_app(store)
    yield Client(switch.url, store, clock, store.api_key)
    if switch.loop:
        asyncio.run_coroutine_threadsafe(store.close(), switch.loop).result(TIMEOUT)


def codes(response: requests.Response) -> set[str]:
    """Every error code in a 400."""
    assert response.status_code == 400, (response.status_code, response.text)
    body = response.json()
    listed = [
        *body.get("generalErrors", []),
        *(item for items in body.get("fieldErrors", {}).values() for item in items),
    ]
    return {item["code"] for item in listed}


def empty(response: requests.Response, status: int) -> bool:
    """Whether the response is that status with nothing in its body."""
    return response.status_code == status and not response.content
