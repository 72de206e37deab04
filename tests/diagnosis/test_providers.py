"""Providers are data: recognised by issuer or token, told by their own words, and each fact with its source."""

from typing import Any

import pytest

from services.diagnosis.diagnose import diagnose
from services.diagnosis.providers import Provider, providers, recognise
from tests.diagnosis.scenarios import AUTH0, COGNITO, ENTRA, KEYCLOAK, OKTA, foreign
from tests.gateway.signing import AUDIENCE, claims, sign

RIGHT = {
    "cognito": COGNITO,
    "auth0": AUTH0,
    "entra": ENTRA,
    "keycloak": KEYCLOAK,
    "okta": OKTA,
}


def by_id(name: str) -> Provider:
    return next(provider for provider in providers() if provider.id == name)


@pytest.mark.parametrize(("name", "issuer"), RIGHT.items())
def test_a_right_issuer_is_recognised_and_a_slash_more_or_less_is_not_right(name: str, issuer: str) -> None:
    assert recognise((issuer,), {}, {}) is by_id(name)
    assert by_id(name).issues(issuer)
    other = issuer[:-1] if issuer.endswith("/") else issuer + "/"
    assert not by_id(name).issues(other)
    assert recognise((other,), {}, {}) is by_id(name)


@pytest.mark.parametrize(
    ("name", "header", "found"),
    [
        ("fusionauth", {}, {"authenticationType": "PASSWORD", "tid": "t"}),
        ("fusionauth", {"gty": ["authorization_code"]}, {"tid": "t"}),
        ("cognito", {}, {"token_use": "access"}),
        ("keycloak", {}, {"typ": "Bearer", "realm_access": {}}),
        ("entra", {}, {"tid": "t", "ver": "2.0"}),
        ("okta", {}, {"cid": "c", "uid": "u"}),
    ],
)
def test_a_token_gives_its_provider_away(name: str, header: dict[str, Any], found: dict[str, Any]) -> None:
    assert recognise(("https://id.example.com",), header, found) is by_id(name)


def test_nobodys_token_is_nobodys() -> None:
    assert recognise(("https://id.example.com",), {"alg": "RS256"}, {"iss": "https://id.example.com"}) is None


@pytest.mark.parametrize("provider", providers(), ids=lambda provider: provider.id)
def test_every_entry_is_whole(provider: Provider) -> None:
    for note in (provider.issuer_note, provider.audience_note, provider.scope_note):
        assert note.startswith(f"In {provider.name} ")
        assert note.endswith(".")
    assert provider.sources
    assert all(source.startswith("https://") for source in provider.sources)


@pytest.mark.parametrize(("name", "issuer"), RIGHT.items())
def test_a_right_gate_of_each_provider_has_no_findings(name: str, issuer: str) -> None:
    shapes: dict[str, dict[str, Any]] = {
        "cognito": {"aud": None, "client_id": AUDIENCE, "token_use": "access"},
        "auth0": {"aud": [AUDIENCE, AUTH0 + "userinfo"], "gty": "client-credentials"},
        "entra": {"ver": "2.0", "tid": "t", "scp": "orders.read", "scope": None},
        "keycloak": {"aud": [AUDIENCE, "account"], "typ": "Bearer", "azp": "shop"},
        "okta": {"cid": "c", "uid": "u", "scp": ["orders.read"], "scope": None},
    }
    token = sign(claims(issuer, authenticationType=None, **shapes[name]))
    found = diagnose(foreign(issuer, token))
    assert (found.findings, found.banners, found.healthy) == ((), (), True)
    assert found.provider == by_id(name).name


@pytest.mark.parametrize(
    ("issuer", "changed", "banner"),
    [
        (COGNITO, {"token_use": "id"}, "id-token"),
        (AUTH0, {"nonce": "n", "scope": None}, "id-token"),
        (ENTRA, {"nonce": "n", "ver": "2.0", "scope": None}, "id-token"),
        (KEYCLOAK, {"typ": "ID"}, "id-token"),
        (KEYCLOAK, {"typ": "Refresh"}, "refresh-token"),
        (ENTRA, {"aud": "00000003-0000-0000-c000-000000000000"}, "foreign-audience"),
        (KEYCLOAK, {"aud": "account", "typ": "Bearer"}, "foreign-audience"),
        (AUTH0, {"aud": AUTH0 + "userinfo"}, "foreign-audience"),
    ],
)
def test_the_wrong_kind_of_token_is_told_before_anything_else(
    issuer: str, changed: dict[str, Any], banner: str
) -> None:
    found = diagnose(foreign(issuer, sign(claims(issuer, authenticationType=None, **changed))))
    assert banner in [shown.id for shown in found.banners]
