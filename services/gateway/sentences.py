"""What a person reads about each check: one sentence, with the values quoted."""

from collections.abc import Callable
from datetime import UTC, datetime

from services.gateway.comparison import value_text
from services.gateway.issuer_keys import discovery_url
from services.gateway.rules import Case, Finding, audience_claim
from services.gateway.verdict import Outcome
from services.gateway.wordings import OPEN_QUESTIONS, UNVERIFIED, WORDINGS, Cause

_PASSED = {
    "identity-source": "A token was found at {identity_source}.",
    "bearer": "“Bearer ” stands before the token.",
    "segments": "The token has three segments.",
    "decode": "Header and claims are JSON objects.",
    "algorithm": "{alg} is RSA-based, which the gateway asks for.",
    "discovery": "The issuer's discovery document was fetched.",
    "keys": "The issuer's keys were fetched.",
    "kid": "The issuer publishes the key “{kid}”.",
    "signature": "The key “{kid}” made the signature.",
    "issuer": "iss equals the authorizer's issuer exactly.",
    "audience": "{audience_name} matches an audience of the authorizer.",
    "exp": "The token is valid until {exp}.",
    "nbf": "The token is already valid.",
    "iat": "The token was not issued in the future.",
    "scopes": "The token has one of the scopes the route asks for.",
}

_OF_THE_ISSUER = ("discovery", "keys")

_PASSED_WITHOUT = {
    "bearer": "The value is the token alone, without “Bearer ”; that is accepted.",
    "nbf": "The token has no nbf; it is valid from the start.",
    "iat": "The token does not say when it was issued; that is accepted.",
    "scopes": "The route asks for no scope.",
}

_FOUND = {
    Cause.NO_TOKEN: "The request has no token at {identity_source}.",
    Cause.LOWER_CASE_BEARER: "The prefix is not exactly “Bearer ”.",
    Cause.SEGMENTS: "The text has {actual} segments, and a token has 3: it is opaque, cut off or not a token at all.",
    Cause.BEARER_IN_TOKEN: "“Bearer ” stands twice before the token.",
    Cause.BASE64: "The token cannot be decoded: {reason}.",
    Cause.JSON: "The token cannot be decoded: {reason}.",
    Cause.JSON_END: "The token cannot be decoded: {reason}.",
    Cause.NOT_AN_OBJECT: "The token cannot be decoded: {reason}.",
    Cause.ALGORITHM_ES256: "The token is signed with ES256, and the gateway takes RSA signatures only (RS256).",
    Cause.ALGORITHM: "The token is signed with {alg}, and the gateway takes RSA signatures only (RS256).",
    Cause.ALGORITHM_PSS: "The token is signed with {alg}, which is RSA-PSS.",
    Cause.ALGORITHM_UNAVAILABLE: "The token names the algorithm “{alg}”, which the gateway does not know.",
    Cause.ALGORITHM_UNSPECIFIED: "The token's header names no algorithm.",
    Cause.CRITICAL_HEADER: "The header has “crit”, which names members that must be understood.",
    Cause.DISCOVERY: "The gateway cannot use {discovery_url}: {reason}.",
    Cause.JWKS: "The gateway cannot fetch the issuer's keys: {reason}.",
    Cause.KID_MISSING: "The token's header names no key (kid).",
    Cause.KID_UNKNOWN: "The token names the key “{actual}”, which is not among the issuer's {key_count} RSA key(s).",
    Cause.SIGNATURE: "The key “{kid}” did not make this signature: the token was changed, or signed by another key.",
    Cause.SIGNATURE_BASE64: "The signature cannot be decoded: {reason}.",
    Cause.ISSUER: "The token's iss {actual_quoted} is not exactly the authorizer's issuer “{expected}”.",
    Cause.AUDIENCE: "The token's {audience_name} {actual_quoted} matches no audience of the authorizer ({expected}).",
    Cause.AUDIENCE_UNSET: "The authorizer has no audience.",
    Cause.EXPIRED: "The token expired at {exp}, {age} ago.",
    Cause.EXP_MISSING: "The token has no exp.",
    Cause.EXP_NOT_A_NUMBER: "exp {actual_quoted} is not a number.",
    Cause.NBF: "The token is not valid before {nbf}.",
    Cause.NBF_NOT_A_NUMBER: "nbf {actual_quoted} is not a number.",
    Cause.IAT: "The token says it was issued at {iat}, which is in the future: compare the clocks.",
    Cause.IAT_NOT_A_NUMBER: "iat {actual_quoted} is not a number.",
    Cause.SCOPES: "The route asks for one of the scopes “{expected}”; the token has {actual_quoted}.",
    Cause.SCOPE_OVER_SCP: "scp has a scope of the route, scope has none.",
}


