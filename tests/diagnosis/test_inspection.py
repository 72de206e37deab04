"""One token under the glass: three verdicts that do not mix, the keys, and nothing unchecked that looks checked."""

import json
from typing import Any

import pytest

from services.diagnosis.given_token import given_token
from services.diagnosis.inspection import Gate, GivenKeys, TokenInspection, inspect_token
from services.diagnosis.key_rows import KeyState
from services.diagnosis.token_changes import ChangeKind, token_changes
from services.gateway.issuer_keys import IssuerKeys, KeyFailure, Source
from services.gateway.rules import JwtAuthorizer
from services.gateway.verdict import Outcome
from services.tokens.key_files import read_keys
from tests.gateway.signing import AUDIENCE, KID, NOW, claims, jwk, rsa_key, sign

ISSUER = "https://auth.example.com"
AUTHORIZER = JwtAuthorizer(ISSUER, (AUDIENCE,))
TWO_KEYS = read_keys(json.dumps({"keys": [jwk(), jwk("second", rsa_key("second"))]}).encode())
GATE = Gate(AUTHORIZER, IssuerKeys.of(TWO_KEYS))


def inspect(text: str, gate: Gate | None = GATE, given: GivenKeys | None = None) -> TokenInspection:
    return inspect_token(given_token(text), now=NOW, gate=gate, given=given)


def outcomes(inspection: TokenInspection) -> tuple[Outcome, Outcome, Outcome]:
    return inspection.signature.outcome, inspection.times.outcome, inspection.gateway.outcome


def test_a_good_token_passes_all_three_and_its_key_is_named() -> None:
    found = inspect(sign(claims(ISSUER)))
    assert outcomes(found) == (Outcome.PASS, Outcome.PASS, Outcome.PASS)
    assert f"“{KID}” of {ISSUER}" in found.signature.sentence
    assert [(key.kid, key.state) for key in found.keys] == [(KID, KeyState.MADE), ("second", KeyState.OTHER)]


@pytest.mark.parametrize(
    ("changed", "how", "expected"),
    [
        ({"exp": NOW - 1}, {}, (Outcome.PASS, Outcome.FAIL, Outcome.FAIL)),
        ({"aud": "other"}, {}, (Outcome.PASS, Outcome.PASS, Outcome.FAIL)),
        ({}, {"key": rsa_key("stranger")}, (Outcome.FAIL, Outcome.PASS, Outcome.FAIL)),
        ({}, {"algorithm": "HS256", "key": "s" * 32}, (Outcome.UNKNOWN, Outcome.PASS, Outcome.FAIL)),
        ({}, {"algorithm": "ES256"}, (Outcome.UNKNOWN, Outcome.PASS, Outcome.FAIL)),
        ({"exp": "soon"}, {}, (Outcome.PASS, Outcome.UNKNOWN, Outcome.UNKNOWN)),
    ],
)
def test_the_three_verdicts_are_told_apart(
    changed: dict[str, Any], how: dict[str, Any], expected: tuple[Outcome, Outcome, Outcome]
) -> None:
    assert outcomes(inspect(sign(claims(ISSUER, **changed), **how))) == expected


@pytest.mark.parametrize("kid", ["second", "unknown", None])
def test_the_key_that_made_the_signature_is_found_although_the_header_names_another(kid: str | None) -> None:
    found = inspect(sign(claims(ISSUER), kid=kid))
    assert found.signature.outcome is Outcome.PASS
    assert f"verified with the key “{KID}”" in found.signature.sentence
    assert "the header names" in found.signature.sentence
    assert found.gateway.outcome is Outcome.FAIL


def test_where_no_key_could_be_had_the_signature_is_not_checked_and_it_says_why() -> None:
    failed = IssuerKeys(failure=KeyFailure(Source.JWKS, "https://auth.example.com/jwks", "status 404"))
    for gate, why in (
        (None, "no key is known"),
        (Gate(AUTHORIZER, None), "not asked"),
        (Gate(AUTHORIZER, failed), "status 404"),
    ):
        found = inspect(sign(claims(ISSUER)), gate)
        assert found.signature.checked is False
        assert why in found.signature.sentence
    foreign = inspect(sign(claims(ISSUER), kid="elsewhere", key=rsa_key("stranger")))
    assert foreign.signature.checked is False
    assert "not among the 2" in foreign.signature.sentence


def test_a_pem_key_checks_the_signature_and_leaves_the_gateway_unsure() -> None:
    pem = json.dumps({"publicKey": _pem()}).encode()
    given = GivenKeys(read_keys(pem), "public.pem")
    found = inspect(sign(claims(ISSUER), kid=None), Gate(AUTHORIZER, None), given)
    assert outcomes(found) == (Outcome.PASS, Outcome.PASS, Outcome.UNKNOWN)
    assert "the key of public.pem" in found.signature.sentence
    forged = inspect(sign(claims(ISSUER), key=rsa_key("stranger")), None, given)
    assert forged.signature.outcome is Outcome.FAIL


