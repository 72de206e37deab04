"""Tenants and their defaults."""

import pytest

from services.sandbox.fusionauth.store import FUSIONAUTH_APPLICATION_ID
from tests.sandbox_fusionauth.conftest import Client, codes, empty


def test_a_fresh_installation_has_one_tenant_with_an_issuer_that_is_no_url(fusionauth: Client) -> None:
    (tenant,) = fusionauth.ok("GET", "/api/tenant")["tenants"]
    assert (tenant["id"], tenant["name"], tenant["issuer"]) == (fusionauth.store.tenant_id, "Default", "acme.com")
    assert tenant["state"] == "Active"
    assert tenant["loginConfiguration"] == {"requireAuthentication": True}
    jwt = tenant["jwtConfiguration"]
    assert (jwt["timeToLiveInSeconds"], jwt["refreshTokenTimeToLiveInMinutes"]) == (3600, 43200)
    assert (jwt["refreshTokenUsagePolicy"], jwt["refreshTokenExpirationPolicy"]) == ("Reusable", "Fixed")
    assert "enabled" not in jwt
    assert fusionauth.ok("GET", f"/api/tenant/{tenant['id']}") == {"tenant": tenant}


def test_the_administrator_is_registered_to_fusionauth_itself(fusionauth: Client) -> None:
    admin = fusionauth.store.admin
    body = {"loginId": admin.email, "password": admin.password, "applicationId": FUSIONAUTH_APPLICATION_ID}
    assert fusionauth.ok("POST", "/api/login", body)["user"]["registrations"][0]["roles"] == ["admin"]


def test_a_patch_changes_what_it_names_and_nothing_else(fusionauth: Client) -> None:
    path = f"/api/tenant/{fusionauth.store.tenant_id}"
    before = fusionauth.ok("GET", path)["tenant"]
    fusionauth.clock.advance(5)
    patch = {"tenant": {"issuer": "https://auth.example.com", "jwtConfiguration": {"timeToLiveInSeconds": 60}}}
    after = fusionauth.ok("PATCH", path, patch)["tenant"]
    assert after["lastUpdateInstant"] >= before["lastUpdateInstant"] + 5000
    expected = before | {"issuer": "https://auth.example.com", "lastUpdateInstant": after["lastUpdateInstant"]}
    assert after == expected | {"jwtConfiguration": before["jwtConfiguration"] | {"timeToLiveInSeconds": 60}}
    assert fusionauth.ok("GET", path)["tenant"] == after


def test_what_only_fusionauth_sets_cannot_be_patched_and_unknown_properties_are_ignored(fusionauth: Client) -> None:
    path = f"/api/tenant/{fusionauth.store.tenant_id}"
    before = fusionauth.ok("GET", path)["tenant"]
    patch = {"id": "x", "insertInstant": 1, "state": "Inactive", "nonsense": {"a": 1}, "data": {"mine": [1, None]}}
    after = fusionauth.ok("PATCH", path, {"tenant": patch})["tenant"]
    assert after == before | {"data": {"mine": [1, None]}, "lastUpdateInstant": after["lastUpdateInstant"]}


@pytest.mark.parametrize(
    ("patch", "code"),
    [
        ({"issuer": " "}, "[blank]tenant.issuer"),
        ({"name": ""}, "[blank]tenant.name"),
        ({"issuer": 5}, "[invalidJSON]tenant.issuer"),
        ({"jwtConfiguration": {"timeToLiveInSeconds": 0}}, "[invalidJSON]tenant.jwtConfiguration.timeToLiveInSeconds"),
        ({"jwtConfiguration": {"accessTokenKeyId": "x"}}, "[invalid]tenant.jwtConfiguration.accessTokenKeyId"),
        ({"jwtConfiguration": {"accessTokenKeyId": None}}, "[invalid]tenant.jwtConfiguration.accessTokenKeyId"),
    ],
)
def test_a_tenant_cannot_be_broken(fusionauth: Client, patch: dict[str, object], code: str) -> None:
    path = f"/api/tenant/{fusionauth.store.tenant_id}"
    assert codes(fusionauth.call("PATCH", path, {"tenant": patch})) == {code}


def test_an_unknown_tenant_is_404_with_an_empty_body(fusionauth: Client) -> None:
    path = "/api/tenant/00000000-0000-4000-8000-000000000000"
    assert empty(fusionauth.call("GET", path), 404)
    assert empty(fusionauth.call("PATCH", path, {"tenant": {"name": "x"}}), 404)


def test_a_copied_tenant_takes_everything_but_the_issuer(fusionauth: Client) -> None:
    source = fusionauth.store.tenant_id
    patch = {"issuer": "https://a.example.com", "jwtConfiguration": {"timeToLiveInSeconds": 60}}
    fusionauth.ok("PATCH", f"/api/tenant/{source}", {"tenant": patch})
    body = {"sourceTenantId": source, "tenant": {"name": "Copy", "issuer": "https://b.example.com"}}
    copy = fusionauth.ok("POST", "/api/tenant", body)["tenant"]
    assert (copy["name"], copy["issuer"], copy["jwtConfiguration"]["timeToLiveInSeconds"]) == ("Copy", "acme.com", 60)
    assert copy["id"] != source


def test_a_new_tenant_signs_like_the_default_one_and_has_a_name_of_its_own(fusionauth: Client) -> None:
    made = fusionauth.ok("POST", "/api/tenant", {"tenant": {"name": "Own", "issuer": "https://own.example.com"}})[
        "tenant"
    ]
    assert made["issuer"] == "https://own.example.com"
    default = fusionauth.ok("GET", f"/api/tenant/{fusionauth.store.tenant_id}")["tenant"]
    assert made["jwtConfiguration"] == default["jwtConfiguration"]
    taken = fusionauth.call("POST", "/api/tenant", {"tenant": {"name": "Own"}})
    assert codes(taken) == {"[duplicate]tenant.name"}
    assert codes(fusionauth.call("POST", "/api/tenant", {"tenant": {}})) == {"[blank]tenant.name"}
