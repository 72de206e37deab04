"""The Login API, status by status, and the tokens it gives."""

import jwt
import pytest

from tests.sandbox_fusionauth.conftest import Client, codes, empty

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def claims_of(token: str) -> dict[str, object]:
    claims: dict[str, object] = jwt.decode(token, options={"verify_signature": False})
    return claims


def test_a_registered_user_gets_exactly_the_documented_claims(fusionauth: Client) -> None:
    application = fusionauth.new_application(roles=[{"name": "reader"}], jwtConfiguration=fusionauth.rs256())
    user = fusionauth.new_user(username="richard")
    fusionauth.register(user, application, roles=["reader"])
    body = fusionauth.login(user, application).json()
    claims = claims_of(body["token"])
    now = int(fusionauth.clock())
    issued = claims.pop("iat")
    assert isinstance(issued, int)
    assert abs(issued - now) <= 5
    assert claims.pop("jti")
    assert claims == {
        "aud": application["id"],
        "exp": issued + 3600,
        "iss": "acme.com",
        "sub": user["id"],
        "authenticationType": "PASSWORD",
        "email": user["email"],
        "email_verified": True,
        "preferred_username": "richard",
        "applicationId": application["id"],
        "roles": ["reader"],
        "auth_time": issued,
        "tid": fusionauth.store.tenant_id,
    }
    assert body["tokenExpirationInstant"] == (issued + 3600) * 1000
    assert "refreshToken" not in body
    assert "threatsDetected" not in body


def test_without_an_application_the_token_has_no_audience_and_the_tenants_key(fusionauth: Client) -> None:
    response = fusionauth.login(fusionauth.new_user())
    assert response.status_code == 200
    token = response.json()["token"]
    assert jwt.get_unverified_header(token)["alg"] == "HS256"
    assert not {"aud", "applicationId", "roles"} & set(claims_of(token))


def test_an_application_says_how_long_its_tokens_live(fusionauth: Client) -> None:
    application = fusionauth.new_application(jwtConfiguration={**fusionauth.rs256(), "timeToLiveInSeconds": 30})
    claims = claims_of(fusionauth.login(fusionauth.new_user(), application).json()["token"])
    assert claims["exp"] == claims["iat"] + 30  # type: ignore[operator]


def test_login_remembers_when_and_shows_every_registration(fusionauth: Client) -> None:
    first, second, user = fusionauth.new_application(), fusionauth.new_application(), fusionauth.new_user()
    fusionauth.register(user, first)
    fusionauth.register(user, second)
    shown = fusionauth.login(user, first).json()["user"]
    assert shown["lastLoginInstant"]
    assert ["lastLoginInstant" in item for item in shown["registrations"]] == [True, False]


@pytest.mark.parametrize("login_id", ["{email}", "RICHARD"])
def test_address_and_name_both_log_in(fusionauth: Client, login_id: str) -> None:
    user = fusionauth.new_user(username="richard")
    assert fusionauth.login(user, loginId=login_id.format(**user)).status_code == 200
    by_name_only = fusionauth.login(user, loginId=login_id.format(**user), loginIdTypes=["username"])
    assert by_name_only.status_code == (200 if login_id == "RICHARD" else 404)


def test_a_wrong_password_and_an_unknown_user_look_the_same(fusionauth: Client) -> None:
    user = fusionauth.new_user()
    assert empty(fusionauth.login(user, password="wrong password"), 404)
    assert empty(fusionauth.login({"email": "nobody@example.com"}), 404)


def test_a_deactivated_user_gets_423_but_only_with_the_right_password(fusionauth: Client) -> None:
    user = fusionauth.new_user()
    fusionauth.ok("DELETE", f"/api/user/{user['id']}")
    assert empty(fusionauth.login(user), 423)
    assert empty(fusionauth.login(user, password="wrong password"), 404)


def test_an_expired_user_gets_410(fusionauth: Client) -> None:
    user = fusionauth.new_user(expiry=int(fusionauth.clock() * 1000) + 60_000)
    assert fusionauth.login(user).status_code == 200
    fusionauth.clock.advance(61)
    assert empty(fusionauth.login(user), 410)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"[blank]loginId", "[blank]password"}),
        ({"loginId": "a@example.com"}, {"[blank]password"}),
        ({"loginId": "a", "password": "b", "applicationId": UNKNOWN}, {"[invalid]applicationId"}),
        ({"loginId": "a", "password": "b", "applicationId": "mine"}, {"[invalid]applicationId"}),
        ({"loginId": "a", "password": 5}, {"[invalidJSON]password"}),
    ],
)
def test_a_request_that_makes_no_sense_is_400(fusionauth: Client, body: dict[str, object], expected: set[str]) -> None:
    assert codes(fusionauth.call("POST", "/api/login", body)) == expected


