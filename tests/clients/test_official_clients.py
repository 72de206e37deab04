"""FusionAuth's own clients for Python and TypeScript do everything Gatelight does, and see what its client sees."""

import json
from typing import Any

import msgspec
import pytest

from services.fusionauth.client import FusionAuth
from services.fusionauth.models import ApiKey, Application, Key, Lambda, Registration, Tenant, User
from services.redact import Secret
from services.tokens.decode import decode
from services.tokens.keys import parse_jwks
from services.tokens.verify import is_signed_by
from tests.clients.official import Official

ISSUER = "https://auth.example.com"
KEY, APPLICATION, LOGIN_KEY, USER, LAMBDA = (f"11111111-0000-4000-8000-00000000000{number}" for number in range(1, 6))
EMAIL, PASSWORD = "richard+gate@example.com", "correct-horse-7f3a"
CREDENTIALS = {"loginId": EMAIL, "password": PASSWORD, "applicationId": APPLICATION}
REDIRECT_URL = "http://localhost:8765/callback"
POPULATE = "function populate(jwt, user, registration) { jwt.scope = jwt.scope ? jwt.scope + ' read' : 'read'; }"


def provision(client: Official) -> None:
    """What Gatelight's steps do, by the client's own methods."""
    settings = {
        "name": "API Gateway",
        "oauthConfiguration": {
            "enabledGrants": ["authorization_code", "refresh_token", "password"],
            "authorizedRedirectURLs": [REDIRECT_URL],
            "generateRefreshTokens": True,
        },
        "jwtConfiguration": {
            "enabled": True,
            "accessTokenKeyId": KEY,
            "idTokenKeyId": KEY,
            "timeToLiveInSeconds": 600,
            "refreshTokenTimeToLiveInMinutes": 60,
        },
        "loginConfiguration": {
            "requireAuthentication": True,
            "generateRefreshTokens": True,
            "allowTokenRefresh": True,
        },
        "lambdaConfiguration": {"accessTokenPopulateId": LAMBDA},
    }
    login_only = {"name": "login", "tenantId": client.tenant, "permissions": {"endpoints": {"/api/login": ["POST"]}}}
    new_lambda = {"name": "scope", "type": "JWTPopulate", "engineType": "GraalJS", "body": POPULATE}
    client("patch_tenant", tenant_id=client.tenant, request={"tenant": {"issuer": ISSUER}})["tenant"]
    client("generate_key", key_id=KEY, request={"key": {"algorithm": "RS256", "name": "gate", "length": 2048}})["key"]
    client("create_lambda", lambda_id=LAMBDA, request={"lambda": new_lambda})["lambda"]
    client("create_application", application_id=APPLICATION, request={"application": settings})["application"]
    client("create_api_key", key_id=LOGIN_KEY, request={"apiKey": login_only})["apiKey"]
    user = {"user": {"email": EMAIL, "password": PASSWORD}, "skipVerification": True}
    client("create_user", user_id=USER, request=user)["user"]
    client("register", user_id=USER, request={"registration": {"applicationId": APPLICATION}})["registration"]


def test_what_the_client_made_our_own_client_reads_the_same(official: Official, ours: FusionAuth) -> None:
    provision(official)
    tenant = official.tenant or ""

    def theirs(kind: type[Any], name: str, method: str, **named: str) -> Any:
        return msgspec.convert(official(method, **named)[name], kind)

    assert ours.tenant(tenant) == theirs(Tenant, "tenant", "retrieve_tenant", tenant_id=tenant)
    assert ours.tenants() == theirs(list[Tenant], "tenants", "retrieve_tenants")
    assert ours.key(KEY) == theirs(Key, "key", "retrieve_key", key_id=KEY)
    assert ours.populate_lambda(LAMBDA) == theirs(Lambda, "lambda", "retrieve_lambda", lambda_id=LAMBDA)
    application = ours.application(APPLICATION, tenant)
    assert application == theirs(Application, "application", "retrieve_application", application_id=APPLICATION)
    assert ours.api_key(LOGIN_KEY) == theirs(ApiKey, "apiKey", "retrieve_api_key", key_id=LOGIN_KEY)
    assert ours.user(EMAIL, tenant) == theirs(User, "user", "retrieve_user_by_email", email=EMAIL)
    where = {"user_id": USER, "application_id": APPLICATION}
    assert ours.registration(USER, APPLICATION, tenant) == theirs(
        Registration, "registration", "retrieve_registration", **where
    )
    assert ours.version() == official("retrieve_version")["version"]
    assert ours.tenant(tenant).issuer == ISSUER
    assert application and application.oauth_configuration.authorized_redirect_urls == [REDIRECT_URL]


def test_what_our_own_client_made_the_client_logs_in_to(official: Official, ours: FusionAuth) -> None:
    tenant = official.tenant or ""
    ours.set_issuer(tenant, ISSUER)
    ours.generate_key(KEY, "gate")
    jwt = {"enabled": True, "accessTokenKeyId": KEY, "idTokenKeyId": KEY, "timeToLiveInSeconds": 600}
    ours.create_application(APPLICATION, tenant, {"name": "API Gateway", "jwtConfiguration": jwt})
    key = ours.create_login_key(LOGIN_KEY, tenant, "login")
    ours.create_user(USER, EMAIL, Secret(PASSWORD), tenant)
    ours.register(USER, APPLICATION, tenant)
    said = official.using(key.key)("login", request=CREDENTIALS)
    assert decode(said["token"]).claims["aud"] == APPLICATION
    assert official("validate_jwt", encoded_jwt=said["token"])["jwt"]["iss"] == ISSUER


