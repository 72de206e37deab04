"""Authorization Code with PKCE: from the first address to the token, and everything that must not end in one."""

import base64
import hashlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests

from services.cancel import Cancellation
from services.errors import ExpectationFailed, GatelightError, Interrupted
from services.redact import Secret
from services.sandbox.launch import SandboxProcess
from services.tokens import code_flow
from services.tokens.callback import Callback
from services.tokens.ways import Way
from services.tunnel.publish import Publish, login_note
from services.workbench import Workbench
from tests.acquire.person import Person
from tests.benches import Bench, up

TIMEOUT = 10


@pytest.fixture
def sandbox(provisioned: Bench) -> Bench:
    """The bench that is provisioned already."""
    return provisioned


@pytest.fixture
def alone(session_sandbox: SandboxProcess) -> Iterator[Bench]:
    """A bench of one test's own."""
    bench = Bench(session_sandbox.record)
    yield bench
    bench.end()


def _redirect_urls(sandbox: Bench, workbench: Workbench) -> list[str]:
    application_id = workbench.done()["application"].facts["application_id"]
    application = sandbox.fusionauth("GET", f"/api/application/{application_id}").json()["application"]
    found: list[str] = application["oauthConfiguration"]["authorizedRedirectURLs"]
    return found


def test_a_login_in_the_browser_gives_a_token_the_gate_opens_for(ready: Workbench, sandbox: Bench) -> None:
    person = Person(sandbox.email)
    token = ready.tokens.by_browser(Cancellation(), open_browser=person)
    assert ready.call(token, Cancellation()).opens_as_it_should
    assert token.way is Way.BROWSER
    assert token.decoded.header["gty"] == ["authorization_code"]
    assert token.refresh_token
    page = person.joined().landed[0]
    assert page.status_code == 200
    assert "Go back to the terminal" in page.text or "go back to the terminal" in page.text


def test_the_redirect_url_is_the_applications_only_while_somebody_logs_in(ready: Workbench, sandbox: Bench) -> None:
    application_id = ready.done()["application"].facts["application_id"]
    theirs = ["https://example.com/theirs"]
    change = {"application": {"oauthConfiguration": {"authorizedRedirectURLs": theirs}}}
    assert sandbox.fusionauth("PATCH", f"/api/application/{application_id}", change).status_code == 200
    during: list[str] = []

    class Looking(Person):
        def _authorize(self, browser: requests.Session, url: str) -> str:
            during.extend(_redirect_urls(sandbox, ready))
            return super()._authorize(browser, url)

    person = Looking(sandbox.email)
    ready.tokens.by_browser(Cancellation(), open_browser=person)
    assert during == [*theirs, person.asked["redirect_uri"]]
    assert _redirect_urls(sandbox, ready) == theirs


def test_what_goes_out_is_pkce_with_s256_a_long_state_and_a_nonce(ready: Workbench, sandbox: Bench) -> None:
    person = Person(sandbox.email)
    ready.tokens.by_browser(Cancellation(), open_browser=person)
    asked = person.asked
    assert asked["code_challenge_method"] == "S256"
    assert len(base64.urlsafe_b64decode(asked["code_challenge"] + "=")) == hashlib.sha256().digest_size
    assert len(base64.urlsafe_b64decode(asked["state"] + "=")) * 8 >= 192
    assert asked["nonce"] != asked["state"]
    assert asked["scope"].split()[:2] == ["openid", "offline_access"]
    assert asked["redirect_uri"].startswith("http://127.0.0.1:")


def test_nothing_secret_stands_in_the_address_a_browser_is_started_with(ready: Workbench, sandbox: Bench) -> None:
    person = Person(sandbox.email)
    ready.tokens.by_browser(Cancellation(), open_browser=person)
    for secret in ("state", "nonce", "code_challenge", "client_id"):
        assert person.asked[secret] not in person.opened[0]


def test_every_login_has_a_state_a_nonce_and_a_challenge_of_its_own(ready: Workbench, sandbox: Bench) -> None:
    people = [Person(sandbox.email), Person(sandbox.email)]
    for person in people:
        ready.tokens.by_browser(Cancellation(), open_browser=person)
    for name in ("state", "nonce", "code_challenge", "redirect_uri"):
        assert people[0].asked[name] != people[1].asked[name]


def test_a_scope_that_was_asked_for_stands_in_the_token(ready: Workbench, sandbox: Bench) -> None:
    token = ready.tokens.by_browser(Cancellation(), open_browser=Person(sandbox.email), scopes=("profile",))
    assert "profile" in token.decoded.claims["scope"].split()


def test_an_unknown_scope_is_refused_in_words(ready: Workbench, sandbox: Bench) -> None:
    with pytest.raises(ExpectationFailed, match=r"unknown to the application \(invalid_scope"):
        ready.tokens.by_browser(Cancellation(), open_browser=Person(sandbox.email), scopes=("nonsense",))
    assert _redirect_urls(sandbox, ready) == []


