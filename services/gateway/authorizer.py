"""Decide like the gateway's JWT authorizer, or explain what it will decide and why.

Both walk the same table of rules. `decide` stops at the first one that holds something against the request; `explain`
asks them all. Where API Gateway's behaviour is not known, `explain` says so and `decide` refuses.
"""

from dataclasses import dataclass
from typing import Any

from services.gateway.explainer import Explainer
from services.gateway.issuer_keys import IssuerKeys
from services.gateway.rules import KEYS_NOT_FETCHED, RULES, Case, JwtAuthorizer, token_scopes
from services.gateway.verdict import Check, Outcome, Refusal, Verdict
from services.gateway.wordings import WORDINGS, Cause

_JUDGES = tuple(rule.judge for rule in RULES)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The authorizer lets the request through. `scopes` are all of the token's, None on a route without scopes."""

    claims: dict[str, Any]
    scopes: list[str] | None


@dataclass(frozen=True, slots=True)
class Refused:
    """The authorizer says no: for which cause and in which words."""

    cause: Cause
    refusal: Refusal


def decide(
    presented: str | None,
    authorizer: JwtAuthorizer,
    *,
    scopes: tuple[str, ...] = (),
    keys: IssuerKeys | None,
    now: float,
) -> Accepted | Refused | None:
    """What the gateway does with the text found at the identity source; `now` in seconds since the epoch.

    None means that the decision needs the issuer's keys and `keys` was None: a token that is refused for its form or
    its algorithm is refused before anything is fetched.
    """
    case = Case(presented, authorizer, scopes, keys, now)
    for judge in _JUDGES:
        finding = judge(case)
        if finding is None:
            continue
        if finding is KEYS_NOT_FETCHED:
            return None
        row = WORDINGS[finding.cause]
        if row.outcome is not Outcome.PASS:
            return Refused(finding.cause, row.refusal(scopes, **finding.values))
    claims = case.token.claims
    return Accepted(claims, token_scopes(claims) if scopes else None)


def explain(
    presented: str | None,
    authorizer: JwtAuthorizer,
    *,
    scopes: tuple[str, ...] = (),
    keys: IssuerKeys | None,
    now: float,
) -> Verdict:
    """Every check the gateway makes, with values, outcome and the refusal it leads to.

    `keys` None means that the issuer was not asked: what depends on it comes out as unknown.
    """
    explainer = Explainer(authorizer, scopes=scopes, keys=keys, tell=_as_it_is)
    return Verdict(tuple(explainer.explain(presented, now).told))


def _as_it_is(check: Check) -> Check:
    return check
