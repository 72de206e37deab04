"""The token endpoint, grant by grant, and the tokens it gives."""

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest

from tests.sandbox_fusionauth.browser import CALLBACK, PKCE, VERIFIER, App, Browser, answered, asked, error
from tests.sandbox_fusionauth.conftest import Client, empty

EVERYTHING = "openid offline_access email profile phone"


def claims_of(token: str) -> Any:
    return jwt.decode(token, options={"verify_signature": False})


def left_half(value: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(value.encode()).digest()[:16]).rstrip(b"=").decode()


def test_the_code_grant_gives_exactly_the_documented_tokens(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    code = app.code(scope=EVERYTHING, nonce="n")
    response = app.exchange(code)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    body = response.json()
    access, identity = body.pop("access_token"), body.pop("id_token")
    assert body.pop("refresh_token")
    session = body.pop("refresh_token_id")
    user = app.user["id"]
    assert body == {"expires_in": 3600, "scope": EVERYTHING, "token_type": "Bearer", "userId": user}
    header = jwt.get_unverified_header(access)
    assert (header["alg"], header["gty"]) == ("RS256", ["authorization_code"])
    claims = claims_of(access)
    issued = claims["iat"]
    common = {
        "aud": app.registered["id"],
        "exp": issued + 3600,
        "iat": issued,
        "iss": "acme.com",
        "sub": user,
        "authenticationType": "PASSWORD",
        "auth_time": claims["auth_time"],
        "tid": fusionauth.store.tenant_id,
        "scope": EVERYTHING,
        "sid": session,
    }
    assert claims == common | {"jti": claims["jti"], "applicationId": app.registered["id"], "roles": ["reader"]}
    shown = claims_of(identity)
    assert shown == common | {
        "jti": shown["jti"],
        "nonce": "n",
        "at_hash": left_half(access),
        "c_hash": left_half(code),
        "email": app.user["email"],
        "email_verified": True,
        "phone_number": "555",
        "preferred_username": "richard",
        "given_name": "Richard",
    }


def test_tokens_hold_no_more_about_the_user_than_the_scopes_open(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    body = app.tokens("openid")
    assert not {"email", "preferred_username", "given_name"} & {*claims_of(body["id_token"])}
    assert "refresh_token" not in body
    assert "sid" not in claims_of(body["access_token"])
    assert not {"id_token", "refresh_token"} & {*app.tokens("email")}


def test_under_the_compatible_policy_both_tokens_name_the_user(fusionauth: Client) -> None:
    body = App.new(fusionauth, scopeHandlingPolicy="Compatibility").tokens("openid")
    for token in (body["access_token"], body["id_token"]):
        assert {"email", "email_verified", "preferred_username"} <= {*claims_of(token)}


def test_without_a_scope_there_is_an_access_token_only(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    body = app.exchange(app.code()).json()
    assert set(body) == {"access_token", "expires_in", "token_type", "userId"}
    assert "scope" not in claims_of(body["access_token"])


def test_offline_access_needs_the_applications_switch(fusionauth: Client) -> None:
    body = App.new(fusionauth, generateRefreshTokens=False).tokens("openid offline_access")
    assert "refresh_token" not in body


def test_an_unregistered_user_gets_an_audience_but_no_roles(fusionauth: Client) -> None:
    app = App.new(fusionauth, register=False)
    claims = claims_of(app.tokens("openid")["access_token"])
    assert claims["aud"] == app.registered["id"]
    assert not {"applicationId", "roles"} & {*claims}


def test_a_code_works_once_even_for_two_at_the_same_time(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    code = app.code()
    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(response.status_code for response in pool.map(app.exchange, [code] * 4))
    assert statuses == [200, 400, 400, 400]
    assert error(app.exchange(code)) == ("invalid_grant", "auth_code_not_found")


def test_a_code_lives_thirty_seconds_or_as_long_as_the_tenant_says(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    code = app.code()
    fusionauth.clock.advance(31)
    assert error(app.exchange(code)) == ("invalid_grant", "auth_code_not_found")
    patch = {"tenant": {"externalIdentifierConfiguration": {"authorizationGrantIdTimeToLiveInSeconds": 60}}}
    fusionauth.ok("PATCH", f"/api/tenant/{fusionauth.store.tenant_id}", patch)
    code = app.code()
    fusionauth.clock.advance(31)
    assert app.exchange(code).status_code == 200


def test_the_verifier_must_fit_and_there_is_one_attempt(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    assert app.exchange(app.code(**PKCE), code_verifier=VERIFIER).status_code == 200
    assert error(app.exchange(app.code(**PKCE))) == ("invalid_request", "missing_code_verifier")
    code = app.code(**PKCE)
    assert error(app.exchange(code, code_verifier="x" * 43)) == ("invalid_grant", "invalid_pkce_code_verifier")
    assert error(app.exchange(code, code_verifier=VERIFIER)) == ("invalid_grant", "auth_code_not_found")
    assert error(app.exchange(app.code(), code_verifier=VERIFIER)) == ("invalid_grant", "invalid_pkce_code_verifier")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"redirect_uri": ""}, ("invalid_request", "missing_redirect_uri")),
        ({"redirect_uri": f"{CALLBACK}/"}, ("invalid_request", "invalid_redirect_uri")),
        ({"code": ""}, ("invalid_request", "missing_code")),
        ({"code": "unknown"}, ("invalid_grant", "auth_code_not_found")),
        ({"grant_type": ""}, ("invalid_request", "missing_grant_type")),
        ({"grant_type": "magic"}, ("unsupported_grant_type", "invalid_grant_type")),
        ({"grant_type": "client_credentials"}, ("not_licensed", "not_licensed")),
        ({"grant_type": "password"}, ("unauthorized_client", "grant_type_disabled")),
        ({"client_id": ""}, ("invalid_request", "missing_client_id")),
    ],
)
def test_a_mistake_in_the_exchange_has_its_own_reason(
    fusionauth: Client, fields: dict[str, str], expected: tuple[str, str]
) -> None:
    app = App.new(fusionauth)
    base = {"client_id": app.registered["id"], "client_secret": app.secret, "grant_type": "authorization_code"}
    sent = base | {"code": app.code(), "redirect_uri": CALLBACK} | fields
    assert error(app.post("/oauth2/token", sent)) == expected


def test_a_code_belongs_to_the_client_that_asked_for_it(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    other = fusionauth.new_application(oauthConfiguration={"authorizedRedirectURLs": [CALLBACK]})
    code = app.code()
    stolen = app.exchange(code, client_id=other["id"], client_secret=other["oauthConfiguration"]["clientSecret"])
    assert error(stolen) == ("invalid_grant", "client_id_mismatch")
    assert app.exchange(code).status_code == 200


@pytest.mark.parametrize(
    ("policy", "pkce", "needed"),
    [
        ("Required", True, True),
        ("NotRequired", False, False),
        ("NotRequiredWhenUsingPKCE", True, False),
        ("NotRequiredWhenUsingPKCE", False, True),
    ],
)
def test_the_application_says_when_its_secret_is_needed(
    fusionauth: Client, policy: str, pkce: bool, needed: bool
) -> None:
    app = App.new(fusionauth, clientAuthenticationPolicy=policy)
    fields = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "client_id": app.registered["id"]}
    fields |= {"code": app.code(**(PKCE if pkce else {}))} | ({"code_verifier": VERIFIER} if pkce else {})
    bare = app.post("/oauth2/token", fields)
    if needed:
        assert error(bare, 401) == ("invalid_client", "client_authentication_missing")
    else:
        assert bare.status_code == 200
    # A secret that is shown must be right, needed or not.
    wrong = app.post("/oauth2/token", fields | {"client_secret": "wrong"})
    assert error(wrong, 401) == ("invalid_client", "invalid_client_authentication")


def test_the_secret_may_come_in_a_basic_header(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    fields = {"grant_type": "authorization_code", "redirect_uri": CALLBACK}
    basic = (app.registered["id"], app.secret)
    assert app.post("/oauth2/token", fields | {"code": app.code()}, basic=basic).status_code == 200
    wrong = app.post("/oauth2/token", fields | {"code": app.code()}, basic=(app.registered["id"], "wrong"))
    assert error(wrong, 401) == ("invalid_client", "invalid_client_authentication")
    mismatch = app.post("/oauth2/token", fields | {"client_id": "another", "code": app.code()}, basic=basic)
    assert error(mismatch) == ("invalid_request", "client_id_mismatch")
    unknown = app.post("/oauth2/token", fields | {"code": app.code()}, basic=("unknown", "x"))
    assert error(unknown, 401) == ("invalid_client", "invalid_client_id")


@pytest.mark.parametrize("header", ["Bearer x", "Basic", "Basic ???", "Basic eA==", "Basic /w=="])
def test_another_kind_of_client_authentication_is_refused(fusionauth: Client, header: str) -> None:
    app = App.new(fusionauth)
    refused = app.post("/oauth2/token", {"grant_type": "authorization_code", "code": "x"}, Authorization=header)
    assert error(refused, 401) == ("invalid_client", "invalid_client_authentication_scheme")


def test_a_refresh_token_gives_new_tokens_and_remembers_how_it_all_began(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    first = app.tokens("openid offline_access email")
    fusionauth.clock.advance(100)
    body = app.token("refresh_token", refresh_token=first["refresh_token"]).json()
    assert (body["refresh_token"], body["refresh_token_id"]) == (first["refresh_token"], first["refresh_token_id"])
    assert "scope" not in body
    header = jwt.get_unverified_header(body["access_token"])
    assert header["gty"] == ["authorization_code", "refresh_token"]
    before, after = claims_of(first["access_token"]), claims_of(body["access_token"])
    assert after["authenticationType"] == "REFRESH_TOKEN"
    assert [after[name] for name in ("auth_time", "scope", "sid", "aud")] == [
        before[name] for name in ("auth_time", "scope", "sid", "aud")
    ]
    assert after["iat"] >= before["iat"] + 100
    assert claims_of(body["id_token"])["email"] == app.user["email"]


def test_a_refresh_may_ask_for_fewer_scopes_and_a_shorter_life_but_not_for_more(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    token = app.tokens("openid offline_access email")["refresh_token"]
    fewer = app.token("refresh_token", refresh_token=token, scope="email", expires_in="60").json()
    assert claims_of(fewer["access_token"])["scope"] == "email"
    assert fewer["expires_in"] == 60
    assert "id_token" not in fewer
    again = app.token("refresh_token", refresh_token=token, expires_in="999999").json()
    assert claims_of(again["access_token"])["scope"] == "openid offline_access email"
    assert again["expires_in"] == 3600
    assert error(app.token("refresh_token", refresh_token=token, scope="profile")) == ("invalid_scope", "unknown_scope")
    for wrong in ("0", "-1", "soon", "9" * 5000):
        refused = app.token("refresh_token", refresh_token=token, expires_in=wrong)
        assert error(refused) == ("invalid_request", "invalid_expires_in")


def test_a_refresh_token_is_good_for_its_own_application_only(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    token = app.tokens("offline_access")["refresh_token"]
    other = fusionauth.new_application()
    secret = other["oauthConfiguration"]["clientSecret"]
    stolen = app.token("refresh_token", refresh_token=token, client_id=other["id"], client_secret=secret)
    assert error(stolen) == ("invalid_grant", "refresh_token_not_found")
    assert error(app.token("refresh_token", refresh_token="x")) == ("invalid_grant", "refresh_token_not_found")
    assert error(app.token("refresh_token")) == ("invalid_request", "missing_refresh_token")
    without_secret = {"grant_type": "refresh_token", "client_id": app.registered["id"], "refresh_token": token}
    assert error(app.post("/oauth2/token", without_secret), 401)[0] == "invalid_client"


def test_a_one_time_refresh_token_works_once_at_the_token_endpoint_too(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    patch = {"application": {"jwtConfiguration": {"refreshTokenUsagePolicy": "OneTimeUse"}}}
    fusionauth.ok("PATCH", f"/api/application/{app.registered['id']}", patch)
    first = app.tokens("offline_access")
    second = app.token("refresh_token", refresh_token=first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["refresh_token_id"] == first["refresh_token_id"]
    reused = app.token("refresh_token", refresh_token=first["refresh_token"])
    assert error(reused) == ("invalid_grant", "refresh_token_not_found")


def test_the_password_grant_works_where_it_is_enabled(fusionauth: Client) -> None:
    app = App.new(fusionauth, enabledGrants=["password"])
    right = {"username": app.user["email"], "password": "password", "scope": "openid"}
    body = app.token("password", **right).json()
    assert jwt.get_unverified_header(body["access_token"])["gty"] == ["password"]
    assert "c_hash" not in claims_of(body["id_token"])
    for wrong in ({"password": "wrong one"}, {"username": "nobody"}, {"username": ""}, {"password": ""}):
        assert error(app.token("password", **(right | wrong))) == ("invalid_grant", "invalid_user_credentials")
    assert error(app.token("password", **(right | {"scope": "x"}))) == ("invalid_scope", "unknown_scope")
    fusionauth.ok("DELETE", f"/api/user/{app.user['id']}")
    assert error(app.token("password", **right)) == ("invalid_grant", "user_locked")


def test_the_password_grant_minds_required_registration(fusionauth: Client) -> None:
    app = App.new(fusionauth, register=False, enabledGrants=["password"], requireRegistration=True)
    refused = app.token("password", username=app.user["email"], password="password")
    assert error(refused) == ("access_denied", "registration_required")


def test_a_code_dies_with_its_user(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    code = app.code()
    fusionauth.ok("DELETE", f"/api/user/{app.user['id']}")
    assert error(app.exchange(code)) == ("invalid_grant", "user_not_found")


def test_only_a_form_of_reasonable_size_is_read(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    path = "/oauth2/token"
    assert error(fusionauth.call("POST", path, {"grant_type": "password"})) == ("invalid_request", "unknown")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert empty(fusionauth.call("POST", path, data=b"a=" + b"x" * 1_000_001, headers=form), 413)
    assert error(fusionauth.call("POST", path, data=b"a=b&" * 200, headers=form)) == ("invalid_request", "unknown")
    assert error(fusionauth.call("POST", path, data=b"\xff", headers=form)) == ("invalid_request", "unknown")
    assert error(app.post(path, {}))[1] == "missing_grant_type"


def test_every_signature_algorithm_signs_id_tokens_with_hashes_that_fit(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    for algorithm, size in (("ES384", 384), ("Ed25519", 512), ("HS512", 512)):
        key = fusionauth.ok("POST", "/api/key/generate", {"key": {"algorithm": algorithm, "name": algorithm}})["key"]
        patch = {"application": {"jwtConfiguration": {"idTokenKeyId": key["id"]}}}
        fusionauth.ok("PATCH", f"/api/application/{app.registered['id']}", patch)
        body = app.tokens("openid")
        assert jwt.get_unverified_header(body["id_token"])["alg"] == algorithm
        digest = hashlib.new(f"sha{size}", body["access_token"].encode()).digest()
        expected = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
        assert claims_of(body["id_token"])["at_hash"] == expected


def test_an_application_of_another_tenant_knows_its_own_users_only(fusionauth: Client) -> None:
    app = App.new(fusionauth)
    other = fusionauth.ok("POST", "/api/tenant", {"tenant": {"name": "Other", "issuer": "https://other.example"}})
    header = {"X-FusionAuth-TenantId": other["tenant"]["id"]}
    body = {"application": {"name": "theirs", "oauthConfiguration": {"authorizedRedirectURLs": [CALLBACK]}}}
    theirs = fusionauth.ok("POST", "/api/application", body, headers=header)["application"]
    assert Browser(fusionauth).log_in(app.user, **asked(theirs)).status_code == 200
    person = {"user": {"email": app.user["email"], "password": "password"}}
    fusionauth.ok("POST", "/api/user", person, headers=header)
    answer = answered(Browser(fusionauth).log_in(app.user, **asked(theirs, tenantId=other["tenant"]["id"])))
    assert answer["iss"] == "https://other.example"


def test_a_refreshed_token_names_the_login_and_not_the_exchange_as_its_time(fusionauth: Client) -> None:
    app = App.new(fusionauth, enabledGrants=["authorization_code", "refresh_token"])
    code = app.code(scope="openid offline_access")
    fusionauth.clock.advance(5)
    before = app.exchange(code).json()
    after = app.token("refresh_token", refresh_token=before["refresh_token"]).json()
    first, second = (claims_of(body["access_token"]) for body in (before, after))
    assert second["auth_time"] == first["auth_time"] <= first["iat"] - 5