def test_without_a_browser_the_person_pastes_the_address_it_ended_at(ready: Workbench, sandbox: Bench) -> None:
    person = Person(sandbox.email)

    def paste(url: Secret, deadline: float) -> str:
        assert deadline > time.monotonic()
        assert str(url) == "••••••••"
        return f"  {person.log_in(url.reveal())}\n"

    token = ready.tokens.by_browser(Cancellation(), paste_back=paste)
    assert ready.call(token, Cancellation()).opens_as_it_should
    assert person.authorize_url.startswith(sandbox.record.endpoints.public_url), "the browser is on another machine"
    assert _redirect_urls(sandbox, ready) == []


def test_where_the_world_does_not_see_the_login_page_it_is_this_machine_s(ready: Workbench, sandbox: Bench) -> None:
    person, private_url = Person(sandbox.email), sandbox.record.endpoints.fusionauth.url
    note = login_note(Publish.DISCOVERY, private_url)
    assert private_url in note
    assert (login_note(Publish.EVERYTHING, private_url), login_note(None, private_url)) == ("", "")
    tokens = replace(ready.tokens, login_note=note)
    tokens.by_browser(Cancellation(), paste_back=lambda url, _: person.log_in(url.reveal()))
    assert person.authorize_url.startswith(private_url)
    assert note in next(offer.how for offer in tokens.offers(None) if offer.wish.way is Way.BROWSER)


def test_where_no_browser_opens_the_person_is_asked_to_paste(ready: Workbench, sandbox: Bench) -> None:
    person = Person(sandbox.email)
    token = ready.tokens.by_browser(
        Cancellation(), open_browser=lambda _: False, paste_back=lambda url, _: person.log_in(url.reveal())
    )
    assert token.way is Way.BROWSER


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        (lambda url: "nonsense", "does not answer the login"),
        (lambda url: "http://[", "is not the address"),
        (lambda url: url.replace("state=", "state=x"), "does not answer the login"),
        (lambda url: url + "&state=another", "does not answer the login"),
        (lambda url: url + "&code=another", "says something twice"),
        (lambda url: url.replace("code=", "kode="), "neither a code nor an error"),
    ],
)
def test_a_pasted_address_that_is_not_the_answer_is_refused(
    ready: Workbench, sandbox: Bench, changed: Callable[[str], str], problem: str
) -> None:
    person = Person(sandbox.email)
    with pytest.raises(ExpectationFailed, match=problem):
        ready.tokens.by_browser(Cancellation(), paste_back=lambda url, _: changed(person.log_in(url.reveal())))
    assert _redirect_urls(sandbox, ready) == []


def test_an_answer_of_another_issuer_is_refused_before_the_code_is_sent(ready: Workbench, sandbox: Bench) -> None:
    person = Person(sandbox.email)

    def paste(url: Secret, _: float) -> str:
        return person.log_in(url.reveal()).replace("iss=http", "iss=https://evil.example/http")

    with pytest.raises(ExpectationFailed, match=r'issuer "https://evil\.example'):
        ready.tokens.by_browser(Cancellation(), paste_back=paste)


def test_an_answer_without_an_issuer_is_one_of_an_older_fusionauth(ready: Workbench, sandbox: Bench) -> None:
    person = Person(sandbox.email)

    def paste(url: Secret, _: float) -> str:
        return person.log_in(url.reveal()).replace("iss=", "was=")

    assert ready.tokens.by_browser(Cancellation(), paste_back=paste).way is Way.BROWSER


