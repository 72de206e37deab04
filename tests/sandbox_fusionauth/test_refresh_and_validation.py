"""What happens to tokens after login."""

from typing import Any

import jwt
import pytest
import requests

from services.sandbox.fusionauth.jws import sign
from tests.sandbox_fusionauth.conftest import Client, codes, empty

REFRESHABLE = {"generateRefreshTokens": True, "allowTokenRefresh": True}


def logged_in(fusionauth: Client, jwt_configuration: dict[str, object] | None = None, **login: bool) -> Any:
    configuration = {**fusionauth.rs256(), **(jwt_configuration or {})}
    application = fusionauth.new_application(
        jwtConfiguration=configuration, loginConfiguration={**REFRESHABLE, **login}
    )
    user = fusionauth.new_user()
    fusionauth.register(user, application)
    return fusionauth.login(user, application).json() | {"application": application}


def refresh(fusionauth: Client, token: str, **more: object) -> requests.Response:
    return fusionauth.using(None).call("POST", "/api/jwt/refresh", {"refreshToken": token, **more})


def claims_of(token: str) -> Any:
    return jwt.decode(token, options={"verify_signature": False})


def test_a_refresh_token_gives_a_new_access_token_that_remembers_the_login(fusionauth: Client) -> None:
    login = logged_in(fusionauth)
    fusionauth.clock.advance(100)
    body = refresh(fusionauth, login["refreshToken"]).json()
    assert (body["refreshToken"], body["refreshTokenId"]) == (login["refreshToken"], login["refreshTokenId"])
    before, after = claims_of(login["token"]), claims_of(body["token"])
    assert after["authenticationType"] == "REFRESH_TOKEN"
    assert after["auth_time"] == before["auth_time"]
    assert after["iat"] >= before["iat"] + 100
    assert after["aud"] == before["aud"]
    assert after["jti"] != before["jti"]


def test_the_new_access_token_may_be_asked_to_live_shorter_but_not_longer(fusionauth: Client) -> None:
    token = logged_in(fusionauth)["refreshToken"]
    for asked, given in ((60, 60), (100_000, 3600)):
        claims = claims_of(refresh(fusionauth, token, timeToLiveInSeconds=asked).json()["token"])
        assert claims["exp"] - claims["iat"] == given


def test_the_cookie_wins_over_the_body(fusionauth: Client) -> None:
    login = logged_in(fusionauth)
    cookies = {"refresh_token": login["refreshToken"]}
    response = fusionauth.using(None).call("POST", "/api/jwt/refresh", {"refreshToken": "x"}, cookies=cookies)
    assert response.status_code == 200


def test_an_unknown_refresh_token_and_a_missing_one_are_400(fusionauth: Client) -> None:
    assert codes(refresh(fusionauth, "unknown")) == {"[invalid]refreshToken"}
    assert codes(fusionauth.using(None).call("POST", "/api/jwt/refresh", {})) == {"[blank]refreshToken"}


def test_refresh_is_refused_where_the_application_does_not_allow_it(fusionauth: Client) -> None:
    assert codes(refresh(fusionauth, logged_in(fusionauth, allowTokenRefresh=False)["refreshToken"])) == {
        "[invalid]refreshToken"
    }


@pytest.mark.parametrize(
    ("policy", "alive"),
    [
        ({}, [True, False]),
        ({"refreshTokenExpirationPolicy": "SlidingWindow"}, [True, True, True, True]),
        (
            {
                "refreshTokenExpirationPolicy": "SlidingWindowWithMaximumLifetime",
                "refreshTokenSlidingWindowConfiguration": {"maximumTimeToLiveInMinutes": 20},
            },
            [True, True, True, False],
        ),
    ],
)
def test_a_refresh_token_lives_as_its_policy_says(
    fusionauth: Client, policy: dict[str, object], alive: list[bool]
) -> None:
    token = logged_in(fusionauth, {"refreshTokenTimeToLiveInMinutes": 10, **policy})["refreshToken"]
    for expected in alive:
        fusionauth.clock.advance(6 * 60)
        assert (refresh(fusionauth, token).status_code == 200) is expected


