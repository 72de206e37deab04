"""Managing API keys."""

import pytest

from services.sandbox.fusionauth.models.api_key import ApiKey, Permissions
from tests.sandbox_fusionauth.conftest import Client, codes, empty

LOGIN = {"endpoints": {"/api/login": ["POST"]}}
KEY_ID = "11111111-0000-4000-8000-000000000009"


def manager(fusionauth: Client, **properties: object) -> Client:
    """A client with a key-manager key, which no API call can make."""
    key = ApiKey(id=KEY_ID.replace("9", "8"), key="manager", key_manager=True)
    for name, value in properties.items():
        setattr(key, name, value)
    fusionauth.store.api_keys[key.id] = key
    return fusionauth.using("manager")


def test_a_retrievable_key_is_shown_again_and_never_becomes_a_manager(fusionauth: Client) -> None:
    body = {
        "apiKey": {"name": "login", "permissions": LOGIN, "keyManager": True, "tenantId": fusionauth.store.tenant_id}
    }
    made = fusionauth.ok("POST", f"/api/api-key/{KEY_ID}", body)["apiKey"]
    assert made["id"] == KEY_ID
    assert made["keyManager"] is False
    assert made["retrievable"] is True
    assert made["permissions"] == LOGIN
    assert made["metaData"] == {"attributes": {}}
    assert fusionauth.ok("GET", f"/api/api-key/{KEY_ID}")["apiKey"] == made


def test_a_key_that_is_not_retrievable_is_shown_once_and_must_have_a_name(fusionauth: Client) -> None:
    nameless = fusionauth.call("POST", "/api/api-key", {"apiKey": {"retrievable": False}})
    assert codes(nameless) == {"[blank]apiKey.name"}
    made = fusionauth.ok("POST", f"/api/api-key/{KEY_ID}", {"apiKey": {"name": "once", "retrievable": False}})["apiKey"]
    assert fusionauth.using(made["key"]).call("GET", "/api/tenant").status_code == 200
    assert "key" not in fusionauth.ok("GET", f"/api/api-key/{KEY_ID}")["apiKey"]
    assert "key" not in fusionauth.ok("PUT", f"/api/api-key/{KEY_ID}", {"apiKey": {"name": "still"}})["apiKey"]


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"name": "taken"}, "[duplicate]apiKey.name"),
        ({"key": "taken-key"}, "[duplicate]apiKey.key"),
        ({"tenantId": "00000000-0000-4000-8000-000000000000"}, "[invalid]apiKey.tenantId"),
    ],
)
def test_names_and_keys_are_unique_and_the_tenant_exists(
    fusionauth: Client, properties: dict[str, str], code: str
) -> None:
    fusionauth.ok("POST", "/api/api-key", {"apiKey": {"name": "taken", "key": "taken-key"}})
    assert codes(fusionauth.call("POST", "/api/api-key", {"apiKey": properties})) == {code}


def test_an_id_is_used_once(fusionauth: Client) -> None:
    fusionauth.ok("POST", f"/api/api-key/{KEY_ID}", {"apiKey": {}})
    assert codes(fusionauth.call("POST", f"/api/api-key/{KEY_ID}", {"apiKey": {}})) == {"[duplicate]apiKey.id"}


def test_a_manager_gives_no_more_than_it_has(fusionauth: Client) -> None:
    limited = manager(fusionauth, permissions=Permissions({"/api/login": ["POST"], "/api/user": ["GET"]}))
    assert limited.call("POST", "/api/api-key", {"apiKey": {"permissions": LOGIN}}).status_code == 200
    for excess in ({}, {"endpoints": {"/api/login": ["POST", "PUT"]}}, {"endpoints": {"/api/tenant": ["GET"]}}):
        assert empty(limited.call("POST", "/api/api-key", {"apiKey": {"permissions": excess}}), 401)


def test_a_manager_of_a_tenant_makes_keys_for_that_tenant_only(fusionauth: Client) -> None:
    tenant_id = fusionauth.store.tenant_id
    scoped = manager(fusionauth, tenant_id=tenant_id)
    assert scoped.call("POST", "/api/api-key", {"apiKey": {"tenantId": tenant_id}}).status_code == 200
    assert empty(scoped.call("POST", "/api/api-key", {"apiKey": {}}), 401)


def test_a_manager_reads_changes_and_deletes_only_keys_of_no_more_authority(fusionauth: Client) -> None:
    fusionauth.ok("POST", f"/api/api-key/{KEY_ID}", {"apiKey": {"name": "everything"}})
    limited = manager(fusionauth, permissions=Permissions({"/api/login": ["POST"]}))
    for method in ("GET", "PUT", "DELETE"):
        response = limited.call(method, f"/api/api-key/{KEY_ID}", {"apiKey": {}} if method == "PUT" else None)
        assert empty(response, 401), method


def test_an_update_takes_effect_at_once_and_cannot_move_the_key(fusionauth: Client) -> None:
    made = fusionauth.ok("POST", f"/api/api-key/{KEY_ID}", {"apiKey": {"permissions": LOGIN}})["apiKey"]
    change = {
        "permissions": {"endpoints": {"/api/tenant": ["get"]}},
        "tenantId": fusionauth.store.tenant_id,
        "key": "x",
    }
    changed = fusionauth.ok("PUT", f"/api/api-key/{KEY_ID}", {"apiKey": change})["apiKey"]
    assert changed["key"] == made["key"]
    assert "tenantId" not in changed
    assert fusionauth.using(made["key"]).call("GET", "/api/tenant").status_code == 200


def test_a_deleted_key_is_gone(fusionauth: Client) -> None:
    made = fusionauth.ok("POST", f"/api/api-key/{KEY_ID}", {"apiKey": {}})["apiKey"]
    assert fusionauth.ok("DELETE", f"/api/api-key/{KEY_ID}") is None
    assert empty(fusionauth.call("GET", f"/api/api-key/{KEY_ID}"), 404)
    assert empty(fusionauth.call("DELETE", f"/api/api-key/{KEY_ID}"), 404)
    assert empty(fusionauth.using(made["key"]).call("GET", "/api/tenant"), 401)


def test_there_is_no_list_of_api_keys(fusionauth: Client) -> None:
    assert empty(fusionauth.call("GET", "/api/api-key"), 405)
