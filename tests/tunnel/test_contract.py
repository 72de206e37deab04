"""What every tunnel provider promises, held against each with its stand-in. What differs is said by its capabilities.

Another provider is one more function here. All of them publish the sandbox's FusionAuth, so that a look can find
everything right.
"""

import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
import requests

from services.cancel import Cancellation
from services.errors import ConfigurationError, GatelightError, Interrupted
from services.http import HttpClient
from services.read_only import ReadOnly
from services.redact import Redactor
from services.tunnel.joined import JoinedTunnel
from services.tunnel.loopback import SandboxTunnel
from services.tunnel.manual import ManualUrl
from services.tunnel.ngrok.provider import NgrokTunnel
from services.tunnel.ngrok.running import RunningTunnel
from services.tunnel.provider import Condition, TunnelProvider
from services.tunnel.read_only import ReadOnlyTunnel
from services.tunnel.visit import Visit, Visitor
from services.tunnel.watch import look
from tests.benches import Bench
from tests.tunnel.cloud import Cloud
from tests.tunnel.test_ngrok import wait_until

DISCOVERY = "/.well-known/openid-configuration"


@dataclass
class Case:
    """A provider, and whether it is another's tunnel that it only follows: that one is open already."""

    provider: TunnelProvider
    follows: bool = False


@dataclass
class Surroundings:
    """What the cases are made of."""

    sandbox: Bench
    agent: Path
    new_tunnel: Callable[..., NgrokTunnel]
    patch: pytest.MonkeyPatch
    http: HttpClient
    started: "list[subprocess.Popen[str]]"

    @property
    def fusionauth(self) -> str:
        """What is published."""
        return self.sandbox.record.endpoints.fusionauth.url


def manual(there: Surroundings) -> Case:
    """A public URL as given: the sandbox's own."""
    there.sandbox.switch_tunnel(is_open=True)
    return Case(ManualUrl(there.sandbox.record.endpoints.public_url))


def loopback(there: Surroundings) -> Case:
    """The sandbox's tunnel."""
    return Case(SandboxTunnel(there.http, there.sandbox.record.control))


def ngrok(there: Surroundings) -> Case:
    """An agent of ours."""
    return Case(there.new_tunnel(there.fusionauth))


def joined(there: Surroundings) -> Case:
    """Another process's tunnel; here it is another object's."""
    there.new_tunnel(there.fusionauth).open(Cancellation())
    return Case(JoinedTunnel(there.new_tunnel(there.fusionauth), "dev"), follows=True)


