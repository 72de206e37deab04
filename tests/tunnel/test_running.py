"""An ngrok agent that somebody else has started for FusionAuth: found, offered, followed, and left alone."""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from services.cancel import Cancellation
from services.errors import ConfigurationError
from services.http import HttpClient
from services.redact import Redactor
from services.tunnel.ngrok.errors import TunnelRefused
from services.tunnel.ngrok.provider import NgrokTunnel
from services.tunnel.ngrok.running import RunningTunnel, find_running
from services.tunnel.provider import Condition, Session
from services.tunnel.watch import look
from tests.tunnel.cloud import Cloud
from tests.tunnel.conftest import Upstream
from tests.tunnel.test_ngrok import wait_until

StartAgent = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(cloud: Cloud, agent: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StartAgent]:
    """Starts `ngrok http PORT` as a person does, and makes its API's port one of those that are looked at."""
    started: list[subprocess.Popen[str]] = []

    def begin(upstream: Upstream) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [agent, "http", str(urlsplit(upstream.url).port)], stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        started.append(process)
        assert process.stdout is not None
        lines = process.stdout
        found = re.search(r"addr=127\.0\.0\.1:(\d+)", lines.readline())
        assert found
        while "started tunnel" not in lines.readline():
            pass
        monkeypatch.setattr("services.tunnel.ngrok.running.PORTS", (1, int(found[1])))
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def running(upstream: Upstream) -> RunningTunnel:
    """The provider that follows such an agent."""
    return RunningTunnel(upstream.url)


@pytest.mark.parametrize("fault", ["", "old"])
def test_it_is_found_by_what_it_publishes_whatever_its_version(
    fault: str, start: StartAgent, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAND_IN_FAULT", fault)
    start(upstream)
    tunnel = running(upstream)
    url = tunnel.open(Cancellation())
    assert requests.get(f"{url}/x", timeout=5).status_code == 200
    other = Upstream()
    assert find_running(other.url) is None
    assert find_running(upstream.url.replace("127.0.0.1", "10.0.0.1")) is None
    other.close()


def test_it_is_offered_and_does_not_block(
    start: StartAgent, upstream: Upstream, new_tunnel: Callable[..., NgrokTunnel]
) -> None:
    tunnel = new_tunnel(upstream.url)
    assert tunnel.preflight() == ()
    start(upstream)
    (obstacle,) = tunnel.preflight()
    assert (obstacle.id, obstacle.blocks) == ("running", False)
    assert str(running(upstream).current()) in obstacle.sentence
    assert 'tunnel.provider = "running"' in obstacle.fix


def test_where_it_has_the_address_the_refusal_says_so(
    start: StartAgent, upstream: Upstream, new_tunnel: Callable[..., NgrokTunnel]
) -> None:
    start(upstream)
    with pytest.raises(TunnelRefused, match="ERR_NGROK_334") as refused:
        new_tunnel(upstream.url).open(Cancellation())
    assert "tunnel.provider" in refused.value.fix


def test_it_is_followed_watched_and_never_closed(start: StartAgent, cloud: Cloud, upstream: Upstream) -> None:
    process = start(upstream)
    tunnel = running(upstream)
    url = tunnel.open(Cancellation())
    assert tunnel.session() == Session(online=True)
    requests.get(f"{url}/.well-known/jwks.json?x=1", headers={"User-Agent": "AWS"}, timeout=5)
    wait_until(lambda: bool(tunnel.visits()))  # a visit is noted once its answer has gone out
    (visit,) = tunnel.visits()
    assert (visit.method, visit.path, visit.status, visit.agent) == ("GET", "/.well-known/jwks.json", 200, "AWS")
    assert visit.seconds == pytest.approx(0.002435, abs=1e-5)
    tunnel.close()
    assert process.poll() is None
    assert tunnel.current() == url
    assert {obstacle.id: obstacle.blocks for obstacle in tunnel.preflight()} == {"published": False}
    process.kill()
    process.wait()
    assert tunnel.current() is None
    assert look(tunnel, HttpClient(Redactor())).condition is Condition.CLOSED
    with pytest.raises(ConfigurationError, match="No ngrok agent on this machine publishes"):
        tunnel.open(Cancellation())


@pytest.mark.parametrize(
    "content", [b"[]", b'{"endpoints": [1, {}, {"upstream": 3}]}', b'{"endpoints": null}', b"\xff"]
)
def test_what_answers_there_may_be_anything(
    content: bytes, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = Upstream(content)
    monkeypatch.setattr("services.tunnel.ngrok.running.PORTS", (int(odd.url.rpartition(":")[2]),))
    assert running(upstream).current() is None
    odd.close()
