"""Explaining many tokens says of each what explaining it alone says."""

from services.gateway.authorizer import explain
from services.gateway.explainer import Explainer
from services.gateway.verdict import Check, Verdict
from tests.conformance.case import SCOPE
from tests.conformance.test_rules import AUTHORIZER, CASES, ISSUER, KEYS
from tests.gateway.signing import AUDIENCE, NOW, claims, sign


def test_what_is_kept_of_one_token_never_reaches_another() -> None:
    presented = [case.build(ISSUER, NOW) for case in CASES]
    presented += [sign(claims(ISSUER, aud=None, client_id=AUDIENCE)), sign(claims(ISSUER, scope=SCOPE, exp=NOW + 1))]
    explainer: Explainer[Check] = Explainer(AUTHORIZER, scopes=(SCOPE,), keys=KEYS, tell=lambda check: check)
    for now in (NOW, NOW + 1, NOW):
        for text in (*presented, *reversed(presented)):
            together = explainer.explain(text, now)
            alone = explain(text, AUTHORIZER, scopes=(SCOPE,), keys=KEYS, now=now)
            assert Verdict(tuple(together.told)) == alone
            assert together.accepted is alone.accepted
            assert together.deciding == (alone.deciding.id if alone.deciding else None)