def _pem() -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return rsa_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_keys_from_a_file_do_not_pass_for_the_issuer_s_own() -> None:
    given = GivenKeys(TWO_KEYS, "keys.json")
    gate = Gate(AUTHORIZER, IssuerKeys.of(TWO_KEYS, given_by="keys.json"))
    found = inspect(sign(claims(ISSUER)), gate, given)
    assert found.gateway.sentence == "will accept, if its issuer publishes the keys of keys.json"
    assert found.verdict is not None
    assert "not asked" in found.verdict.check("discovery").sentence


def test_a_row_has_meaning_moment_check_and_what_is_odd_about_the_value() -> None:
    found = inspect(sign(claims(ISSUER, exp=NOW * 1000, sub="a\u200bb", nbf="x")))
    rows = {row.name: row for row in found.claims}
    assert (rows["iat"].moment, rows["iat"].meaning and rows["iat"].meaning.is_time) == (NOW - 10, True)
    assert rows["iss"].check is not None
    assert rows["iss"].check.outcome is Outcome.PASS
    assert "milliseconds" in rows["exp"].remarks[0]
    assert "[e2 80 8b]" in rows["sub"].remarks[0]
    assert "no number" in rows["nbf"].remarks[0]


@pytest.mark.parametrize(
    ("extra", "provider", "name", "means"),
    [
        ({"token_use": "access", "username": "x"}, "Cognito", "client_id", "app client"),
        ({"oid": "1", "tid": "2", "ver": "2.0"}, "Entra ID", "tid", "Entra tenant"),
        ({"realm_access": {"roles": []}}, "Keycloak", "realm_access", "realm"),
        ({"tty": "at", "tid": "3"}, "FusionAuth", "tid", "FusionAuth tenant"),
    ],
)
def test_a_claim_means_what_its_provider_means(extra: dict[str, Any], provider: str, name: str, means: str) -> None:
    payload = {"iss": "https://login.example.com", "client_id": "c", **extra}
    found = inspect(sign(payload), None)
    assert found.provider == provider
    row = next(row for row in found.claims if row.name == name)
    assert row.meaning is not None
    assert means in row.meaning.short


@pytest.mark.parametrize("text", ["", "opaque", "a.b.c", "a.b.c.d.e", "Bearer ", "[/]\x1b[31m", "\ud800.e30.x"])
def test_what_is_no_token_is_inspected_all_the_same(text: str) -> None:
    found = inspect(text)
    assert found.problem
    assert found.signature.checked is False
    assert found.gateway.outcome is Outcome.FAIL
    assert text == "" or text not in found.safe


def test_the_safe_form_has_no_signature_and_nothing_shows_the_token_by_accident() -> None:
    compact = sign(claims(ISSUER))
    found = inspect(compact)
    signature = compact.rpartition(".")[2]
    assert signature not in found.safe
    assert found.safe.startswith(compact.rpartition(".")[0])
    assert signature not in repr(found)


def test_what_a_person_pastes_is_taken_apart_and_what_was_changed_is_said() -> None:
    compact = sign(claims(ISSUER))
    wrapped = "\n".join(compact[start : start + 64] for start in range(0, len(compact), 64))
    for text in (f"Authorization: Bearer {wrapped}", f'"{compact}"', f"curl -H 'Authorization: Bearer {compact}' x"):
        found = inspect(text)
        assert found.signature.outcome is Outcome.PASS, text
    assert "joined" in inspect(wrapped).remarks[0].sentence
    assert inspect(json.dumps({"access_token": compact})).origin
    lower = inspect(f"bearer {compact}")
    assert lower.gateway.outcome is Outcome.UNKNOWN
    assert lower.decoded is not None


def test_two_tokens_are_compared_member_by_member() -> None:
    first = inspect(sign(claims(ISSUER, scope="openid a")))
    second = inspect(sign(claims(f"{ISSUER}/", scope="openid b", exp=NOW + 7200, sub=None, email="x@example.com")))
    changes = {change.name: change for change in token_changes(first, second)}
    assert changes["aud"].kind is ChangeKind.SAME
    assert (changes["sub"].kind, changes["email"].kind) == (ChangeKind.REMOVED, ChangeKind.ADDED)
    assert changes["exp"].seconds == 3600
    assert (changes["scope"].added, changes["scope"].removed) == (("b",), ("a",))
    assert changes["iss"].difference is not None
    assert "slash" in changes["iss"].difference.remark