def test_nobody_logs_in_to_a_deactivated_application(fusionauth: Client) -> None:
    application, user = fusionauth.new_application(), fusionauth.new_user()
    fusionauth.register(user, application)
    fusionauth.ok("DELETE", f"/api/application/{application['id']}")
    assert codes(fusionauth.login(user, application)) == {"[invalid]applicationId"}


def test_an_api_key_is_needed_unless_the_application_says_otherwise(fusionauth: Client) -> None:
    strict = fusionauth.new_application()
    public = fusionauth.new_application(loginConfiguration={"requireAuthentication": False})
    user, nobody = fusionauth.new_user(), fusionauth.using(None)
    assert empty(nobody.login(user, strict), 401)
    assert nobody.login(user, public).status_code == 202
    assert empty(fusionauth.using("wrong").login(user, public), 401)


def test_without_an_application_the_tenant_says_whether_a_key_is_needed(fusionauth: Client) -> None:
    user, nobody = fusionauth.new_user(), fusionauth.using(None)
    assert empty(nobody.login(user), 401)
    patch = {"tenant": {"loginConfiguration": {"requireAuthentication": False}}}
    fusionauth.ok("PATCH", f"/api/tenant/{fusionauth.store.tenant_id}", patch)
    assert nobody.login(user).status_code == 200


def test_a_key_of_another_tenant_cannot_log_in_to_the_application(fusionauth: Client) -> None:
    application, user = fusionauth.new_application(), fusionauth.new_user()
    other = fusionauth.ok("POST", "/api/tenant", {"tenant": {"name": "Other"}})["tenant"]["id"]
    key = fusionauth.ok("POST", "/api/api-key", {"apiKey": {"tenantId": other}})["apiKey"]["key"]
    assert codes(fusionauth.using(key).login(user, application)) == {"[invalid]applicationId"}
    assert empty(fusionauth.using(key).login(user), 404)


def test_no_jwt_means_no_token_of_any_kind_and_no_cookie(fusionauth: Client) -> None:
    application = fusionauth.new_application(loginConfiguration={"generateRefreshTokens": True})
    user = fusionauth.new_user()
    fusionauth.register(user, application)
    response = fusionauth.login(user, application, noJWT=True)
    assert response.status_code == 200
    assert set(response.json()) == {"user"}
    assert not response.cookies


def test_tokens_come_as_cookies_too_out_of_reach_of_scripts(fusionauth: Client) -> None:
    application = fusionauth.new_application(loginConfiguration={"generateRefreshTokens": True})
    user = fusionauth.new_user()
    fusionauth.register(user, application)
    response = fusionauth.login(user, application)
    body = response.json()
    assert response.cookies.get_dict() == {"access_token": body["token"], "refresh_token": body["refreshToken"]}
    expiries = {cookie.name: cookie.expires for cookie in response.cookies}
    assert expiries["access_token"] is None
    assert expiries["refresh_token"] is not None
    assert response.headers["set-cookie"].count("HttpOnly") == 2


@pytest.mark.parametrize(
    ("generate", "registered", "named", "given"),
    [(True, True, True, True), (False, True, True, False), (True, False, True, False), (True, True, False, False)],
)
def test_a_refresh_token_needs_the_switch_the_registration_and_the_application(
    fusionauth: Client, generate: bool, registered: bool, named: bool, given: bool
) -> None:
    application = fusionauth.new_application(loginConfiguration={"generateRefreshTokens": generate})
    user = fusionauth.new_user()
    if registered:
        fusionauth.register(user, application)
    body = fusionauth.login(user, application if named else None).json()
    assert ("refreshToken" in body, "refreshTokenId" in body) == (given, given)


def test_require_registration_is_a_rule_of_the_login_page_and_does_not_stop_this_api(fusionauth: Client) -> None:
    application = fusionauth.new_application(oauthConfiguration={"requireRegistration": True})
    response = fusionauth.login(fusionauth.new_user(), application)
    assert response.status_code == 202
    assert response.json()["token"]
