"""The switchboard and the tunnel, as ASGI apps behind the sandbox's one server on real sockets."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
import requests
from starlette.types import Receive, Scope, Send

from services.sandbox.asgi import LoopbackHosts, respond
from services.sandbox.control import ControlApp
from services.sandbox.listeners import Listeners, url_of
from services.sandbox.options import Ports
from services.sandbox.server import Server
from services.sandbox.tunnel import LoopbackTunnel
from tests.busy import within

TOKEN = "the control token"


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with what it was sent."""
    told = {
        "path": scope["path"],
        "client": scope["client"][0],
        "scheme": scope["scheme"],
        "headers": [[name.decode(), value.decode()] for name, value in scope["headers"]],
    }
    await respond(send, 200, msgspec.json.encode(told), b"application/json")


class Held:
    """An enforcement that only remembers."""

    policy: Any = None


@dataclass
class Served:
    control: str
    public: str
    private: str

    async def call(self, method: str, url: str, **arguments: Any) -> requests.Response:
        return await asyncio.to_thread(requests.request, method, url, timeout=5, **arguments)

    async def switch(self, body: Any, token: str = TOKEN) -> requests.Response:
        headers = {"authorization": f"Bearer {token}"}
        return await self.call("PUT", f"{self.control}/tunnel", data=body, headers=headers)


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    listeners = Listeners.bind(Ports())
    tunnel = LoopbackTunnel(echo, url_of(listeners.public), is_open=False)
    control = ControlApp(instance_id="this one", pid=42, token=TOKEN, tunnel=tunnel, enforcement=Held())
    server = Server()
    await server.start(
        {listeners.control: LoopbackHosts(control), listeners.public: tunnel, listeners.fusionauth: echo}
    )
    yield Served(url_of(listeners.control), url_of(listeners.public), url_of(listeners.fusionauth))
    await server.stop()
    listeners.close()


