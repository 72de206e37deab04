"""Watching a tunnel: what is new is told once, the public address is asked seldom, and a sleep is noticed."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from services.cancel import Cancellation
from services.errors import Interrupted, Unreachable
from services.http import HttpClient
from services.redact import Redactor
from services.tunnel.provider import Capabilities, Condition, Session
from services.tunnel.sighting import Sighting
from services.tunnel.visit import Visit, Visitor
from services.tunnel.watcher import GLANCE_SECONDS, Watcher
from tests.tunnel.conftest import Upstream


@dataclass
class Scripted:
    """A provider whose state a test sets."""

    url: str | None
    title: str = "scripted"
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(opens=True, metered=True))
    publish: Any = None
    online: bool = True
    losses: int = 0
    seen: tuple[Visit, ...] = ()
    error: Unreachable | None = None

    def current(self) -> str | None:
        if self.error:
            raise self.error
        return self.url

    def session(self) -> Session | None:
        return Session(self.online, self.losses)

    def visits(self) -> tuple[Visit, ...]:
        return self.seen

    def preflight(self) -> tuple[Any, ...]:
        return ()

    def open(self, cancellation: Cancellation) -> str:
        raise AssertionError("a watcher opens nothing")

    def close(self) -> None:
        raise AssertionError("a watcher closes nothing")


class Ticks:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticks() -> Ticks:
    """The watcher's clock."""
    return Ticks()


@pytest.fixture
def provider(upstream: Upstream) -> Scripted:
    """A tunnel that leads to something which is no FusionAuth: discovery lacks its keys' address."""
    return Scripted(upstream.url)


@pytest.fixture
def watcher(provider: Scripted, ticks: Ticks) -> Watcher:
    """Watches it."""
    return Watcher(provider, HttpClient(Redactor()), ticks=ticks, clock=lambda: 1000.0)


def glances(watcher: Watcher, ticks: Ticks, seconds: float) -> list[Sighting]:
    """Look every few seconds for so long, and give what was told."""
    told = []
    end = ticks.now + seconds
    while ticks.now < end:
        ticks.now += GLANCE_SECONDS
        seen = watcher.see()
        if seen is not None:
            told.append(seen)
    return told


def test_the_public_address_is_asked_ever_more_seldom_while_nothing_changes(
    watcher: Watcher, ticks: Ticks, upstream: Upstream
) -> None:
    first = watcher.see()
    assert first is not None
    assert first.health.condition is Condition.WRONG_ANSWER
    assert glances(watcher, ticks, 3600) == []
    assert 30 <= len(upstream.requests) <= 40  # one for each look here: two minutes apart in the end


def test_a_change_on_this_machine_is_looked_into_at_once(
    watcher: Watcher, provider: Scripted, ticks: Ticks, upstream: Upstream
) -> None:
    watcher.see()
    glances(watcher, ticks, 1200)
    asked = len(upstream.requests)
    provider.online = False
    (lost,) = glances(watcher, ticks, GLANCE_SECONDS)
    assert lost.health.condition is Condition.RECONNECTING
    assert len(upstream.requests) == asked  # nobody is asked while the session is known to be gone
    provider.online, provider.losses = True, 1
    (back,) = glances(watcher, ticks, GLANCE_SECONDS)
    assert (back.health.condition, back.losses) == (Condition.WRONG_ANSWER, 1)
    assert len(upstream.requests) == asked + 1
    provider.url = None
    (closed,) = glances(watcher, ticks, GLANCE_SECONDS)
    assert closed.health.condition is Condition.CLOSED


def test_fusionauth_s_own_port_is_asked_where_a_look_outside_counts(
    provider: Scripted, ticks: Ticks, upstream: Upstream
) -> None:
    private = Upstream()
    watcher = Watcher(provider, HttpClient(Redactor()), private_url=private.url, ticks=ticks)
    watcher.see()
    glances(watcher, ticks, 1200)
    asked = len(upstream.requests)
    private.close()
    glances(watcher, ticks, GLANCE_SECONDS)
    assert len(upstream.requests) == asked + 1
    assert {path for _, path, _ in private.requests} == {"/api/status"}


