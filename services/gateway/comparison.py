"""What each check compares, as exact text on both sides: nothing is trimmed, sorted or made equal."""

import json
from collections.abc import Callable

from services.gateway.rules import Case, audience_claim
from services.tokens.decode import ExactFloat
from services.tokens.verify import ALGORITHMS

Pair = tuple[str | None, str | None]
_ACCEPTED_ALGORITHMS = " ".join(sorted(ALGORITHMS))


def compare(rule_id: str, case: Case) -> Pair:
    """Expected and actual value of a check; None where there is nothing to show."""
    return _COMPARISONS[rule_id](case)


def value_text(value: object) -> str | None:
    """A decoded JSON value as text: a string as it is, everything else as JSON; None for a missing one."""
    if value is None or isinstance(value, str):
        return value
    if type(value) is int:
        return str(value)
    if isinstance(value, ExactFloat):
        return value.digits
    return json.dumps(value, ensure_ascii=False)


def _audience(case: Case) -> Pair:
    accepted = case.authorizer.audience
    expected = accepted[0] if len(accepted) == 1 else value_text(list(accepted))
    return expected, value_text(audience_claim(case.token.claims)[1])


def _kid(case: Case) -> Pair:
    published = list(case.keys.by_kid) if case.keys else []
    expected = published[0] if len(published) == 1 else value_text(published)
    return expected, value_text(case.token.header.get("kid"))


def _scopes(case: Case) -> Pair:
    claims = case.token.claims
    return " ".join(case.scopes), value_text(claims.get("scope", claims.get("scp")))


def _time(name: str, sign: str) -> Callable[[Case], Pair]:
    return lambda case: (f"{sign} {int(case.now)}", value_text(case.token.claims.get(name)))


def _failed_fetch(case: Case) -> Pair:
    failure = case.keys.failure if case.keys else None
    return (failure.url, failure.detail) if failure else (None, None)


def _discovery(case: Case) -> Pair:
    if case.keys is None or case.keys.failure is not None:
        return _failed_fetch(case)
    return case.authorizer.issuer, case.keys.declared_issuer or None


def _keys(case: Case) -> Pair:
    if case.keys is None or case.keys.failure is not None:
        return _failed_fetch(case)
    return None, case.keys.jwks_uri or None


_COMPARISONS: dict[str, Callable[[Case], Pair]] = {
    "identity-source": lambda case: (case.authorizer.identity_source, None),
    "bearer": lambda case: ("Bearer ", (case.presented or "")[:7] if " " in (case.presented or "")[:7] else None),
    "segments": lambda case: ("3", str(case.compact.count(".") + 1)),
    "decode": lambda _case: (None, None),
    "algorithm": lambda case: (_ACCEPTED_ALGORITHMS, value_text(case.token.header.get("alg"))),
    "discovery": _discovery,
    "keys": _keys,
    "kid": _kid,
    "signature": lambda case: (value_text(case.token.header.get("kid")), None),
    "issuer": lambda case: (case.authorizer.issuer, value_text(case.token.claims.get("iss"))),
    "audience": _audience,
    "exp": _time("exp", ">"),
    "nbf": _time("nbf", "<="),
    "iat": _time("iat", "<="),
    "scopes": _scopes,
}
