"""The way from a fresh FusionAuth to a token a gateway accepts, and the mistakes people make on it."""

import jwt
import requests

from tests.sandbox_fusionauth.conftest import SIGNING_KEY_ID, Client

APPLICATION_ID = "85a03867-dccf-4882-adde-1a79aeec50df"
LOGIN_KEY_ID = "11111111-0000-4000-8000-000000000009"


def test_provision_log_in_and_verify_the_token_with_the_published_keys(fusionauth: Client) -> None:
    tenant_id = fusionauth.store.tenant_id
    assert fusionauth.ok("GET", "/api/system/version") == {"version": "1.69.0"}
    fusionauth.ok("PATCH", f"/api/tenant/{tenant_id}", {"tenant": {"issuer": fusionauth.url}})
    application = {
        "name": "API Gateway",
        "oauthConfiguration": {
            "enabledGrants": ["authorization_code", "refresh_token"],
            "authorizedRedirectURLs": ["http://localhost:8765/callback"],
            "generateRefreshTokens": True,
        },
        "jwtConfiguration": fusionauth.rs256(),
        "loginConfiguration": {"generateRefreshTokens": True, "allowTokenRefresh": True},
    }
    fusionauth.ok("POST", f"/api/application/{APPLICATION_ID}", {"application": application})
    user = fusionauth.new_user()
    fusionauth.register(user, {"id": APPLICATION_ID})
    key = {
        "name": "login",
        "tenantId": tenant_id,
        "permissions": {"endpoints": {"/api/login": ["POST"]}},
    }
    fusionauth.ok("POST", f"/api/api-key/{LOGIN_KEY_ID}", {"apiKey": key})
    login_key = fusionauth.ok("GET", f"/api/api-key/{LOGIN_KEY_ID}")["apiKey"]["key"]

    response = fusionauth.using(login_key).login(user, {"id": APPLICATION_ID})
    assert response.status_code == 200
    body = response.json()
    assert body["user"]["registrations"][0]["applicationId"] == APPLICATION_ID
    assert body["refreshToken"]

    discovery = requests.get(f"{fusionauth.url}/.well-known/openid-configuration", timeout=10).json()
    assert discovery["issuer"] == fusionauth.url
    keys = requests.get(discovery["jwks_uri"], timeout=10).json()["keys"]
    header = jwt.get_unverified_header(body["token"])
    assert header == {"alg": "RS256", "typ": "JWT", "kid": fusionauth.store.keys.get(SIGNING_KEY_ID).key.kid}  # type: ignore[union-attr]
    jwk = next(item for item in keys if item["kid"] == header["kid"])
    claims = jwt.decode(
        body["token"], jwt.PyJWK(jwk), algorithms=["RS256"], audience=APPLICATION_ID, issuer=fusionauth.url
    )
    assert claims["sub"] == user["id"]
    assert body["tokenExpirationInstant"] == claims["exp"] * 1000


def test_before_the_tenants_issuer_is_set_tokens_and_discovery_say_acme_com(fusionauth: Client) -> None:
    application = fusionauth.new_application(jwtConfiguration=fusionauth.rs256())
    user = fusionauth.new_user()
    fusionauth.register(user, application)
    token = fusionauth.login(user, application).json()["token"]
    assert jwt.decode(token, options={"verify_signature": False})["iss"] == "acme.com"
    assert fusionauth.ok("GET", "/.well-known/openid-configuration")["issuer"] == "acme.com"


def test_an_application_without_its_own_jwt_configuration_signs_hs256_with_an_unpublished_key(
    fusionauth: Client,
) -> None:
    configuration = fusionauth.rs256() | {"enabled": False}
    application = fusionauth.new_application(jwtConfiguration=configuration)
    user = fusionauth.new_user()
    fusionauth.register(user, application)
    header = jwt.get_unverified_header(fusionauth.login(user, application).json()["token"])
    assert header["alg"] == "HS256"
    keys = fusionauth.ok("GET", "/.well-known/jwks.json")["keys"]
    assert header["kid"] not in [item["kid"] for item in keys]


def test_a_user_who_is_not_registered_gets_202_and_a_token_without_audience(fusionauth: Client) -> None:
    application = fusionauth.new_application(
        jwtConfiguration=fusionauth.rs256(), loginConfiguration={"generateRefreshTokens": True}
    )
    response = fusionauth.login(fusionauth.new_user(), application)
    assert response.status_code == 202
    assert "refreshToken" not in response.json()
    token = response.json()["token"]
    assert jwt.get_unverified_header(token)["alg"] == "RS256"
    claims = jwt.decode(token, options={"verify_signature": False})
    assert not {"aud", "applicationId", "roles"} & set(claims)