def test_login_validation_refresh_and_key_set(official: Official, ours: FusionAuth) -> None:
    provision(official)
    key = official("retrieve_api_key", key_id=LOGIN_KEY)["apiKey"]["key"]
    login_only = official.using(key)
    said = login_only("login", request=CREDENTIALS)
    assert said["user"]["id"] == USER
    token = decode(said["token"])
    assert (token.claims["iss"], token.claims["aud"], token.claims["scope"]) == (ISSUER, APPLICATION, "read")
    assert official("validate_jwt", encoded_jwt=said["token"])["jwt"] == token.claims
    published = parse_jwks(json.dumps(official("retrieve_json_web_key_set").body))
    assert is_signed_by(token, published.by_kid[token.header["kid"]])
    renewed = official("exchange_refresh_token_for_jwt", request={"refreshToken": said["refreshToken"]})
    again = decode(renewed["token"])
    assert is_signed_by(again, published.by_kid[again.header["kid"]])
    assert again.claims["authenticationType"] == "REFRESH_TOKEN"
    assert again.claims["auth_time"] == token.claims["auth_time"]
    discovery = official("retrieve_open_id_configuration")
    assert (discovery["issuer"], discovery["jwks_uri"]) == (ISSUER, f"{official.url}/.well-known/jwks.json")


def test_the_oauth_grants_and_what_tells_of_a_token(official: Official) -> None:
    provision(official)
    application = official("retrieve_application", application_id=APPLICATION)["application"]
    client = {"client_id": APPLICATION, "client_secret": application["oauthConfiguration"]["clientSecret"]}
    who = {"username": EMAIL, "password": PASSWORD, "scope": "openid offline_access email"}
    said = official("exchange_user_credentials_for_access_token", **client, **who)
    access = said["access_token"]
    profile = official("retrieve_user_info_from_access_token", encoded_jwt=access)
    assert (profile["sub"], profile["email"]) == (USER, EMAIL)
    about = official("introspect_access_token", client_id=APPLICATION, token=access)
    assert about.body == {"active": True} | decode(access).claims
    renewed = official("exchange_refresh_token_for_access_token", **client, refresh_token=said["refresh_token"])
    assert decode(renewed["access_token"]).header["gty"] == ["password", "refresh_token"]
    assert decode(renewed["access_token"]).claims["aud"] == APPLICATION


def test_refusals_come_as_documented(official: Official) -> None:
    provision(official)
    wrong = official("login", request=CREDENTIALS | {"password": "wrong"})
    assert wrong.status == 404
    stranger = official("create_user", request={"user": {"email": "stranger@example.com", "password": PASSWORD}})
    assert official("login", request=CREDENTIALS | {"loginId": stranger["user"]["email"]}).status == 202
    again = official("create_application", request={"application": {"name": "API Gateway"}})
    assert again.status == 400
    assert again.body["fieldErrors"]["application.name"][0]["code"] == "[duplicate]application.name"
    assert official.using("nonsense")("retrieve_tenants").status == 401
    key = official("retrieve_api_key", key_id=LOGIN_KEY)["apiKey"]["key"]
    assert official.using(key)("retrieve_application", application_id=APPLICATION).status == 401
    assert official("validate_jwt", encoded_jwt="nonsense").status == 401
    assert official("exchange_refresh_token_for_jwt", request={"refreshToken": "nonsense"}).status == 400
    assert official("retrieve_key", key_id=LOGIN_KEY).status == 404


def test_teardown_leaves_nothing_behind(official: Official, ours: FusionAuth) -> None:
    provision(official)
    tenant = official.tenant or ""
    application = {"application_id": APPLICATION}
    assert official("deactivate_application", **application).status == 200
    assert [found.id for found in ours.inactive_applications(tenant)] == [APPLICATION]
    assert official("reactivate_application", **application)["application"]["active"] is True
    assert official("delete_registration", user_id=USER, **application).status == 200
    assert official("delete_user", user_id=USER).status == 200
    assert official("delete_api_key", key_id=LOGIN_KEY).status == 200
    assert official("delete_application", **application).status == 200
    assert official("delete_lambda", lambda_id=LAMBDA).status == 200
    assert official("delete_key", key_id=KEY).status == 200
    assert ours.user(EMAIL, tenant) is None
    assert ours.api_key(LOGIN_KEY) is None
    assert ours.application(APPLICATION, tenant) is None
    assert ours.populate_lambda(LAMBDA) is None
    assert ours.key(KEY) is None


@pytest.mark.parametrize("path", ["retrieve_system_status", "retrieve_system_health"])
def test_the_client_sees_that_fusionauth_is_up(official: Official, path: str) -> None:
    assert official(path).status == 200
