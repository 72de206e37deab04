"""The table against the rules: what they decide, in which words, and what they predict."""

import json

import pytest

from services.gateway.authorizer import Accepted, Refused, decide, explain
from services.gateway.issuer_keys import IssuerKeys
from services.gateway.rules import RULES, JwtAuthorizer
from services.gateway.verdict import Outcome
from services.gateway.wordings import WORDINGS
from services.tokens.keys import parse_jwks
from tests.conformance.case import SCOPE, TokenCase, expected_header, published
from tests.conformance.documented_cases import DOCUMENTED
from tests.conformance.hostile_cases import HOSTILE
from tests.gateway.signing import AUDIENCE, NOW

CASES = (*DOCUMENTED, *HOSTILE)
ISSUER = "https://auth.example.com"
AUTHORIZER = JwtAuthorizer(ISSUER, (AUDIENCE,))
KEYS = IssuerKeys.of(parse_jwks(json.dumps(published())), declared_issuer=ISSUER)


def test_the_table_has_the_known_cases_and_many_more_each_once() -> None:
    assert len(DOCUMENTED) == 27
    assert len(HOSTILE) >= 40
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_token_is_decided_as_the_table_says(case: TokenCase) -> None:
    decision = decide(case.build(ISSUER, NOW), AUTHORIZER, scopes=(SCOPE,), keys=KEYS, now=NOW)
    if case.status == 200:
        assert isinstance(decision, Accepted)
        assert decision.scopes is not None
        assert SCOPE in decision.scopes
        return
    assert isinstance(decision, Refused)
    assert (decision.cause, decision.refusal.status) == (case.cause, case.status)
    if case.description is not None or not decision.refusal.www_authenticate.startswith("Bearer "):
        assert decision.refusal.www_authenticate == expected_header(case)
    assert decision.refusal.www_authenticate.isprintable()
    assert len(decision.refusal.body) == (23 if case.status == 403 else 26)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_verdict_predicts_what_is_known_of_aws_and_says_unknown_otherwise(case: TokenCase) -> None:
    verdict = explain(case.build(ISSUER, NOW), AUTHORIZER, scopes=(SCOPE,), keys=KEYS, now=NOW)
    assert [check.id for check in verdict.checks] == [rule.id for rule in RULES]
    assert all(check.sentence for check in verdict.checks)
    if case.cause is None:
        assert verdict.accepted is True
        return
    first = next(check for check in verdict.checks if check.outcome is not Outcome.PASS)
    assert first.cause == case.cause
    assert (verdict.deciding is first) is (WORDINGS[case.cause].outcome is Outcome.FAIL)


@pytest.mark.parametrize("case", [case for case in CASES if case.cause], ids=lambda case: case.name)
def test_a_refused_case_has_the_evidence_that_the_data_has(case: TokenCase) -> None:
    assert case.cause is not None
    assert WORDINGS[case.cause].evidence.mark is case.mark
