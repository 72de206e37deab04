"""The Lambda API, and what a populate lambda may do to a token."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest

from services.sandbox.fusionauth.lambdas import engine
from tests.sandbox_fusionauth.browser import App
from tests.sandbox_fusionauth.conftest import Client, codes, empty

ADD_SCOPE = "function populate(jwt, user, registration, context) { jwt.scope = 'read'; }"


def new_lambda(fusionauth: Client, body: str, **properties: object) -> dict[str, Any]:
    wanted = {"name": "lambda", "type": "JWTPopulate", "body": body, **properties}
    made: dict[str, Any] = fusionauth.ok("POST", "/api/lambda", {"lambda": wanted})["lambda"]
    return made


def using(fusionauth: Client, body: str) -> App:
    """An application whose access tokens the lambda populates."""
    app = App.new(fusionauth)
    set_lambda(app, new_lambda(fusionauth, body)["id"])
    return app


def set_lambda(app: App, lambda_id: str, name: str = "accessTokenPopulateId") -> None:
    patch = {"application": {"lambdaConfiguration": {name: lambda_id}}}
    app.fusionauth.ok("PATCH", f"/api/application/{app.registered['id']}", patch)


def claims_of(token: str) -> Any:
    return jwt.decode(token, options={"verify_signature": False})


def login_claims(app: App) -> Any:
    return claims_of(app.fusionauth.login(app.user, app.registered).json()["token"])


def test_a_lambda_is_made_read_changed_listed_and_deleted(fusionauth: Client) -> None:
    made = new_lambda(fusionauth, ADD_SCOPE)
    path = f"/api/lambda/{made['id']}"
    assert made["engineType"] == "GraalJS"
    assert made["debug"] is False
    assert fusionauth.ok("GET", path) == {"lambda": made}
    assert fusionauth.ok("GET", "/api/lambda?type=JWTPopulate") == {"lambdas": [made]}
    assert fusionauth.ok("GET", "/api/lambda?type=SAMLv2Populate") == {"lambdas": []}
    patched = fusionauth.ok("PATCH", path, {"lambda": {"name": "other"}})["lambda"]
    assert (patched["name"], patched["body"]) == ("other", ADD_SCOPE)
    put = {"lambda": {"name": "third", "body": "//", "type": "SAMLv2Populate"}}
    replaced = fusionauth.ok("PUT", path, put)["lambda"]
    assert (replaced["name"], replaced["body"], replaced["type"]) == ("third", "//", "JWTPopulate")
    assert fusionauth.ok("DELETE", path) is None
    for method in ("GET", "PUT", "DELETE"):
        assert empty(fusionauth.call(method, path, put if method == "PUT" else None), 404)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": " "}, "[blank]lambda.name"),
        ({"body": ""}, "[blank]lambda.body"),
        ({"type": None}, "[blank]lambda.type"),
        ({"type": "Nothing"}, "[invalidJSON]lambda.type"),
        ({"engineType": "Nashorn"}, "[invalid]lambda.engineType"),
    ],
)
def test_a_lambda_that_makes_no_sense_is_refused(fusionauth: Client, change: dict[str, object], code: str) -> None:
    body = {"name": "x", "type": "JWTPopulate", "body": ADD_SCOPE, **change}
    assert codes(fusionauth.call("POST", "/api/lambda", {"lambda": body})) == {code}


def test_an_id_of_ones_own_is_taken_once_and_a_tenants_key_may_do_nothing(fusionauth: Client) -> None:
    path = "/api/lambda/11111111-0000-4000-8000-000000000003"
    body = {"lambda": {"name": "x", "type": "JWTPopulate", "body": ADD_SCOPE}}
    assert fusionauth.ok("POST", path, body)["lambda"]["id"] == path[-36:]
    assert codes(fusionauth.call("POST", path, body)) == {"[duplicate]lambda.id"}
    key = {"apiKey": {"tenantId": fusionauth.store.tenant_id}}
    scoped = fusionauth.using(fusionauth.ok("POST", "/api/api-key", key)["apiKey"]["key"])
    assert empty(scoped.call("GET", path), 401)


def test_an_application_names_lambdas_that_exist_and_populate(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    path = f"/api/application/{app.registered['id']}"
    saml = new_lambda(fusionauth, ADD_SCOPE, type="SAMLv2Populate")["id"]
    for unusable in ("00000000-0000-4000-8000-000000000000", saml):
        patch = {"application": {"lambdaConfiguration": {"accessTokenPopulateId": unusable}}}
        code = "[invalid]application.lambdaConfiguration.accessTokenPopulateId"
        assert codes(fusionauth.call("PATCH", path, patch)) == {code}
    used = new_lambda(fusionauth, ADD_SCOPE)["id"]
    set_lambda(app, used)
    assert codes(fusionauth.call("DELETE", f"/api/lambda/{used}")) == {"[inUse]"}
    fusionauth.ok("PATCH", path, {"application": {"lambdaConfiguration": {"accessTokenPopulateId": None}}})
    fusionauth.ok("DELETE", f"/api/lambda/{used}")


def test_a_lambda_adds_a_scope_to_login_tokens_of_its_application_only(fusionauth: Client) -> None:
    app = using(fusionauth, ADD_SCOPE)
    assert login_claims(app)["scope"] == "read"
    assert "scope" not in claims_of(fusionauth.login(app.user).json()["token"])  # no applicationId, no lambda
    assert "scope" not in claims_of(fusionauth.login(app.user, fusionauth.new_application()).json()["token"])


def test_a_lambda_sees_user_registration_and_context(fusionauth: Client) -> None:
    show = (
        "function populate(jwt, user, registration, context) {"
        "  jwt.seen = [user.email, registration ? registration.roles : null, context.scopes, jwt.aud ?? null];"
        "  jwt.unicode = '\\u2028\\u00e9'; console.log(user); user.email = 'changed'; }"
    )
    app = using(fusionauth, show)
    email, client = app.user["email"], app.registered["id"]
    assert login_claims(app)["seen"] == [email, ["reader"], [], client]
    claims = claims_of(app.tokens("openid profile")["access_token"])
    assert claims["seen"] == [email, ["reader"], ["openid", "profile"], client]
    assert claims["unicode"] == "\u2028é"
    stranger = fusionauth.new_user()
    claims = claims_of(fusionauth.login(stranger, app.registered).json()["token"])
    assert claims["seen"] == [stranger["email"], None, [], None]


def test_id_tokens_have_a_lambda_of_their_own(fusionauth: Client) -> None:
    app = using(fusionauth, "function populate(jwt) { jwt.mine = 'access' }")
    set_lambda(app, new_lambda(fusionauth, "function populate(jwt) { jwt.mine = 'id' }")["id"], "idTokenPopulateId")
    body = app.tokens("openid")
    assert [claims_of(body[name])["mine"] for name in ("access_token", "id_token")] == ["access", "id"]


def test_reserved_claims_stay_and_the_others_may_change(fusionauth: Client) -> None:
    app = using(
        fusionauth,
        "function populate(jwt) {"
        "  for (const name of ['amr', 'auth_time', 'cnf', 'gty', 'exp', 'iat', 'sub', 'tid', 'tty']) jwt[name] = 'x';"
        "  jwt.iss = 'https://other.example'; jwt.aud = ['a', 'b']; delete jwt.roles; jwt.nothing = null; }",
    )
    claims = login_claims(app)
    assert (claims["sub"], claims["tid"]) == (app.user["id"], fusionauth.store.tenant_id)
    assert claims["exp"] == claims["iat"] + 3600
    assert isinstance(claims["auth_time"], int)
    assert not {"amr", "cnf", "gty", "tty", "roles", "nothing"} & {*claims}
    assert (claims["iss"], claims["aud"]) == ("https://other.example", ["a", "b"])


def test_a_lambda_may_remove_no_reserved_claim(fusionauth: Client) -> None:
    app = using(fusionauth, "function populate(jwt) { for (const name in jwt) delete jwt[name]; }")
    assert set(login_claims(app)) == {"auth_time", "exp", "iat", "sub", "tid"}


@pytest.mark.parametrize(("change", "lifetime"), [("-= 3000", 600), ("+= 1", 3600), ("+= 0.5", 3600), ("= -1", 3600)])
def test_a_lambda_may_shorten_a_tokens_life_only(fusionauth: Client, change: str, lifetime: int) -> None:
    app = using(fusionauth, f"function populate(jwt) {{ jwt.exp {change}; }}")
    body = app.tokens("openid")
    claims = claims_of(body["access_token"])
    assert claims["exp"] - claims["iat"] == lifetime
    assert body["expires_in"] == lifetime
    login = fusionauth.login(app.user, app.registered).json()
    assert login["tokenExpirationInstant"] == claims_of(login["token"])["exp"] * 1000


ESCAPES = [
    "typeof process + typeof require + typeof fetch + typeof setTimeout + typeof Buffer",
    "[this.constructor, jwt.constructor, user.constructor, console.log.constructor].map((found) => {"
    "  try { return found.constructor('return typeof process')() } catch { return 'undefined' } }).join('')",
]


@pytest.mark.parametrize("expression", ESCAPES)
def test_there_is_nothing_in_a_lambda_but_javascript(fusionauth: Client, expression: str) -> None:
    app = using(fusionauth, f"function populate(jwt, user) {{ jwt.found = {expression}; }}")
    assert set(login_claims(app)["found"].split("undefined")) == {""}


@pytest.mark.parametrize(
    "body",
    [
        "function populate(jwt) { jwt.x = 1; throw new Error('no'); }",
        "function populate(jwt) { throw { get message() { for (;;); } }; }",
        "function populate(jwt) { jwt.x = 1; for (;;); }",
        "for (;;);",
        "function populate(jwt) { jwt.x = 1; Promise.resolve().then(() => { for (;;); }); }",
        "function populate(jwt) { jwt.toJSON = () => { for (;;); }; }",
        "function populate(jwt) { jwt.toJSON = () => 'text'; }",
        "function populate(jwt) { const all = []; for (;;) all.push(new Array(1e6).fill(all)); }",
        "function populate(jwt) { jwt.x = 'x'.repeat(1e6); }",
        "function populate(jwt) { jwt.x = '\\u0001'.repeat(65000); }",
        "function populate(jwt) { jwt.x = jwt; }",
        "function populate(jwt) { jwt.x = 10n; }",
        "function populate(jwt) { populate(jwt); }",
        "function other(jwt) {}",
        "this is no JavaScript",
        "import fs from 'node:fs'; export function populate(jwt) { jwt.x = 1; }",
    ],
)
def test_a_lambda_that_fails_leaves_the_token_as_it_was_and_the_next_one_runs(fusionauth: Client, body: str) -> None:
    app = using(fusionauth, body)
    began = time.monotonic()
    claims = login_claims(app)
    assert time.monotonic() - began < engine.DEADLINE + 1
    assert "x" not in claims
    assert claims["roles"] == ["reader"]
    set_lambda(app, new_lambda(fusionauth, ADD_SCOPE)["id"])
    assert login_claims(app)["scope"] == "read"


def test_one_lambda_leaves_nothing_behind_for_the_next(fusionauth: Client) -> None:
    counting = "globalThis.count = (globalThis.count ?? 0) + 1; function populate(jwt) { jwt.count = count; }"
    app = using(fusionauth, counting)
    assert [login_claims(app)["count"] for _ in range(3)] == [1, 1, 1]


def test_node_starts_with_the_first_lambda_and_ends_when_idle(
    fusionauth: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "IDLE_SECONDS", 0.1)
    running = fusionauth.store.lambda_engine
    app = using(fusionauth, ADD_SCOPE)
    assert running.pid is None
    assert login_claims(app)["scope"] == "read"
    wait_until(lambda: running.pid is None)
    assert login_claims(app)["scope"] == "read"


def test_a_node_that_is_killed_costs_one_token_its_claims_and_no_more(fusionauth: Client) -> None:
    app = using(fusionauth, ADD_SCOPE)
    assert login_claims(app)["scope"] == "read"
    pid = fusionauth.store.lambda_engine.pid
    assert pid
    os.kill(pid, 9)
    login_claims(app)  # this one may have met the process as it died
    assert login_claims(app)["scope"] == "read"


def test_many_logins_at_once_each_get_their_own_claims(fusionauth: Client) -> None:
    app = using(fusionauth, "function populate(jwt, user) { jwt.mine = user.email; }")
    users = [fusionauth.new_user() for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda user: fusionauth.login(user, app.registered).json()["token"], users))
    assert [claims_of(token)["mine"] for token in answers] == [user["email"] for user in users]


def wait_until(condition: Any) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