def passed_sentence(rule_id: str, case: Case) -> str:
    """What to say of a check that passed."""
    if rule_id in _OF_THE_ISSUER and case.keys and case.keys.given_by:
        return f"The issuer was not asked: the keys are those of {case.keys.given_by}."
    sentences = _PASSED_WITHOUT if _is_without(rule_id, case) else _PASSED
    sentence = sentences[rule_id]
    if "{" in sentence:
        sentence = sentence.format_map(_Values(case, {}))
    declared = case.keys.declared_issuer if case.keys else ""
    if rule_id == "discovery" and declared and declared != case.authorizer.issuer:
        sentence += f" It declares the issuer “{declared}”, not “{case.authorizer.issuer}”."
    return sentence


def _is_without(rule_id: str, case: Case) -> bool:
    """Whether a check passed because there was nothing to check."""
    if rule_id == "bearer":
        return case.compact == case.presented
    if rule_id == "scopes":
        return not case.scopes
    return rule_id in ("nbf", "iat") and case.token.claims.get(rule_id) is None


_KNOWN = {
    Outcome.UNKNOWN: "What API Gateway does then is unknown; the sandbox refuses, which is its own choice.",
    Outcome.FAIL: "API Gateway refuses that.",
    Outcome.PASS: "API Gateway accepts that.",
}


def found_sentence(finding: Finding, case: Case, expected: str | None, actual: str | None) -> str:
    """What to say of what a rule holds against the request, be it a failure or not."""
    quoted = "(missing)" if actual is None else f"“{actual}”"
    known = {**finding.values, "expected": expected or "", "actual": actual or "", "actual_quoted": quoted}
    sentence = _FOUND[finding.cause].format_map(_Values(case, known))
    row = WORDINGS[finding.cause]
    if finding.cause in OPEN_QUESTIONS:
        sentence = f"{sentence} {_KNOWN[row.outcome]}"
    if row.outcome is not Outcome.FAIL or row.evidence.wording_verified:
        return sentence
    return f"{sentence} ({UNVERIFIED})"


def open_sentence(blockers: list[str]) -> str:
    """What to say of a check that could not be made."""
    return f"Cannot be told before this is settled: {', '.join(blockers)}."


class _Values(dict[str, str]):
    """What a sentence may name of a case. Only what it does name is worked out."""

    def __init__(self, case: Case, known: dict[str, str]) -> None:
        super().__init__(known)
        self._case = case

    def __missing__(self, name: str) -> str:
        return _VALUES[name](self._case)


_VALUES: dict[str, Callable[[Case], str]] = {
    "identity_source": lambda case: case.authorizer.identity_source,
    "discovery_url": lambda case: discovery_url(case.authorizer.issuer),
    "alg": lambda case: value_text(case.token.header.get("alg")) or "",
    "kid": lambda case: value_text(case.token.header.get("kid")) or "",
    "key_count": lambda case: str(len(case.keys.by_kid) if case.keys else 0),
    "audience_name": lambda case: audience_claim(case.token.claims)[0],
    "age": lambda case: _age(case.token.claims.get("exp"), case.now),
    "exp": lambda case: _moment(case.token.claims.get("exp")),
    "nbf": lambda case: _moment(case.token.claims.get("nbf")),
    "iat": lambda case: _moment(case.token.claims.get("iat")),
}


def _moment(value: object) -> str:
    try:
        moment = datetime.fromtimestamp(float(value), UTC)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError, OSError):
        return value_text(value) or ""
    return f"{moment.isoformat(' ', 'seconds')[:19]} UTC"


def _age(since: object, now: float) -> str:
    try:
        seconds = now - float(since)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return "long"
    for length, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= length:
            count = int(min(seconds, 1e12) // length)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{int(max(0.0, seconds))} seconds"
