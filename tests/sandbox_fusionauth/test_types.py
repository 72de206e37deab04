"""A value of a wrong type is refused by name, however deep it stands; an unknown property is not kept."""

from typing import Any

import pytest

from tests.sandbox_fusionauth.conftest import Client, codes


@pytest.mark.parametrize(
    ("property_", "value"),
    [
        ("multiFactorConfiguration.loginPolicy", "Sometimes"),
        ("emailConfiguration.verificationEmailTemplateId", "7"),
        ("emailConfiguration.unverified.behavior", True),
        ("eventConfiguration.events[...].enabled", "perhaps"),
        ("externalIdentifierConfiguration.twoFactorIdTimeToLiveInSeconds", 2**31),
        ("logoutURL", "http://localhost/<x>"),
    ],
)
def test_in_a_tenant(fusionauth: Client, property_: str, value: object) -> None:
    tenant = _nested(property_.replace("[...]", ".user$login"), value)
    refused = fusionauth.call("PATCH", f"/api/tenant/{fusionauth.store.tenant_id}", {"tenant": tenant})
    assert codes(refused) == {f"[invalidJSON]tenant.{property_}"}
    assert "regex" not in refused.text


@pytest.mark.parametrize(
    ("property_", "value"),
    [
        ("registrationConfiguration.birthDate.required", "perhaps"),
        ("samlv2Configuration.logout.singleLogout.url", "a b"),
        ("themeId", "7"),
        ("oauthConfiguration.authorizedRedirectURLs[0]", ["http://localhost:8765/callback\r\nX-Evil: 1"]),
        ("scopes[0].required", [{"name": "read", "required": "perhaps"}]),
    ],
)
def test_in_an_application(fusionauth: Client, property_: str, value: object) -> None:
    outer, _, _ = property_.partition("[0]")
    body = {"application": {"name": "of its own", **_nested(outer, value)}}
    assert codes(fusionauth.call("POST", "/api/application", body)) == {f"[invalidJSON]application.{property_}"}


def test_what_is_not_known_is_not_kept(fusionauth: Client) -> None:
    application = fusionauth.new_application(unverified={"behavior": "Gated", "mood": "bad"}, mood="bad")
    assert application["unverified"] == {"behavior": "Gated"}
    assert "mood" not in application


def _nested(path: str, value: object) -> dict[str, Any]:
    name, _, rest = path.partition(".")
    return {name.replace("$", "."): _nested(rest, value) if rest else value}
