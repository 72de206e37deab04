"""Userinfo, introspection and logout."""

import pytest

from tests.sandbox_fusionauth.browser import CALLBACK, App, error
from tests.sandbox_fusionauth.conftest import Client

USERINFO = "/oauth2/userinfo"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_userinfo_shows_what_the_scopes_open(fusionauth: Client, method: str) -> None:
    app = App.new(fusionauth)
    bearer = fusionauth.using(f"Bearer {app.tokens('openid email')['access_token']}")
    expected = {"sub": app.user["id"], "email": app.user["email"], "email_verified": True}
    assert bearer.ok(method, USERINFO) == expected


def test_userinfo_refuses_every_token_but_an_access_token_with_openid(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    body = app.tokens("openid email")
    without = app.tokens("email")["access_token"]
    login = fusionauth.login(app.user, app.registered).json()["token"]
    no_audience = fusionauth.login(app.user).json()["token"]
    cases = {
        body["id_token"]: "access_token_invalid",
        without: "missing_required_scope",
        login: "missing_required_scope",
        no_audience: "access_token_invalid",
    }
    for token, reason in cases.items():
        refused = fusionauth.using(f"Bearer {token}").call("GET", USERINFO)
        assert error(refused) == ("invalid_token", reason)
    for header in (None, "", "Bearer", body["access_token"], f"Basic {body['access_token']}"):
        assert error(fusionauth.using(header).call("GET", USERINFO), 401)[1] == "access_token_required"
    assert error(fusionauth.using("Bearer a.b.c").call("GET", USERINFO), 401)[1] == "access_token_malformed"
    fusionauth.clock.advance(3601)
    expired = fusionauth.using(f"Bearer {body['access_token']}").call("GET", USERINFO)
    assert error(expired, 401)[1] == "access_token_expired"


def test_under_the_compatible_policy_any_token_of_the_application_serves(fusionauth: Client) -> None:
    app = App.new(fusionauth, scopeHandlingPolicy="Compatibility")
    body = app.tokens("openid")
    login = fusionauth.login(app.user, app.registered).json()["token"]
    for token in (body["access_token"], body["id_token"], login):
        shown = fusionauth.using(f"Bearer {token}").ok("GET", USERINFO)
        assert (shown["sub"], shown["email"], shown["given_name"]) == (app.user["id"], app.user["email"], "Richard")
    assert shown["roles"] == ["reader"]


def test_introspection_tells_the_client_what_its_token_says(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    token = app.tokens("openid")["access_token"]
    fields = {"client_id": app.registered["id"], "client_secret": app.secret, "token": token}
    shown = app.post("/oauth2/introspect", fields).json()
    assert (shown["active"], shown["sub"], shown["scope"]) == (True, app.user["id"], "openid")
    assert app.post("/oauth2/introspect", fields | {"token": "x"}).json() == {"active": False}
    assert error(app.post("/oauth2/introspect", fields | {"token": ""})) == ("invalid_request", "missing_token")
    wrong = app.post("/oauth2/introspect", fields | {"client_secret": "x"})
    assert error(wrong, 401) == ("invalid_client", "invalid_client_authentication")
    fusionauth.clock.advance(3601)
    assert app.post("/oauth2/introspect", fields).json() == {"active": False}


def test_introspection_tells_nobody_else(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    other = fusionauth.new_application()
    fields = {"client_id": other["id"], "client_secret": other["oauthConfiguration"]["clientSecret"]}
    fields["token"] = app.tokens("openid")["access_token"]
    assert error(app.post("/oauth2/introspect", fields), 401) == ("invalid_client", "client_id_mismatch")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_logout_takes_the_cookies_and_leads_where_the_application_says(fusionauth: Client, method: str) -> None:
    app = App.new(fusionauth, logoutURL="https://app.example/bye")
    identity = app.tokens("openid")["id_token"]

    def log_out(**fields: str) -> str:
        sent = {"params": fields} if method == "GET" else {"data": fields}
        response = fusionauth.using(None).call(method, "/oauth2/logout", **sent)
        assert response.status_code == 302, response.text
        assert response.headers["set-cookie"].count("Max-Age=0") == 2
        return response.headers["location"]

    assert log_out() == "/"
    assert log_out(client_id=app.registered["id"]) == "https://app.example/bye"
    fusionauth.clock.advance(3601)  # a hint may have expired
    assert log_out(id_token_hint=identity) == "https://app.example/bye"
    back = log_out(client_id=app.registered["id"], post_logout_redirect_uri=CALLBACK, state="a b")
    assert back == f"{CALLBACK}?state=a+b"
    fusionauth.ok("PATCH", f"/api/tenant/{fusionauth.store.tenant_id}", {"tenant": {"logoutURL": "https://t.example"}})
    assert log_out() == "https://t.example"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"client_id": "x"}, "invalid_client_id"),
        ({"id_token_hint": "a.b.c"}, "invalid_id_token_hint"),
        ({"post_logout_redirect_uri": CALLBACK}, "invalid_post_logout_redirect_uri"),
        (
            {"client_id": "{client}", "post_logout_redirect_uri": "https://evil.example"},
            "invalid_post_logout_redirect_uri",
        ),
    ],
)
def test_logout_leads_nowhere_else(fusionauth: Client, fields: dict[str, str], reason: str) -> None:
    app = App.new(fusionauth)
    sent = {name: value.format(client=app.registered["id"]) for name, value in fields.items()}
    refused = fusionauth.using(None).call("GET", "/oauth2/logout", params=sent)
    assert error(refused) == ("invalid_request", reason)
