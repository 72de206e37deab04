"""Applications: defaults, change, deactivation and deletion."""

import pytest

from services.sandbox.fusionauth.store import FUSIONAUTH_APPLICATION_ID
from tests.sandbox_fusionauth.conftest import Client, codes, empty

APPLICATION_ID = "85a03867-dccf-4882-adde-1a79aeec50df"


def ids(fusionauth: Client, query: str = "") -> set[str]:
    return {item["id"] for item in fusionauth.ok("GET", f"/api/application{query}")["applications"]}


def test_a_new_application_has_fusionauths_defaults(fusionauth: Client) -> None:
    application = fusionauth.ok("POST", f"/api/application/{APPLICATION_ID}", {"application": {"name": "New"}})[
        "application"
    ]
    oauth = application["oauthConfiguration"]
    assert oauth["clientId"] == application["id"] == APPLICATION_ID
    assert oauth["clientSecret"]
    expected = {
        "scopeHandlingPolicy": "Strict",
        "unknownScopePolicy": "Reject",
        "relationship": "FirstParty",
        "authorizedURLValidationPolicy": "ExactMatch",
        "proofKeyForCodeExchangePolicy": "NotRequired",
        "requireRegistration": False,
        "generateRefreshTokens": False,
    }
    assert oauth.items() >= expected.items()
    assert application["loginConfiguration"] == {
        "allowTokenRefresh": False,
        "generateRefreshTokens": False,
        "requireAuthentication": True,
    }
    assert application["jwtConfiguration"]["enabled"] is False
    assert (application["active"], application["state"]) == (True, "Active")
    assert application["tenantId"] == fusionauth.store.tenant_id
    assert abs(application["insertInstant"] - fusionauth.clock() * 1000) < 60_000
    assert fusionauth.ok("GET", f"/api/application/{APPLICATION_ID}") == {"application": application}


def test_what_the_caller_sends_is_kept(fusionauth: Client) -> None:
    body = {"name": "scope", "type": "JWTPopulate", "body": "function populate(jwt) {}"}
    populate = fusionauth.ok("POST", "/api/lambda", {"lambda": body})["lambda"]["id"]
    sent: dict[str, dict[str, object]] = {
        "oauthConfiguration": {
            "enabledGrants": ["authorization_code", "refresh_token"],
            "authorizedRedirectURLs": ["http://localhost:8765/callback"],
            "requireRegistration": True,
            "proofKeyForCodeExchangePolicy": "Required",
        },
        "jwtConfiguration": {"timeToLiveInSeconds": 120, "refreshTokenTimeToLiveInMinutes": 10},
        "lambdaConfiguration": {"accessTokenPopulateId": populate},
        "emailConfiguration": {"setPasswordEmailTemplateId": "e160cc59-a73e-4d95-8287-f82e5c541a5c"},
        "samlv2Configuration": {"enabled": False},
        "data": {"team": "gateway"},
    }
    application = fusionauth.new_application(**sent)
    for name, value in sent.items():
        assert application[name].items() >= value.items(), name


def test_a_patch_merges_objects_and_replaces_arrays(fusionauth: Client) -> None:
    application = fusionauth.new_application(
        oauthConfiguration={"enabledGrants": ["authorization_code", "implicit"], "generateRefreshTokens": True},
        data={"a": 1, "b": 2},
    )
    patch = {"oauthConfiguration": {"enabledGrants": ["refresh_token"]}, "data": {"a": None, "c": 3}}
    path = f"/api/application/{application['id']}"
    changed = fusionauth.ok("PATCH", path, {"application": patch})["application"]
    assert changed["oauthConfiguration"] == application["oauthConfiguration"] | {"enabledGrants": ["refresh_token"]}
    assert changed["data"] == {"b": 2, "c": 3}
    assert changed["name"] == application["name"]


def test_a_patch_may_say_it_is_a_merge_patch(fusionauth: Client) -> None:
    application = fusionauth.new_application()
    header = {"Content-Type": "application/merge-patch+json"}
    path = f"/api/application/{application['id']}"
    changed = fusionauth.ok("PATCH", path, {"application": {"name": "Merged"}}, headers=header)
    assert changed["application"]["name"] == "Merged"


def test_a_put_replaces_the_configuration_but_not_identity_roles_and_state(fusionauth: Client) -> None:
    application = fusionauth.new_application(roles=[{"name": "reader"}], data={"a": 1})
    changed = fusionauth.ok("PUT", f"/api/application/{application['id']}", {"application": {"name": "Put"}})[
        "application"
    ]
    assert changed["data"] == {}
    for name in ("id", "tenantId", "roles", "insertInstant", "active"):
        assert changed[name] == application[name]


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({}, "[blank]application.name"),
        ({"name": "taken"}, "[duplicate]application.name"),
        (
            {"name": "x", "jwtConfiguration": {"accessTokenKeyId": "x"}},
            "[invalid]application.jwtConfiguration.accessTokenKeyId",
        ),
        (
            {"name": "x", "oauthConfiguration": {"enabledGrants": ["magic"]}},
            "[invalidJSON]application.oauthConfiguration.enabledGrants[0]",
        ),
        ({"name": "x", "roles": [{}]}, "[blank]application.roles[0].name"),
    ],
)
def test_an_application_that_cannot_be_is_refused(fusionauth: Client, properties: dict[str, object], code: str) -> None:
    fusionauth.new_application(name="Taken")
    assert codes(fusionauth.call("POST", "/api/application", {"application": properties})) == {code}


def test_the_duplicate_names_message_quotes_the_name(fusionauth: Client) -> None:
    fusionauth.new_application(name="Todo")
    response = fusionauth.call("POST", "/api/application", {"application": {"name": "Todo"}})
    assert response.json() == {
        "fieldErrors": {
            "application.name": [
                {
                    "code": "[duplicate]application.name",
                    "message": "An Application with name = [Todo] already exists.",
                }
            ]
        }
    }


def test_an_id_is_used_once(fusionauth: Client) -> None:
    response = fusionauth.call("POST", f"/api/application/{FUSIONAUTH_APPLICATION_ID}", {"application": {"name": "x"}})
    assert codes(response) == {"[duplicate]application.id"}


def test_delete_only_deactivates_and_the_name_stays_taken(fusionauth: Client) -> None:
    application = fusionauth.new_application(name="Todo")
    path = f"/api/application/{application['id']}"
    assert fusionauth.ok("DELETE", path) is None
    assert application["id"] not in ids(fusionauth)
    assert ids(fusionauth, "?inactive=true") == {application["id"]}
    assert fusionauth.ok("GET", path)["application"]["state"] == "Inactive"
    again = fusionauth.call("POST", "/api/application", {"application": {"name": "Todo"}})
    assert codes(again) == {"[duplicate]application.name"}
    revived = fusionauth.ok("PUT", f"{path}?reactivate=true")["application"]
    assert (revived["active"], revived["state"], revived["name"]) == (True, "Active", "Todo")
    assert application["id"] in ids(fusionauth)


def test_a_hard_delete_frees_name_and_id_and_ends_registrations(fusionauth: Client) -> None:
    application = fusionauth.new_application(name="Todo")
    user = fusionauth.new_user()
    fusionauth.register(user, application)
    path = f"/api/application/{application['id']}"
    assert fusionauth.ok("DELETE", f"{path}?hardDelete=true") is None
    assert empty(fusionauth.call("GET", path), 404)
    assert empty(fusionauth.call("DELETE", path), 404)
    assert fusionauth.ok("GET", f"/api/user/{user['id']}")["user"]["registrations"] == []
    fusionauth.ok("POST", path, {"application": {"name": "Todo"}})
