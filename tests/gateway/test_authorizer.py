"""The rules: what is decided, in which words, and that explaining and deciding agree."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.authorizer import Accepted, Refused, decide, explain
from services.gateway.issuer_keys import IssuerKeys, KeyFailure, Source
from services.gateway.rules import Case, Finding, JwtAuthorizer
from services.gateway.sentences import found_sentence
from services.gateway.verdict import Outcome
from services.gateway.wordings import UNVERIFIED, WORDINGS, Cause
from services.tokens.keys import parse_jwks
from tests.conformance.case import SCOPE
from tests.gateway.calm import calm
from tests.gateway.signing import AUDIENCE, KID, NOW, claims, jwks, rsa_key, segment, sign

ISSUER = "https://auth.example.com"
AUTHORIZER = JwtAuthorizer(ISSUER, (AUDIENCE,))
KEYS = IssuerKeys.of(parse_jwks(json.dumps(jwks())), declared_issuer=ISSUER)


def test_every_cause_has_a_row_and_only_captured_wordings_count_as_verified() -> None:
    assert set(WORDINGS) == set(Cause)
    verified = {cause for cause, row in WORDINGS.items() if row.evidence.wording_verified}
    assert verified == {
        Cause.NO_TOKEN,
        Cause.SEGMENTS,
        Cause.ALGORITHM_ES256,
        Cause.AUDIENCE,
        Cause.EXPIRED,
        Cause.ISSUER,
        Cause.DISCOVERY,
        Cause.JWKS,
        Cause.SCOPES,
    }


@pytest.mark.parametrize(
    ("presented", "error"),
    [
        (None, "missing: token not provided"),
        ("Bearer opaque", "invalid_token: token contains an invalid number of segments"),
        ("Bearer", "invalid_token: token contains an invalid number of segments"),
    ],
)
def test_the_access_log_gets_code_and_text(presented: str | None, error: str) -> None:
    decision = decide(presented, AUTHORIZER, keys=KEYS, now=NOW)
    assert isinstance(decision, Refused)
    assert decision.refusal.authorizer_error == error


def test_a_route_without_scopes_is_refused_with_an_empty_scope() -> None:
    decision = decide("Bearer x", AUTHORIZER, keys=KEYS, now=NOW)
    assert isinstance(decision, Refused)
    assert decision.refusal.www_authenticate == (
        'Bearer scope="" error="invalid_token" error_description="token contains an invalid number of segments"'
    )


@pytest.mark.parametrize(
    ("source", "description"),
    [
        (Source.DISCOVERY, "OIDC discovery endpoint communication error"),
        (Source.JWKS, "JWKS communication error"),
    ],
)
def test_an_issuer_that_cannot_be_asked_refuses_every_token(source: Source, description: str) -> None:
    keys = IssuerKeys(failure=KeyFailure(source, "https://auth.example.com/x", "it answered 502"))
    presented = f"Bearer {sign(claims(ISSUER))}"
    decision = decide(presented, AUTHORIZER, keys=keys, now=NOW)
    assert isinstance(decision, Refused)
    assert f'error_description="{description}"' in decision.refusal.www_authenticate
    verdict = explain(presented, AUTHORIZER, keys=keys, now=NOW)
    assert verdict.deciding is not None
    assert "it answered 502" in verdict.deciding.sentence
    assert verdict.check("signature").outcome is Outcome.NOT_REACHED


def test_a_wrong_algorithm_is_refused_before_any_key_is_needed_and_a_good_token_asks_for_keys() -> None:
    es256 = f"Bearer {sign(claims(ISSUER), algorithm='ES256')}"
    assert isinstance(decide(es256, AUTHORIZER, keys=None, now=NOW), Refused)
    assert decide(f"Bearer {sign(claims(ISSUER))}", AUTHORIZER, keys=None, now=NOW) is None


def test_without_keys_the_signature_is_unknown_and_the_claims_are_still_compared() -> None:
    verdict = explain(f"Bearer {sign(claims(ISSUER, aud='other'))}", AUTHORIZER, keys=None, now=NOW)
    assert {verdict.check(name).outcome for name in ("discovery", "keys", "kid", "signature")} == {Outcome.UNKNOWN}
    assert [check.id for check in verdict.failing] == ["audience"]


def test_all_failing_checks_are_reported_with_exact_values() -> None:
    authorizer = JwtAuthorizer(f"{ISSUER}/", ("other",))
    verdict = explain(f"Bearer {sign(claims(ISSUER, exp=NOW - 90))}", authorizer, keys=KEYS, now=NOW)
    assert [check.id for check in verdict.failing] == ["issuer", "audience", "exp"]
    issuer = verdict.check("issuer")
    assert (issuer.expected, issuer.actual) == ("https://auth.example.com/", "https://auth.example.com")
    assert "1 minute ago" in verdict.check("exp").sentence


def test_a_check_that_passes_for_want_of_anything_to_check_says_so() -> None:
    verdict = explain(sign(claims(ISSUER, iat=None)), AUTHORIZER, keys=KEYS, now=NOW)
    assert verdict.accepted is True
    assert "without “Bearer ”" in verdict.check("bearer").sentence
    assert "no nbf" in verdict.check("nbf").sentence
    assert "does not say" in verdict.check("iat").sentence
    assert "no scope" in verdict.check("scopes").sentence


def test_a_discovery_document_of_another_issuer_is_remarked_on_and_does_not_refuse() -> None:
    keys = IssuerKeys.of(parse_jwks(json.dumps(jwks())), declared_issuer="https://other.example")
    verdict = explain(f"Bearer {sign(claims(ISSUER))}", AUTHORIZER, keys=keys, now=NOW)
    assert verdict.accepted is True
    assert "“https://other.example”" in verdict.check("discovery").sentence


def test_another_key_of_the_same_name_does_not_verify() -> None:
    forged = f"Bearer {sign(claims(ISSUER), key=rsa_key('attacker'))}"
    decision = decide(forged, AUTHORIZER, keys=KEYS, now=NOW)
    assert isinstance(decision, Refused)
    assert decision.cause is Cause.SIGNATURE


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_has_a_sentence_that_admits_an_unverified_wording(cause: Cause) -> None:
    values = dict.fromkeys(("reason", "alg", "position", "found", "target"), "x")
    case = Case(None, AUTHORIZER, (), KEYS, NOW)
    sentence = found_sentence(Finding(cause, values), case, "expected", None)
    row = WORDINGS[cause]
    assert sentence.endswith((".", f"({UNVERIFIED})"))
    if row.outcome is Outcome.UNKNOWN:
        assert "the sandbox refuses, which is its own choice" in sentence
    else:
        assert row.evidence.wording_verified or UNVERIFIED in sentence


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from([ISSUER, AUDIENCE]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_names = st.sampled_from(["alg", "kid", "crit", "iss", "aud", "client_id", "exp", "nbf", "iat", "scope", "scp"])
_objects = st.dictionaries(_names | st.text(max_size=5), _json, max_size=6)
_headers = st.fixed_dictionaries(
    {}, optional={"alg": st.sampled_from(["RS256", "RS384", "PS256", "HS256", "none", 1]), "kid": st.just(KID) | _json}
)
_segments = st.binary(max_size=12).map(segment) | st.text(max_size=12) | (_objects | _headers).map(segment)
_good_claims = st.builds(lambda changed: claims(ISSUER) | changed, _objects)
_presented = (
    st.none()
    | st.text()
    | st.builds("{}{}.{}.{}".format, st.sampled_from(["", "Bearer ", "bearer "]), _segments, _segments, _segments)
    | st.builds(lambda payload, key: f"Bearer {sign(payload, key=rsa_key(key))}", _good_claims, st.just("attacker"))
)
_scopes = st.sampled_from([(), (SCOPE,), ("a", 'b"{}'), ("ü",)])


@calm()
@given(presented=_presented, scopes=_scopes)
def test_nothing_unsigned_is_accepted_and_no_input_raises(presented: str | None, scopes: tuple[str, ...]) -> None:
    assert isinstance(decide(presented, AUTHORIZER, scopes=scopes, keys=KEYS, now=NOW), Refused)


@calm(max_examples=150)
@given(
    presented=_presented | st.builds(lambda payload: f"Bearer {sign(payload)}", _good_claims),
    scopes=_scopes,
    audience=st.sampled_from([(), (AUDIENCE,), ("x", AUDIENCE)]),
    keys=st.sampled_from([KEYS, IssuerKeys(), IssuerKeys(failure=KeyFailure(Source.JWKS, "u", "d"))]),
)
def test_explaining_and_deciding_agree(
    presented: str | None, scopes: tuple[str, ...], audience: tuple[str, ...], keys: IssuerKeys
) -> None:
    authorizer = JwtAuthorizer(ISSUER, audience)
    decision = decide(presented, authorizer, scopes=scopes, keys=keys, now=NOW)
    verdict = explain(presented, authorizer, scopes=scopes, keys=keys, now=NOW)
    first = next((check for check in verdict.checks if check.outcome is not Outcome.PASS), None)
    if isinstance(decision, Accepted):
        assert first is None
        assert verdict.accepted is True
    else:
        assert isinstance(decision, Refused)
        assert first is not None
        assert first.refusal == decision.refusal
        assert verdict.accepted is not True
