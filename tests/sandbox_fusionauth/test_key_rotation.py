"""Changing the key of an application: what was signed stays good as long as the old key is there."""

from typing import Any

import jwt

from tests.sandbox_fusionauth.conftest import SIGNING_KEY_ID, Client, codes, empty


def published(fusionauth: Client) -> set[str]:
    return {key["kid"] for key in fusionauth.ok("GET", "/.well-known/jwks.json")["keys"]}


def login(fusionauth: Client, user: dict[str, Any], application: dict[str, Any]) -> tuple[str, str]:
    """A token, and the id of the key it is signed with."""
    token: str = fusionauth.login(user, application).json()["token"]
    kid: str = jwt.get_unverified_header(token)["kid"]
    return token, kid


def test_the_old_key_stays_published_until_it_is_deleted(fusionauth: Client) -> None:
    application = fusionauth.new_application(jwtConfiguration=fusionauth.rs256())
    user = fusionauth.new_user()
    fusionauth.register(user, application)
    old_token, old = login(fusionauth, user, application)
    new_key = fusionauth.ok(
        "POST", "/api/key/generate", {"key": {"algorithm": "RS384", "name": "next", "length": 2048}}
    )["key"]
    old_path = f"/api/key/{SIGNING_KEY_ID}"
    assert codes(fusionauth.call("DELETE", old_path)) == {"[inUse]"}
    rotated = {"accessTokenKeyId": new_key["id"], "idTokenKeyId": new_key["id"]}
    fusionauth.ok("PATCH", f"/api/application/{application['id']}", {"application": {"jwtConfiguration": rotated}})
    new_token, new = login(fusionauth, user, application)
    assert new == new_key["kid"] != old
    assert {old, new} <= published(fusionauth)
    for token in (old_token, new_token):
        assert fusionauth.using(f"Bearer {token}").call("GET", "/api/jwt/validate").status_code == 200
    fusionauth.ok("DELETE", old_path)
    assert old not in published(fusionauth)
    assert empty(fusionauth.using(f"Bearer {old_token}").call("GET", "/api/jwt/validate"), 401)
    assert fusionauth.using(f"Bearer {new_token}").call("GET", "/api/jwt/validate").status_code == 200
