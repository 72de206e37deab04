"""A certified OpenID relying party, npm openid-client, against the sandbox's FusionAuth.

It checks for itself: the issuer of the discovery document, of the redirect (RFC 9207) and of the id token, its
signature by the published keys, audience, nonce, times and `auth_time`, the answers' media types and `token_type`.
"""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.acquire.person import Person
from tests.clients.node import needs, script
from tests.sandbox_fusionauth.browser import CALLBACK, App
from tests.sandbox_fusionauth.conftest import TIMEOUT, Client

pytestmark = needs("openid-client")
SCOPE = "openid offline_access email profile"


def relying_party(
    app: App, issuer: str, *, authentication: str = "ClientSecretPost", back: Callable[[str], str] = str
) -> Any:
    """What the relying party says in the end; `back` changes the address the browser comes back with."""
    asked = {
        "issuer": issuer,
        "client_id": app.registered["id"],
        "client_secret": app.secret,
        "authentication": authentication,
        "redirect_uri": CALLBACK,
        "scope": SCOPE,
    }
    with script("relying_party.mjs") as running:
        begun = running.ask(asked)
        if "refused" in begun:
            return begun
        came_back = Person(app.user["email"], "password").log_in(begun["authorize"])
        return running.ask({"back": back(came_back)})


def with_issuer(fusionauth: Client, issuer: str) -> App:
    """An application in the default tenant, which has this issuer."""
    path = f"/api/tenant/{fusionauth.store.tenant_id}"
    fusionauth.ok("PATCH", path, {"tenant": {"issuer": issuer}})
    return App.new(fusionauth, enabledGrants=["authorization_code", "refresh_token"])


@pytest.mark.parametrize(
    ("path", "authentication"), [("", "ClientSecretPost"), ("/{tenant}", "ClientSecretBasic")], ids=["host", "tenant"]
)
def test_code_flow_userinfo_and_refresh(fusionauth: Client, path: str, authentication: str) -> None:
    issuer = fusionauth.url + path.format(tenant=fusionauth.store.tenant_id)
    app = with_issuer(fusionauth, issuer)
    said = relying_party(app, issuer, authentication=authentication)
    assert "refused" not in said, said
    assert said["metadata"]["issuer"] == said["claims"]["iss"] == issuer
    assert said["claims"]["aud"] == app.registered["id"]
    assert said["userinfo"]["sub"] == said["claims"]["sub"] == app.user["id"]
    assert said["userinfo"]["email"] == app.user["email"]
    assert said["tokens"]["scope"] == SCOPE
    assert said["refreshed"]["access_token"] != said["tokens"]["access_token"]
    assert said["renewed"]["sub"] == app.user["id"]
    assert said["renewed"]["auth_time"] == said["claims"]["auth_time"], "a refresh is no login"
    ended = requests.get(said["end"], timeout=TIMEOUT, allow_redirects=False)
    assert (ended.status_code, ended.headers["location"]) == (302, CALLBACK)


def test_a_public_client_needs_pkce_and_no_secret(fusionauth: Client) -> None:
    app = with_issuer(fusionauth, fusionauth.url)
    change = {"application": {"oauthConfiguration": {"clientAuthenticationPolicy": "NotRequired"}}}
    fusionauth.ok("PATCH", f"/api/application/{app.registered['id']}", change)
    said = relying_party(app, fusionauth.url, authentication="None")
    assert said["claims"]["aud"] == app.registered["id"]


@pytest.mark.parametrize(
    ("issuer", "refused"),
    [("acme.com", "ERR_INVALID_URL"), ("https://auth.example.com", "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED")],
)
def test_an_issuer_that_is_not_where_it_is_found_is_refused(fusionauth: Client, issuer: str, refused: str) -> None:
    app = with_issuer(fusionauth, issuer)
    assert relying_party(app, fusionauth.url)["refused"] == refused


def test_tokens_signed_with_hmac_are_refused(fusionauth: Client) -> None:
    app = with_issuer(fusionauth, fusionauth.url)
    change = {"application": {"jwtConfiguration": {"enabled": False}}}
    fusionauth.ok("PATCH", f"/api/application/{app.registered['id']}", change)
    assert relying_party(app, fusionauth.url)["refused"] == "OAUTH_UNSUPPORTED_OPERATION"


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        (lambda back: back.replace("state=", "state=x"), "OAUTH_INVALID_RESPONSE"),
        (lambda back: back.replace("iss=http", "iss=https"), "OAUTH_INVALID_RESPONSE"),
        (lambda back: back.replace("code=", "code=x"), "OAUTH_RESPONSE_BODY_ERROR"),
    ],
    ids=["state", "issuer", "code"],
)
def test_an_answer_that_was_changed_is_refused(fusionauth: Client, changed: Callable[[str], str], refused: str) -> None:
    app = with_issuer(fusionauth, fusionauth.url)
    assert relying_party(app, fusionauth.url, back=changed)["refused"] == refused