def running(there: Surroundings) -> Case:
    """An agent of somebody else's."""
    command = [str(there.agent), "http", str(urlsplit(there.fusionauth).port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    there.started.append(process)
    assert process.stdout is not None
    port = re.search(r"addr=127\.0\.0\.1:(\d+)", process.stdout.readline())
    assert port
    while "started tunnel" not in process.stdout.readline():
        pass
    there.patch.setattr("services.tunnel.ngrok.running.PORTS", (int(port[1]),))
    return Case(RunningTunnel(there.fusionauth), follows=True)


@pytest.fixture(params=[manual, loopback, ngrok, joined, running], ids=lambda make: make.__name__)
def case(
    request: pytest.FixtureRequest,
    cloud: Cloud,
    agent: Path,
    sandbox: Bench,
    new_tunnel: Callable[..., NgrokTunnel],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Case]:
    """One provider."""
    sandbox.switch_tunnel(is_open=False)
    there = Surroundings(sandbox, agent, new_tunnel, monkeypatch, HttpClient(Redactor()), [])
    yield request.param(there)
    for process in there.started:
        process.kill()
        process.communicate()
    sandbox.switch_tunnel(is_open=False)


def get(url: str) -> requests.Response:
    """As AWS asks."""
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, headers={"User-Agent": "Amazon"}, timeout=10)


def children() -> set[int]:
    """The processes below this one."""
    return {process.pid for process in psutil.Process().children(recursive=True)}


def test_opening_gives_an_address_that_aws_can_read_and_closing_takes_away_only_what_was_opened(case: Case) -> None:
    provider, http = case.provider, HttpClient(Redactor())
    opens = provider.capabilities.opens and not case.follows
    assert provider.title
    assert (provider.current() is None) is opens
    if opens:
        assert look(provider, http).condition is Condition.CLOSED
    url = provider.open(Cancellation())
    assert provider.open(Cancellation()) == url == provider.current()
    assert not url.endswith("/")
    health = look(provider, http)
    assert health.condition is Condition.UP, health
    session = provider.session()
    assert session is None or (session.online and session.losses == 0)
    assert provider.publish is None or get(f"{url}/admin/").status_code == 404
    for _ in range(2):  # closing a closed one is no error
        provider.close()
    assert (provider.current() is None) is opens
    assert (get(url + DISCOVERY).status_code == 200) is not opens
    if opens and provider.capabilities.stable_url:
        assert provider.open(Cancellation()) == url
        assert get(url + DISCOVERY).status_code == 200


def test_preflight_says_what_is_in_the_way_with_one_thing_to_do_each_and_starts_nothing(case: Case) -> None:
    before, is_open = children(), case.provider.current()
    for obstacle in case.provider.preflight():
        assert obstacle.id
        assert obstacle.sentence.endswith(".")
        assert obstacle.fix
        assert not obstacle.blocks
    assert children() == before
    assert case.provider.current() == is_open


def test_who_came_is_told_by_those_who_see_it(case: Case) -> None:
    provider = case.provider
    url = provider.open(Cancellation())
    get(f"{url}{DISCOVERY}?secret=1")
    if not provider.capabilities.shows_visits:
        assert provider.visits() == ()
    else:

        def shown() -> list[Visit]:
            return [visit for visit in provider.visits() if visit.agent == "Amazon"]

        wait_until(lambda: bool(shown()))  # a visit is noted once its answer has gone out
        visit = shown()[0]
        assert (visit.method, visit.path, visit.status) == ("GET", DISCOVERY, 200)
        assert visit.visitor is Visitor.READER


def test_it_may_be_asked_from_many_threads_at_once(case: Case) -> None:
    urls: list[str] = []
    errors: list[BaseException] = []

    def ask() -> None:
        try:
            urls.append(case.provider.open(Cancellation()))
            case.provider.session()
            case.provider.visits()
        except BaseException as error:  # noqa: BLE001 - told below
            errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    assert len(urls) == 4
    assert len(set(urls)) == 1


def test_what_needs_a_program_can_be_cancelled_while_it_opens(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    if not case.provider.capabilities.needs_binary or case.follows:
        pytest.skip("it opens at once, or not at all")
    cancellation = Cancellation()
    cancellation.cancel()
    before = children()
    with pytest.raises(Interrupted):
        case.provider.open(cancellation)
    assert case.provider.current() is None
    assert {pid for pid in children() - before if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE} == set()


def test_read_only_passes_on_everything_but_opening_and_closing(case: Case) -> None:
    provider, view = case.provider, ReadOnlyTunnel(case.provider)
    for order in (lambda: view.open(Cancellation()), view.close):
        with pytest.raises(ReadOnly):
            order()
    assert view.current() == provider.current()
    provider.open(Cancellation())
    told: tuple[Any, ...] = (view.title, view.capabilities, view.publish, view.current(), view.session())
    assert told == (
        provider.title,
        provider.capabilities,
        provider.publish,
        provider.current(),
        provider.session(),
    )
    assert view.visits() == provider.visits()
    assert {one.id for one in view.preflight()} == {one.id for one in provider.preflight()}


def test_what_follows_another_s_tunnel_says_who_has_to_open_it(
    cloud: Cloud, sandbox: Bench, new_tunnel: Callable[..., NgrokTunnel], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.tunnel.ngrok.running.PORTS", (1,))
    url = sandbox.record.endpoints.fusionauth.url
    followers: tuple[TunnelProvider, ...] = (
        JoinedTunnel(new_tunnel(url), "dev"),
        RunningTunnel(url),
    )
    for provider in followers:
        assert provider.current() is None
        with pytest.raises(ConfigurationError) as refused:
            provider.open(Cancellation())
        assert refused.value.fix
        assert isinstance(refused.value, GatelightError)