def test_an_answer_to_another_nonce_is_refused(
    ready: Workbench, sandbox: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Person(sandbox.email)

    def paste(url: Secret, _: float) -> str:
        nonce = url.reveal().partition("nonce=")[2].partition("&")[0]
        return person.log_in(url.reveal().replace(nonce, "another-login"))

    with pytest.raises(ExpectationFailed, match="id token's nonce is not the one"):
        ready.tokens.by_browser(Cancellation(), paste_back=paste)


def test_cancelling_ends_the_wait_and_takes_the_redirect_url_back(ready: Workbench, sandbox: Bench) -> None:
    cancellation = Cancellation()

    def open_and_leave(_: str) -> bool:
        assert len(_redirect_urls(sandbox, ready)) == 1
        threading.Timer(0.05, cancellation.cancel).start()
        return True

    with pytest.raises(Interrupted):
        ready.tokens.by_browser(cancellation, open_browser=open_and_leave)
    assert _redirect_urls(sandbox, ready) == []


def test_nobody_coming_back_is_said_after_the_deadline(
    ready: Workbench, sandbox: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in = code_flow.log_in_by_browser

    def hurried(*arguments: Any, **options: Any) -> Any:
        return log_in(*arguments, **options, seconds=0.3)

    monkeypatch.setattr("services.tokens.source.log_in_by_browser", hurried)
    with pytest.raises(ExpectationFailed, match="came back from FusionAuth's login page in time"):
        ready.tokens.by_browser(Cancellation(), open_browser=lambda _: True)
    assert _redirect_urls(sandbox, ready) == []


def test_a_crashed_logins_redirect_url_goes_with_the_next_login(
    ready: Workbench, sandbox: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setattr("services.tokens.callback.PORTS", range(port, port + 1))
    application_id = ready.done()["application"].facts["application_id"]
    theirs = [f"http://127.0.0.1:{port}/theirs", "http://127.0.0.1:1/gatelight/of-a-login-under-way"]
    left = f"http://127.0.0.1:{port}/gatelight/of-a-login-that-crashed"
    change = {"application": {"oauthConfiguration": {"authorizedRedirectURLs": [*theirs, left]}}}
    assert sandbox.fusionauth("PATCH", f"/api/application/{application_id}", change).status_code == 200
    ready.tokens.by_browser(Cancellation(), open_browser=Person(sandbox.email))
    assert _redirect_urls(sandbox, ready) == theirs


def test_secrets_of_the_login_never_stand_in_what_can_be_shown(ready: Workbench, sandbox: Bench) -> None:
    from services.exchange import collecting

    person = Person(sandbox.email)
    with collecting() as exchanges:
        token = ready.tokens.by_browser(Cancellation(), open_browser=person)
    shown = "\n".join(
        f"{said.url} {said.request_headers} {said.request_body} {said.response_headers} {said.response_body}"
        + ready.command(said)
        for said in exchanges
    )
    assert "/oauth2/token" in shown
    code = person.joined().redirect.partition("code=")[2].partition("&")[0]
    for secret in (code, person.asked["state"], person.asked["nonce"], token.refresh_token.reveal()):
        assert secret not in shown
    assert token.secret.reveal() not in shown


def test_the_page_tells_a_person_who_gave_up_that_nobody_is_logged_in(ready: Workbench, sandbox: Bench) -> None:
    pages: list[requests.Response] = []

    def deny(start: str) -> bool:
        def visit() -> None:
            begun = requests.get(start, timeout=TIMEOUT, allow_redirects=False)
            state = begun.headers["Location"].partition("state=")[2].partition("&")[0]
            back = _redirect_urls(sandbox, ready)[0]
            answer = {"error": "access_denied", "error_description": "given up", "state": state}
            pages.append(requests.get(back, params=answer, timeout=TIMEOUT))

        threading.Thread(target=visit).start()
        return True

    with pytest.raises(ExpectationFailed, match=r"refused or given up \(access_denied\): given up"):
        ready.tokens.by_browser(Cancellation(), open_browser=deny)
    assert "Not logged in" in pages[0].text


def test_requiring_registration_turns_strangers_away_at_the_login_page(alone: Bench) -> None:
    sandbox, workbench = alone, alone.workbench(require_registration=True)
    up(workbench)
    application_id = workbench.done()["application"].facts["application_id"]
    application = sandbox.fusionauth("GET", f"/api/application/{application_id}").json()["application"]
    assert application["oauthConfiguration"]["requireRegistration"] is True
    assert workbench.tokens.by_browser(Cancellation(), open_browser=Person(sandbox.email)).way is Way.BROWSER
    user_id = workbench.done()["user"].facts["user_id"]
    sandbox.fusionauth("DELETE", f"/api/user/registration/{user_id}/{application_id}")
    person = Person(sandbox.email)

    def turned_away(url: Secret, _: float) -> str:
        with pytest.raises(KeyError, match="location"):  # the page leads nowhere
            person.log_in(url.reveal())
        return "nothing"

    with pytest.raises(ExpectationFailed):
        workbench.tokens.by_browser(Cancellation(), paste_back=turned_away)
    assert "202" in workbench.get_token(Cancellation()).note, "the Login API does not care"


def test_an_unremovable_redirect_url_is_named(
    ready: Workbench, sandbox: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    fusionauth = ready.tokens.fusionauth
    kept = fusionauth.change_application
    calls: list[int] = []

    def failing(*arguments: Any) -> Any:
        calls.append(1)
        if len(calls) > 1:
            raise GatelightError("It is on fire.")
        return kept(*arguments)

    monkeypatch.setattr(fusionauth, "change_application", failing)
    with pytest.raises(GatelightError, match=r"redirect URL \"http://127.*could not be taken.*on fire"):
        ready.tokens.by_browser(Cancellation(), open_browser=Person(sandbox.email))


def test_all_ports_taken_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr("services.tokens.callback.PORTS", range(port, port + 1))
        with pytest.raises(GatelightError, match=f"No port from {port} to {port} is free"):
            Callback(Secret("state"), origin="http://x", path="/a", start_path="/b")