def test_another_address_is_told_with_the_former_one(
    watcher: Watcher, provider: Scripted, ticks: Ticks, upstream: Upstream
) -> None:
    watcher.see()
    provider.url = None
    glances(watcher, ticks, GLANCE_SECONDS)
    moved = upstream.url.replace("127.0.0.1", "localhost")
    provider.url = moved
    (seen,) = glances(watcher, ticks, GLANCE_SECONDS)
    assert (seen.former_url, seen.url) == (upstream.url, moved)


def test_a_sleep_is_noticed_and_followed_by_a_look(watcher: Watcher, ticks: Ticks, upstream: Upstream) -> None:
    watcher.see()
    glances(watcher, ticks, 1200)
    ticks.now += 2.0
    assert watcher.see(slept=2.0) is None  # a busy machine is not a sleeping one
    asked = len(upstream.requests)
    ticks.now += 15
    woke = watcher.see(slept=15.0)
    assert woke is not None
    assert (woke.slept, woke.woke_at) == (15.0, 1000.0)
    assert len(upstream.requests) == asked + 1


def test_only_what_others_ask_is_told_of_the_visits(watcher: Watcher, provider: Scripted, ticks: Ticks) -> None:
    ours = Visit(1.0, "GET", "/.well-known/openid-configuration", 200, 0.1, "gatelight")
    provider.seen = (ours,)
    first = watcher.see()
    assert first is not None
    assert first.visits == ()
    theirs = replace(ours, at=2.0, agent="")
    provider.seen = (theirs, ours)
    (seen,) = glances(watcher, ticks, GLANCE_SECONDS)
    assert seen.visits == (theirs,)
    provider.seen = (replace(ours, at=3.0), theirs, ours)
    assert glances(watcher, ticks, GLANCE_SECONDS) == []


@pytest.mark.parametrize(
    ("agent", "path", "visitor"),
    [
        ("gatelight", "/.well-known/jwks.json", Visitor.OURS),
        ("", "/.well-known/jwks.json", Visitor.READER),
        ("Amazon API Gateway", "/.well-known/openid-configuration", Visitor.READER),
        ("Mozilla/5.0", "/.well-known/openid-configuration", Visitor.BROWSER),
        ("curl/8", "/admin/", Visitor.STRANGER),
    ],
)
def test_visitors_are_told_apart(agent: str, path: str, visitor: Visitor) -> None:
    assert Visit(1.0, "GET", path, 200, 0.1, agent).visitor is visitor


def test_a_provider_that_cannot_be_asked_is_a_condition_not_an_end(
    watcher: Watcher, provider: Scripted, ticks: Ticks
) -> None:
    provider.error = Unreachable("The sandbox is gone.", "Start it again.")
    seen = watcher.see()
    assert seen is not None
    assert seen.health.condition is Condition.UNREACHABLE
    assert "The sandbox is gone" in seen.health.sentence


def test_it_ends_at_once_when_it_is_cancelled(watcher: Watcher) -> None:
    cancellation = Cancellation()
    told: list[Sighting] = []

    def tell(seen: Sighting) -> None:
        told.append(seen)
        cancellation.cancel()

    with pytest.raises(Interrupted):
        watcher.run(tell, cancellation)
    assert len(told) == 1


def test_a_long_wait_is_taken_for_a_sleep(provider: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.tunnel.watcher.GLANCE_SECONDS", 0.01)
    now = iter([0.0, 0.0, 0.0, 500.0, 500.0, 500.0, 500.0, 500.0])
    watcher = Watcher(provider, HttpClient(Redactor()), ticks=lambda: next(now, 500.0))
    cancellation = Cancellation()
    told: list[Sighting] = []

    def tell(seen: Sighting) -> None:
        told.append(seen)
        if seen.slept:
            cancellation.cancel()

    with pytest.raises(Interrupted):
        watcher.run(tell, cancellation)
    assert told[-1].slept > 400
