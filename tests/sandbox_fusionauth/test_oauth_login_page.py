"""The authorize endpoint: the login page, and what the application gets."""

import json

import pytest
import requests

from tests.sandbox_fusionauth.browser import CALLBACK, CHALLENGE, PKCE, App, Browser, Page, answered, asked
from tests.sandbox_fusionauth.conftest import Client


def test_a_person_logs_in_without_scripts_and_the_application_gets_a_code(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    browser = Browser(fusionauth)
    page = browser.open(**asked(app.registered, state="a b&c", scope="openid"))
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "script" not in Page(page.text).tags
    assert {"loginId", "password"} <= set(Page(page.text).fields)
    answer = answered(browser.send(page, loginId=app.user["email"], password="password"))
    assert len(answer.pop("code")) >= 32
    assert answer == {"iss": "acme.com", "locale": "en", "state": "a b&c", "userState": "Authenticated"}


def test_the_issuer_in_the_answer_is_the_tenants(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    path = f"/api/tenant/{fusionauth.store.tenant_id}"
    fusionauth.ok("PATCH", path, {"tenant": {"issuer": "https://auth.example.com"}})
    answer = answered(Browser(fusionauth).log_in(app.user, **asked(app.registered)))
    assert answer["iss"] == "https://auth.example.com"


def test_a_wrong_password_asks_again_and_keeps_what_was_typed_but_the_password(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    browser = Browser(fusionauth)
    again = browser.send(browser.open(**asked(app.registered, state="s")), loginId="Someone", password="wrong one")
    assert again.status_code == 200
    assert "Invalid login credentials." in Page(again.text).text
    assert Page(again.text).fields["loginId"] == "Someone"
    assert "wrong one" not in again.text
    answer = answered(browser.send(again, loginId=app.user["email"], password="password"))
    assert answer["state"] == "s"


@pytest.mark.parametrize(
    ("change", "message"),
    [({"method": "DELETE"}, "locked"), ({"method": "PATCH", "json": {"user": {"expiry": 1}}}, "expired")],
)
def test_somebody_who_may_not_log_in_is_told_so(fusionauth: Client, change: dict[str, object], message: str) -> None:
    app = App.new(fusionauth)
    fusionauth.ok(path=f"/api/user/{app.user['id']}", **change)  # type: ignore[arg-type]
    page = Browser(fusionauth).log_in(app.user, **asked(app.registered))
    assert page.status_code == 200
    assert message in Page(page.text).text


def test_a_form_that_this_browser_was_not_shown_is_not_taken(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    shown = Browser(fusionauth).open(**asked(app.registered))
    elsewhere = Browser(fusionauth)  # another browser: no cookie, then a cookie of its own
    for _ in range(2):
        refused = elsewhere.send(shown, loginId=app.user["email"], password="password")
        assert refused.status_code == 200
        assert "out of date" in Page(refused.text).text
    assert elsewhere.send(refused, loginId=app.user["email"], password="password").status_code == 302


def test_the_forms_cookie_is_out_of_reach_of_scripts_and_other_sites(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    cookie = Browser(fusionauth).open(**asked(app.registered)).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert "Secure" not in cookie
    headers = {"X-Forwarded-Proto": "https"}
    behind_tls = requests.get(f"{fusionauth.url}/oauth2/authorize", asked(app.registered), headers=headers, timeout=9)
    assert "Secure" in behind_tls.headers["set-cookie"]


def test_nothing_from_outside_becomes_markup(fusionauth: Client) -> None:
    evil = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>"
    application = fusionauth.new_application(name=evil, oauthConfiguration={"authorizedRedirectURLs": [CALLBACK]})
    browser = Browser(fusionauth)
    page = browser.open(**asked(application, state=evil, nonce=evil, login_hint=evil))
    again = browser.send(page, loginId=evil, password=evil)
    refused = browser.open(client_id=evil, redirect_uri=evil)
    for response in (page, again, refused):
        assert "<script>alert" not in response.text
        assert not {"script", "img"} & set(Page(response.text).tags)
        assert "default-src 'none'" in response.headers["content-security-policy"]
        assert response.headers["x-frame-options"] == "DENY"
    assert Page(again.text).fields["state"] == evil
    assert Page(again.text).fields["loginId"] == evil


def shown_error(response: requests.Response) -> tuple[str, str]:
    """The error on a page that is not redirected."""
    assert response.status_code == 400
    assert "location" not in response.headers
    text = Page(response.text).text
    body = json.loads(text[text.index("{") : text.rindex("}") + 1])
    return body["error"], body["error_reason"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"client_id": ""}, "missing_client_id"),
        ({"client_id": "00000000-0000-4000-8000-000000000000"}, "invalid_client_id"),
        ({"client_id": "mine"}, "invalid_client_id"),
        ({"redirect_uri": ""}, "missing_redirect_uri"),
        ({"redirect_uri": f"{CALLBACK}/"}, "invalid_redirect_uri"),
        ({"redirect_uri": f"{CALLBACK}?x=1"}, "invalid_redirect_uri"),
        ({"redirect_uri": CALLBACK.replace("8765", "8766")}, "invalid_redirect_uri"),
        ({"redirect_uri": CALLBACK.upper()}, "invalid_redirect_uri"),
        ({"tenantId": "00000000-0000-4000-8000-000000000000"}, "invalid_tenant_id"),
        ({"response_mode": "smoke"}, "invalid_response_mode"),
    ],
)
def test_a_request_that_cannot_be_trusted_is_shown_and_sent_nowhere(
    fusionauth: Client, change: dict[str, str], reason: str
) -> None:
    app = App.new(fusionauth)
    assert shown_error(Browser(fusionauth).open(**(asked(app.registered) | change))) == ("invalid_request", reason)


@pytest.mark.parametrize(
    ("change", "error", "reason"),
    [
        ({"response_type": ""}, "invalid_request", "missing_response_type"),
        ({"response_type": "token"}, "unsupported_response_type", "invalid_response_type"),
        ({"scope": "openid admin"}, "invalid_scope", "unknown_scope"),
        (PKCE | {"code_challenge_method": "plain"}, "invalid_request", "invalid_pkce_code_challenge_method"),
        ({"code_challenge": CHALLENGE}, "invalid_request", "invalid_pkce_code_challenge_method"),
        (PKCE | {"code_challenge": "short"}, "invalid_request", "invalid_pkce_code_challenge"),
        ({"code_challenge_method": "S256"}, "invalid_request", "missing_code_challenge"),
        ({"prompt": "none"}, "login_required", "authentication_required"),
    ],
)
def test_any_other_mistake_goes_back_to_the_application_with_its_state(
    fusionauth: Client, change: dict[str, str], error: str, reason: str
) -> None:
    app = App.new(fusionauth)
    answer = answered(Browser(fusionauth).open(**(asked(app.registered, state="s") | change)))
    assert (answer["error"], answer["error_reason"], answer["state"]) == (error, reason, "s")
    assert "code" not in answer
    assert "iss" not in answer


def test_an_application_decides_whether_it_needs_pkce_and_the_code_grant(fusionauth: Client) -> None:
    strict = App.new(fusionauth, proofKeyForCodeExchangePolicy="Required")
    answer = answered(Browser(fusionauth).open(**asked(strict.registered)))
    assert answer["error_reason"] == "missing_code_challenge"
    assert Browser(fusionauth).open(**asked(strict.registered, **PKCE)).status_code == 200
    without = fusionauth.new_application(
        oauthConfiguration={"authorizedRedirectURLs": [CALLBACK], "enabledGrants": ["refresh_token"]}
    )
    answer = answered(Browser(fusionauth).open(**asked(without)))
    assert (answer["error"], answer["error_reason"]) == ("unauthorized_client", "grant_type_disabled")


@pytest.mark.parametrize(("policy", "granted"), [("Allow", "openid admin"), ("Remove", "openid")])
def test_an_unknown_scope_may_be_let_through_or_left_out(fusionauth: Client, policy: str, granted: str) -> None:
    app = App.new(fusionauth, unknownScopePolicy=policy)
    assert app.tokens("openid admin")["scope"] == granted


def test_a_provided_scope_that_is_switched_off_is_unknown(fusionauth: Client) -> None:
    app = App.new(fusionauth, providedScopePolicy={"email": {"enabled": False}})
    answer = answered(Browser(fusionauth).open(**asked(app.registered, scope="openid email")))
    assert answer["error_reason"] == "unknown_scope"
    assert Browser(fusionauth).open(**asked(app.registered, scope="openid profile")).status_code == 200


def test_whoever_is_not_registered_gets_in_unless_registration_is_required(fusionauth: Client) -> None:
    open_to_all = App.new(fusionauth, register=False)
    answer = answered(Browser(fusionauth).log_in(open_to_all.user, **asked(open_to_all.registered)))
    assert answer["userState"] == "AuthenticatedNotRegistered"
    closed = fusionauth.new_application(
        oauthConfiguration={"authorizedRedirectURLs": [CALLBACK], "requireRegistration": True}
    )
    page = Browser(fusionauth).log_in(open_to_all.user, **asked(closed))
    assert page.status_code == 200
    assert "not registered" in Page(page.text).text


def test_the_answer_comes_the_way_it_was_asked_for(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    fragment = Browser(fusionauth).log_in(app.user, **asked(app.registered, response_mode="fragment"))
    assert fragment.headers["location"].startswith(f"{CALLBACK}#code=")
    posted = Browser(fusionauth).log_in(app.user, **asked(app.registered, response_mode="form_post", state="s"))
    assert posted.status_code == 200
    assert Page(posted.text).action == CALLBACK
    assert {"code", "iss", "state"} <= set(Page(posted.text).fields)


def test_a_redirect_address_keeps_its_query(fusionauth: Client) -> None:
    address = "http://localhost:8765/callback?a=1"
    app = App.new(fusionauth, authorizedRedirectURLs=[address])
    response = Browser(fusionauth).log_in(app.user, **asked(app.registered, redirect_uri=address))
    assert response.status_code == 302
    assert "?a=1" in response.headers["location"]
    assert "&code=" in response.headers["location"]
