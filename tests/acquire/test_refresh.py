"""Refresh tokens: both endpoints, one-time use, and renewal in time."""

import json
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from services.cancel import Cancellation
from services.errors import ConfigurationError, ExpectationFailed, Interrupted
from services.http import HttpClient
from services.redact import Redactor, Secret
from services.tokens.decode import decode
from services.tokens.hand import TokenInHand
from services.tokens.kept import read_refresh_token, write_refresh_token
from services.tokens.oauth import OAuthClient
from services.tokens.refresh import refresh, seconds_until_renewal
from services.tokens.ways import RefreshAt, Way
from services.workbench import Workbench
from tests.acquire.person import Person
from tests.benches import Bench
from tests.core.conftest import Canned, Server
from tests.tui.double import compact

NOW = 1_000_000.0


def held(**claims: object) -> TokenInHand:
    """A token with these claims."""
    text = compact(claims)
    return TokenInHand(Secret(text), decode(text), "a test", refresh_token=Secret("r"))


@pytest.fixture
def sandbox(provisioned: Bench) -> Bench:
    """The bench that is provisioned already."""
    return provisioned


@pytest.mark.parametrize("at", list(RefreshAt))
@pytest.mark.parametrize("way", [Way.LOGIN, Way.BROWSER])
def test_either_ways_refresh_token_is_taken_at_either_endpoint(
    ready: Workbench, sandbox: Bench, at: RefreshAt, way: Way
) -> None:
    tokens = ready.tokens
    browser = way is Way.BROWSER
    first = (
        tokens.by_browser(Cancellation(), open_browser=Person(sandbox.email))
        if browser
        else tokens.by_login(Cancellation())
    )
    second = tokens.by_refresh(first.refresh_token, at)
    assert second.way is Way.REFRESH
    assert second.secret != first.secret
    assert second.decoded.claims["sub"] == first.decoded.claims["sub"]
    assert second.decoded.claims["auth_time"] == first.decoded.claims["auth_time"]
    assert ready.call(second, Cancellation()).opens_as_it_should


def test_one_time_use_gives_a_new_refresh_token_each_time(ready: Workbench, sandbox: Bench) -> None:
    application_id = ready.done()["application"].facts["application_id"]
    change = {"application": {"jwtConfiguration": {"refreshTokenUsagePolicy": "OneTimeUse"}}}
    assert sandbox.fusionauth("PATCH", f"/api/application/{application_id}", change).status_code == 200
    first = ready.get_token(Cancellation())
    second = ready.tokens.by_refresh(first.refresh_token)
    assert second.refresh_token != first.refresh_token
    assert ready.tokens.by_refresh(second.refresh_token).refresh_token != second.refresh_token
    with pytest.raises(ExpectationFailed, match="unknown, used up, expired or revoked"):
        ready.tokens.by_refresh(first.refresh_token)


@pytest.mark.parametrize("at", list(RefreshAt))
def test_an_unknown_refresh_token_is_refused_in_words(ready: Workbench, at: RefreshAt) -> None:
    with pytest.raises(ExpectationFailed, match=r"unknown, used up, expired or revoked \(invalid_grant"):
        ready.tokens.by_refresh(Secret("made-up"), at)


def test_without_a_refresh_token_nothing_is_asked(ready: Workbench) -> None:
    with pytest.raises(ConfigurationError, match="no refresh token"):
        ready.tokens.by_refresh(Secret(""))


def test_a_client_that_does_not_match_is_said(server: Server) -> None:
    body = {"error": "invalid_client", "error_reason": "invalid_client_authentication", "error_description": "No."}
    server.answer = lambda method, path: Canned(401, json.dumps(body).encode())
    client = OAuthClient(server.url, "app", Secret("secret"))
    with pytest.raises(ExpectationFailed, match=r"client secret do not match \(invalid_client/invalid_client_auth"):
        refresh(Secret("r"), RefreshAt.OAUTH, client, HttpClient(Redactor()), Redactor())


@pytest.mark.parametrize(
    ("claims", "seconds"),
    [
        ({"iat": NOW, "exp": NOW + 3600}, 3540),
        ({"iat": NOW, "exp": NOW + 30}, 15),
        ({"iat": NOW - 100, "exp": NOW - 1}, 0),
        ({"exp": NOW + 3600}, 3540),
    ],
)
def test_a_token_is_renewed_a_minute_before_its_end_or_at_half_its_life(
    claims: dict[str, object], seconds: float
) -> None:
    assert seconds_until_renewal(held(**claims), NOW) == seconds


def test_a_token_without_an_end_cannot_be_renewed_in_time() -> None:
    with pytest.raises(ConfigurationError, match="does not say when it ends"):
        seconds_until_renewal(held(sub="x"), NOW)


def test_a_token_without_a_refresh_token_is_refused_before_its_renewal_is_waited_for() -> None:
    with pytest.raises(ConfigurationError, match="no refresh token"):
        seconds_until_renewal(replace(held(iat=NOW, exp=NOW + 3600), refresh_token=Secret("")), NOW)


def test_renewal_comes_when_it_is_due(ready: Workbench, sandbox: Bench) -> None:
    application_id = ready.done()["application"].facts["application_id"]
    change = {"application": {"jwtConfiguration": {"timeToLiveInSeconds": 2}}}
    assert sandbox.fusionauth("PATCH", f"/api/application/{application_id}", change).status_code == 200
    token = ready.get_token(Cancellation())
    renewed = ready.tokens.renew(token, Cancellation())
    assert renewed.decoded.claims["iat"] > token.decoded.claims["iat"]
    assert renewed.decoded.claims["iat"] < token.decoded.claims["exp"]


def test_waiting_for_renewal_ends_when_asked(ready: Workbench) -> None:
    cancellation = Cancellation()
    token = ready.get_token(cancellation)
    cancellation.cancel()
    with pytest.raises(Interrupted):
        ready.tokens.renew(token, cancellation)


def test_a_kept_refresh_token_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "refresh"
    path.write_text("old")
    path.chmod(0o644)
    write_refresh_token(path, Secret("new"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_refresh_token(path).reveal() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "make", [lambda path: None, lambda path: path.write_text(""), lambda path: path.write_bytes(b"\xff"), Path.mkdir]
)
def test_a_file_without_a_refresh_token_is_named(tmp_path: Path, make: Callable[[Path], object]) -> None:
    path = tmp_path / "refresh"
    make(path)
    with pytest.raises(ConfigurationError, match=str(path)):
        read_refresh_token(path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write_refresh_token(tmp_path / "nowhere" / "refresh", Secret("x"))
