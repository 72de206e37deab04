"""Which API key may call what, and what a refusal looks like."""

import pytest

from tests.sandbox_fusionauth.conftest import Client, codes, empty


def make_key(fusionauth: Client, **properties: object) -> str:
    key: str = fusionauth.ok("POST", "/api/api-key", {"apiKey": properties})["apiKey"]["key"]
    return key


def endpoints(**permissions: list[str]) -> dict[str, object]:
    return {"endpoints": {f"/api/{name.replace('__', '/')}": methods for name, methods in permissions.items()}}


@pytest.mark.parametrize("scheme", ["Bearer ", "ApiKey ", "Basic apikey:"])
def test_the_header_is_the_bare_key_without_a_scheme(fusionauth: Client, scheme: str) -> None:
    with_scheme = fusionauth.using(scheme + fusionauth.store.api_key)
    assert empty(with_scheme.call("GET", "/api/system/version"), 401)


@pytest.mark.parametrize("key", [None, "", "wrong", "schlüssel"])
def test_a_missing_or_unknown_key_gets_401_with_an_empty_body(fusionauth: Client, key: str | None) -> None:
    for path in ("/api/tenant", "/api/key", "/api/application", "/api/user?email=a@b.c", "/api/system/version"):
        assert empty(fusionauth.using(key).call("GET", path), 401), path


def test_a_key_may_call_only_the_endpoints_and_methods_it_lists(fusionauth: Client) -> None:
    limited = fusionauth.using(make_key(fusionauth, permissions=endpoints(application=["GET"], login=["POST"])))
    assert limited.call("GET", "/api/application").status_code == 200
    assert empty(limited.call("POST", "/api/application", {"application": {"name": "x"}}), 401)
    assert empty(limited.call("GET", "/api/tenant"), 401)
    assert limited.login(fusionauth.new_user()).status_code == 200


def test_a_key_without_permissions_may_do_everything_but_manage_keys(fusionauth: Client) -> None:
    unrestricted = fusionauth.using(make_key(fusionauth, name="all"))
    assert unrestricted.call("GET", "/api/key").status_code == 200
    assert empty(unrestricted.call("POST", "/api/api-key", {"apiKey": {"name": "more"}}), 401)


def test_a_permission_for_the_api_key_endpoint_does_not_open_it(fusionauth: Client) -> None:
    granted = make_key(fusionauth, permissions={"endpoints": {"/api/api-key": ["POST", "GET"]}})
    assert empty(fusionauth.using(granted).call("POST", "/api/api-key", {"apiKey": {}}), 401)
    assert empty(fusionauth.using(granted).call("GET", "/api/tenant"), 401)


def test_a_key_of_a_tenant_cannot_use_what_is_global(fusionauth: Client) -> None:
    scoped = fusionauth.using(make_key(fusionauth, tenantId=fusionauth.store.tenant_id))
    for method, path in (("GET", "/api/key"), ("POST", "/api/key/generate"), ("GET", "/api/status")):
        assert empty(scoped.call(method, path, {} if method == "POST" else None), 401), path
    for path in ("/api/tenant", "/api/application", "/api/system/version"):
        assert scoped.call("GET", path).status_code == 200, path


def test_a_key_of_a_tenant_does_not_see_other_tenants(fusionauth: Client) -> None:
    default = fusionauth.store.tenant_id
    other = fusionauth.ok("POST", "/api/tenant", {"tenant": {"name": "Other"}})["tenant"]["id"]
    header = {"X-FusionAuth-TenantId": default}
    body = {"application": {"name": "hidden"}}
    application = fusionauth.ok("POST", "/api/application", body, headers=header)["application"]
    scoped = fusionauth.using(make_key(fusionauth, tenantId=other))
    assert [tenant["id"] for tenant in scoped.ok("GET", "/api/tenant")["tenants"]] == [other]
    assert scoped.ok("GET", "/api/application") == {"applications": []}
    assert empty(scoped.call("GET", f"/api/application/{application['id']}"), 404)
    assert empty(scoped.call("GET", f"/api/tenant/{default}"), 404)
    assert empty(scoped.call("GET", "/api/application", headers=header), 404)
    assert empty(scoped.call("POST", "/api/tenant", {"tenant": {"name": "Third"}}), 401)


def test_an_expired_key_gets_401(fusionauth: Client) -> None:
    key = make_key(fusionauth, expirationInstant=int(fusionauth.clock() * 1000) + 60_000)
    assert fusionauth.using(key).call("GET", "/api/tenant").status_code == 200
    fusionauth.clock.advance(61)
    assert empty(fusionauth.using(key).call("GET", "/api/tenant"), 401)


def test_with_several_tenants_a_call_must_say_which_one_it_means(fusionauth: Client) -> None:
    user = fusionauth.new_user()
    application = fusionauth.new_application()
    fusionauth.ok("POST", "/api/tenant", {"tenant": {"name": "Other"}})
    find = f"/api/user?email={user['email']}"
    response = fusionauth.call("GET", find)
    assert codes(response) == {"[TenantIdRequired]"}
    assert response.json()["generalErrors"][0]["message"].startswith(
        "A Tenant Id is required to complete this request."
    )
    assert codes(fusionauth.login(user)) == {"[TenantIdRequired]"}
    assert codes(fusionauth.call("POST", "/api/application", {"application": {"name": "x"}})) == {"[TenantIdRequired]"}
    header = {"X-FusionAuth-TenantId": fusionauth.store.tenant_id}
    assert fusionauth.ok("GET", find, headers=header)["user"]["id"] == user["id"]
    assert fusionauth.login(user, application).status_code == 202  # the application tells the tenant
    assert fusionauth.call("GET", f"/api/user/{user['id']}").status_code == 200  # and so does an id


def test_an_unknown_tenant_in_the_header_is_404_and_a_malformed_one_400(fusionauth: Client) -> None:
    unknown = {"X-FusionAuth-TenantId": "00000000-0000-4000-8000-000000000000"}
    assert empty(fusionauth.call("GET", "/api/application", headers=unknown), 404)
    malformed = fusionauth.call("GET", "/api/application", headers={"X-FusionAuth-TenantId": "default"})
    assert codes(malformed) == {"[couldNotConvert]tenantId"}