def test_a_one_time_refresh_token_works_once(fusionauth: Client) -> None:
    first = logged_in(fusionauth, {"refreshTokenUsagePolicy": "OneTimeUse"})["refreshToken"]
    second = refresh(fusionauth, first).json()["refreshToken"]
    assert second != first
    assert codes(refresh(fusionauth, first)) == {"[invalid]refreshToken"}
    assert refresh(fusionauth, second).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "/api/user/{user}", None),
        ("DELETE", "/api/user/{user}?hardDelete=true", None),
        ("DELETE", "/api/user/registration/{user}/{application}", None),
        ("DELETE", "/api/application/{application}", None),
        ("DELETE", "/api/application/{application}?hardDelete=true", None),
        ("PATCH", "/api/user/{user}", {"user": {"password": "another password"}}),
    ],
)
def test_a_refresh_token_ends_with_what_it_stands_for(
    fusionauth: Client, method: str, path: str, body: dict[str, object] | None
) -> None:
    login = logged_in(fusionauth)
    fusionauth.ok(method, path.format(user=login["user"]["id"], application=login["application"]["id"]), body)
    assert codes(refresh(fusionauth, login["refreshToken"])) == {"[invalid]refreshToken"}


def test_validate_shows_the_claims_of_the_bearer_or_the_cookie(fusionauth: Client) -> None:
    token = logged_in(fusionauth)["token"]
    assert fusionauth.using(f"Bearer {token}").ok("GET", "/api/jwt/validate") == {"jwt": claims_of(token)}
    by_cookie = fusionauth.using(None).ok("GET", "/api/jwt/validate", cookies={"access_token": token})
    assert by_cookie == {"jwt": claims_of(token)}


def test_validate_refuses_what_is_expired_forged_or_no_token(fusionauth: Client) -> None:
    token = logged_in(fusionauth)["token"]
    header, claims, signature = token.split(".")
    foreign = jwt.encode(claims_of(token), "x" * 32, headers={"kid": jwt.get_unverified_header(token)["kid"]})
    unsigned = jwt.encode(claims_of(token), "", algorithm="none")
    candidates = [
        "",
        "x",
        "a.b.c",
        f"{header}.{claims}.",
        f"{claims}.{header}.{signature}",
        foreign,
        unsigned,
        f"é.{token}",
    ]
    for candidate in candidates:
        bearer = f"Bearer {candidate}".encode().decode("latin-1")
        assert empty(fusionauth.using(bearer).call("GET", "/api/jwt/validate"), 401), candidate
    assert empty(fusionauth.using(None).call("GET", "/api/jwt/validate"), 401)
    fusionauth.clock.advance(3601)
    assert empty(fusionauth.using(f"Bearer {token}").call("GET", "/api/jwt/validate"), 401)


def test_a_token_signed_with_the_client_secret_validates(fusionauth: Client) -> None:
    key = {"enabled": True, "accessTokenKeyId": "092dbedc-30af-4149-9c61-b578f2c72f59"}
    login = logged_in(fusionauth, key)
    kid = jwt.get_unverified_header(login["token"])["kid"]
    secret = login["application"]["oauthConfiguration"]["clientSecret"]
    audience = login["application"]["id"]
    assert jwt.decode(login["token"], secret, algorithms=["HS256"], audience=audience)["sub"] == login["user"]["id"]
    assert fusionauth.using(f"Bearer {login['token']}").call("GET", "/api/jwt/validate").status_code == 200
    nobodys = sign({"exp": claims_of(login["token"])["exp"]}, algorithm="HS256", kid=kid, secret=b"")
    assert empty(fusionauth.using(f"Bearer {nobodys}").call("GET", "/api/jwt/validate"), 401)