async def test_the_switchboard_tells_who_it_is(served: Served) -> None:
    answer = await served.call("GET", served.control + "/", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.json() == {"instance_id": "this one", "pid": 42}


@pytest.mark.parametrize("authorization", ["", "Bearer", f"Bearer {TOKEN}x", f"bearer {TOKEN}", TOKEN])
async def test_the_switchboard_answers_nobody_without_its_token(served: Served, authorization: str) -> None:
    for path in ("/", "/tunnel", "/tunnel/visits", "/elsewhere"):
        answer = await served.call("GET", served.control + path, headers={"authorization": authorization})
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert (await served.switch('{"open": true}', token="wrong")).status_code == 401
    assert (await served.call("GET", served.public)).status_code == 404


async def test_a_foreign_host_name_is_refused_even_with_the_token(served: Served) -> None:
    for host in ("rebound.example.com", "127.0.0.1.example.com", "", "localhost.example.com:80"):
        headers = {"authorization": f"Bearer {TOKEN}", "host": host}
        assert (await served.call("GET", served.control + "/", headers=headers)).status_code == 421


async def test_a_closed_tunnel_answers_as_an_offline_endpoint_does(served: Served) -> None:
    answer = await served.call("GET", f"{served.public}/.well-known/openid-configuration")
    assert (answer.status_code, answer.headers["ngrok-error-code"]) == (404, "ERR_NGROK_3200")
    assert "is offline" in answer.text


async def test_the_switch_opens_and_closes_the_tunnel(served: Served) -> None:
    for is_open, status in ((True, 200), (False, 404), (True, 200)):
        answer = await served.switch(msgspec.json.encode({"open": is_open}))
        assert answer.json() == {"open": is_open, "public_url": served.public}
        assert (await served.call("GET", f"{served.public}/x")).status_code == status
        told = await served.call("GET", f"{served.control}/tunnel", headers={"authorization": f"Bearer {TOKEN}"})
        assert told.json()["open"] is is_open


@pytest.mark.parametrize("body", ["", "{}", '{"open": "yes"}', '{"open": 1}', '{"open": true, "more": 1}', "x" * 5000])
async def test_a_switch_that_makes_no_sense_changes_nothing(served: Served, body: str) -> None:
    assert (await served.switch(body)).status_code == 400
    assert (await served.call("GET", served.public)).status_code == 404


async def test_the_switchboard_tells_who_came_through_the_open_tunnel(served: Served) -> None:
    await served.call("GET", f"{served.public}/while-closed")
    await served.switch('{"open": true}')
    await served.call("GET", f"{served.public}/.well-known/jwks.json?x=1", headers={"User-Agent": "AWS"})
    headers = {"authorization": f"Bearer {TOKEN}"}
    (visit,) = (await served.call("GET", f"{served.control}/tunnel/visits", headers=headers)).json()
    assert {name: visit[name] for name in ("method", "path", "status", "agent")} == {
        "method": "GET",
        "path": "/.well-known/jwks.json",
        "status": 200,
        "agent": "AWS",
    }


async def test_wrong_addresses_and_methods_are_told_apart(served: Served) -> None:
    headers = {"authorization": f"Bearer {TOKEN}"}
    assert (await served.call("DELETE", f"{served.control}/tunnel", headers=headers)).status_code == 405
    assert (await served.call("GET", f"{served.control}/other", headers=headers)).status_code == 404


async def test_the_tunnel_tells_what_it_forwards_for_and_keeps_the_public_host(served: Served) -> None:
    await served.switch('{"open": true}')
    told = dict((await served.call("GET", f"{served.public}/x")).json()["headers"])
    public_host = served.public.removeprefix("http://")
    assert told["host"] == public_host
    assert told["x-forwarded-for"] == "127.0.0.1"
    assert told["x-forwarded-proto"] == "http"
    assert told["x-forwarded-host"] == public_host
    assert "x-forwarded-port" not in told


async def test_the_tunnel_appends_to_what_the_caller_claims(served: Served) -> None:
    await served.switch('{"open": true}')
    claims = {"X-Forwarded-For": "10.0.0.1", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "mine.example.com"}
    told = dict((await served.call("GET", f"{served.public}/x", headers=claims)).json()["headers"])
    assert told["x-forwarded-for"] == "10.0.0.1, 127.0.0.1"
    assert told["x-forwarded-proto"] == "https, http"
    assert told["x-forwarded-host"] == "mine.example.com"


async def test_the_server_believes_no_forwarded_header_itself(served: Served) -> None:
    claims = {"X-Forwarded-For": "10.0.0.1", "X-Forwarded-Proto": "https"}
    told = (await served.call("GET", f"{served.private}/x", headers=claims)).json()
    assert (told["client"], told["scheme"]) == ("127.0.0.1", "http")
    assert "x-forwarded-host" not in dict(told["headers"])


async def test_no_answer_names_the_server_software(served: Served) -> None:
    assert "server" not in (await served.call("GET", f"{served.private}/x")).headers


async def test_the_end_waits_for_an_answer_on_its_way_and_for_no_other() -> None:
    begun, cut = asyncio.Semaphore(0), asyncio.Event()

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        begun.release()
        try:
            await asyncio.sleep(0.02 if scope["path"] == "/short" else 60)
        except asyncio.CancelledError:
            cut.set()
            raise
        await respond(send, 200, b"in time", b"text/plain")

    listeners, server = Listeners.bind(Ports()), Server()
    await server.start({listeners.public: answering})
    calls = [
        asyncio.create_task(asyncio.to_thread(requests.get, url_of(listeners.public) + path, timeout=5))
        for path in ("/short", "/endless")
    ]
    for _ in calls:
        await begun.acquire()
    began = time.monotonic()
    await server.stop()
    assert time.monotonic() - began < within(0.5)
    assert (await calls[0]).text == "in time"
    await asyncio.wait_for(cut.wait(), 5)
    listeners.close()
    await asyncio.gather(*calls, return_exceptions=True)
