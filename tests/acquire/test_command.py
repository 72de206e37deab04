"""`gatelight token` in all its ways, as the command people start."""

import json
import re
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from services.tokens.decode import decode
from tests.acquire.person import Person
from tests.commands.terminal import Terminal


@dataclass(frozen=True)
class Place:
    """A terminal on a provisioned sandbox, the sandbox's user at a browser, and the FusionAuth of both."""

    terminal: Terminal
    person: Person
    fusionauth: dict[str, str]


@pytest.fixture(scope="module")
def place(hermetic: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One place for all tests here: each leaves it as it was."""
    terminal = Terminal(tmp_path_factory.mktemp("token-command"))
    process = terminal.start("sandbox")
    assert process.stdout is not None
    there = json.loads(process.stdout.readline())
    assert terminal.run("up").code == 0
    yield Place(terminal, Person(there["user"]["email"], there["user"]["password"]), there["fusionauth"])
    process.terminate()
    try:
        process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def _redirect_urls(place: Place) -> list[str]:
    """The redirect URLs of the application, as FusionAuth has them."""
    steps = {step["id"]: step for step in place.terminal.run("plan", "--json").json()["steps"]}
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(
            f"{place.fusionauth['url']}/api/application/{steps['application']['resource_id']}",
            headers={"Authorization": place.fusionauth["api_key"]},
            timeout=10,
        )
    found: list[str] = answer.json()["application"]["oauthConfiguration"]["authorizedRedirectURLs"]
    return found


def test_each_way_says_beforehand_what_its_token_carries(place: Place) -> None:
    terminal = place.terminal
    ended = terminal.run("token")
    assert ended.code == 0
    assert "Login API: with aud" in ended.err
    assert "without scope" in ended.err
    assert "Authorization Code with PKCE" in terminal.run("token", "--help").out


def test_the_address_is_pasted_back_where_there_is_no_browser(place: Place) -> None:
    terminal, person = place.terminal, place.person
    process = terminal.start("token", "--via", "browser", "--no-browser")
    assert process.stderr is not None
    assert process.stdin is not None
    for line in process.stderr:
        address = re.search(r"http://\S+/oauth2/authorize\S+", line)
        if address:
            break
    assert address is not None
    out, _ = process.communicate(person.log_in(address[0]) + "\n", timeout=20)
    assert process.returncode == 0
    assert decode(out.strip()).header["gty"] == ["authorization_code"]


def test_giving_nothing_back_is_a_mistake_and_leaves_no_redirect_url(place: Place) -> None:
    terminal = place.terminal
    ended = terminal.run("token", "--via", "browser", "--no-browser", stdin="")
    assert ended.code == 2
    assert "No address was given" in ended.err
    assert _redirect_urls(place) == []


def test_a_refresh_token_is_kept_in_a_file_and_used_from_there(place: Place, tmp_path: Path) -> None:
    terminal = place.terminal
    kept = tmp_path / "refresh"
    login = terminal.run("token", "--refresh-token-file", str(kept))
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    secret = kept.read_text().strip()
    assert secret not in login.out + login.err
    for at in ("api", "oauth"):
        ended = terminal.run("token", "--via", "refresh", "--refresh-token-file", str(kept), "--refresh-at", at)
        assert ended.code == 0, ended.err
        assert decode(ended.out.strip()).claims["authenticationType"] == "REFRESH_TOKEN"


def test_refresh_without_a_file_logs_in_first(place: Place) -> None:
    terminal = place.terminal
    document = terminal.run("token", "--via", "refresh", "--json").json()
    assert document["obtained_by"] == "refresh token at the JWT API"
    assert document["claims"]["authenticationType"] == "REFRESH_TOKEN"


def test_a_missing_file_is_a_mistake(place: Place, tmp_path: Path) -> None:
    terminal = place.terminal
    ended = terminal.run("token", "--via", "refresh", "--refresh-token-file", str(tmp_path / "none"))
    assert ended.code == 2
    assert "No refresh token can be read" in ended.err


@pytest.mark.parametrize("options", [("--no-browser",), ("--scope", "x"), ("--via", "refresh", "--no-browser")])
def test_options_of_the_browser_need_the_browser(place: Place, options: tuple[str, ...]) -> None:
    terminal = place.terminal
    ended = terminal.run("token", *options)
    assert ended.code == 2
    assert "belong to --via browser" in ended.err


def test_an_interrupted_login_takes_its_redirect_url_back(place: Place) -> None:
    terminal = place.terminal
    process = terminal.start("token", "--via", "browser", "--no-browser")
    assert process.stderr is not None
    while "oauth2/authorize" not in process.stderr.readline():
        pass
    assert len(_redirect_urls(place)) == 1
    process.terminate()
    assert process.wait(timeout=20) == 130
    _, talk = process.communicate()
    assert "Cancelled" in talk
    assert _redirect_urls(place) == []


def test_renew_stays_and_gives_the_next_token_in_time(place: Place) -> None:
    steps = {step["id"]: step for step in place.terminal.run("plan", "--json").json()["steps"]}
    application = f"{place.fusionauth['url']}/api/application/{steps['application']['resource_id']}"
    headers = {"Authorization": place.fusionauth["api_key"]}
    with requests.Session() as session:
        session.trust_env = False
        for seconds in (2, 3600):
            change = {"application": {"jwtConfiguration": {"timeToLiveInSeconds": seconds}}}
            assert session.patch(application, json=change, headers=headers, timeout=10).status_code == 200
            if seconds == 3600:
                break
            process = place.terminal.start("token", "--renew")
            assert process.stdout is not None
            first, second = (decode(process.stdout.readline().strip()).claims for _ in range(2))
            process.terminate()
            assert process.wait(timeout=20) == 0
            process.communicate()
    assert first["iat"] < second["iat"] < first["exp"]
