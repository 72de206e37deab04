"""The JWT authorizer's checks, one pure function each, in the gateway's order.

The documented order is: identity source, decoding, algorithm and signature with the issuer's key, then the claims.
Within it the order is that of the Go library the gateway's texts point to: a token with a wrong algorithm is refused
before anything is fetched, and the claims are compared last. Explaining and deciding both run `RULES`, so they cannot
differ.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from services.gateway.issuer_keys import IssuerKeys, Source
from services.gateway.verdict import Evidence
from services.gateway.wordings import RULE_EVIDENCE, Cause
from services.tokens.decode import DecodedToken, Flaw, MalformedToken, decode_compact
from services.tokens.verify import ALGORITHMS, PSS_ALGORITHMS, is_signed_by

_OTHERS = frozenset({"HS256", "HS384", "HS512", "ES256", "ES384", "ES512", "none"})  # what jwt-go v3 knows besides
_NOTHING_DECODED = DecodedToken({}, {}, ("", "", ""))


@dataclass(frozen=True, slots=True)
class JwtAuthorizer:
    """What the authorizer is configured with, byte for byte."""

    issuer: str
    audience: tuple[str, ...]
    identity_source: str = "$request.header.Authorization"

    @property
    def reads_authorization_header(self) -> bool:
        """Whether it looks where clients put the token; a header's name has no case (RFC 9110, section 5.1)."""
        return self.identity_source.lower() == "$request.header.authorization"


@dataclass(slots=True)
class Case:
    """One request before the authorizer. The rules fill in what later ones need."""

    presented: str | None
    authorizer: JwtAuthorizer
    scopes: tuple[str, ...]
    keys: IssuerKeys | None
    now: float
    compact: str = ""
    token: DecodedToken = _NOTHING_DECODED
    key: RSAPublicKey | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule holds against a request; the table says what comes of it. `values` are those its wording names."""

    cause: Cause
    values: dict[str, str] = field(default_factory=dict)


KEYS_NOT_FETCHED = Finding(Cause.DISCOVERY)


def _identity_source(case: Case) -> Finding | None:
    if not case.presented:
        return Finding(Cause.NO_TOKEN)
    case.compact = case.presented
    return None


def _bearer_prefix(case: Case) -> Finding | None:
    presented = case.compact
    if presented.startswith("Bearer "):
        case.compact = presented[7:]
    elif presented[:7].lower() == "bearer ":
        case.compact = presented[7:]
        return Finding(Cause.LOWER_CASE_BEARER)
    return None


def _segments(case: Case) -> Finding | None:
    return None if case.compact.count(".") == 2 else Finding(Cause.SEGMENTS)


def _decode(case: Case) -> Finding | None:
    try:
        case.token = decode_compact(case.compact)
    except MalformedToken as error:
        return _malformed(case, error)
    return None


def _malformed(case: Case, error: MalformedToken) -> Finding:
    if error.flaw is Flaw.BASE64:
        if error.segment == "header" and case.compact[:7].lower() == "bearer ":
            return Finding(Cause.BEARER_IN_TOKEN)
        return Finding(Cause.BASE64, {"position": str(error.position), "reason": error.reason})
    if error.flaw is Flaw.NOT_AN_OBJECT:
        target = "jwt.MapClaims" if error.segment == "claims" else "map[string]interface {}"
        return Finding(Cause.NOT_AN_OBJECT, {"found": error.found, "target": target, "reason": error.reason})
    if not error.found:
        return Finding(Cause.JSON_END, {"reason": error.reason})
    return Finding(Cause.JSON, {"found": error.found, "reason": error.reason})


def _algorithm(case: Case) -> Finding | None:
    header = case.token.header
    alg = header.get("alg")
    if not isinstance(alg, str):
        return Finding(Cause.ALGORITHM_UNSPECIFIED)
    if alg in ALGORITHMS:
        return Finding(Cause.CRITICAL_HEADER) if "crit" in header else None
    if alg in PSS_ALGORITHMS:
        return Finding(Cause.ALGORITHM_PSS, {"alg": alg})
    if alg in _OTHERS:
        return Finding(Cause.ALGORITHM_ES256 if alg == "ES256" else Cause.ALGORITHM, {"alg": alg})
    return Finding(Cause.ALGORITHM_UNAVAILABLE, {"alg": alg})


def _discovery(case: Case) -> Finding | None:
    if case.keys is None:
        return KEYS_NOT_FETCHED
    failure = case.keys.failure
    if failure is not None and failure.source is Source.DISCOVERY:
        return Finding(Cause.DISCOVERY, {"reason": failure.detail})
    return None


def _keys(case: Case) -> Finding | None:
    failure = case.keys.failure if case.keys else None
    if failure is not None and failure.source is Source.JWKS:
        return Finding(Cause.JWKS, {"reason": failure.detail})
    return None


def _kid(case: Case) -> Finding | None:
    kid = case.token.header.get("kid")
    if not isinstance(kid, str) or not kid:
        return Finding(Cause.KID_MISSING)
    case.key = case.keys.by_kid.get(kid) if case.keys else None
    return None if case.key is not None else Finding(Cause.KID_UNKNOWN)


def _signature(case: Case) -> Finding | None:
    try:
        signed = case.key is not None and is_signed_by(case.token, case.key)
    except MalformedToken as error:
        return Finding(Cause.SIGNATURE_BASE64, {"position": str(error.position), "reason": error.reason})
    return None if signed else Finding(Cause.SIGNATURE)


def _issuer(case: Case) -> Finding | None:
    return None if case.token.claims.get("iss") == case.authorizer.issuer else Finding(Cause.ISSUER)


def _audience(case: Case) -> Finding | None:
    accepted = case.authorizer.audience
    name, actual = audience_claim(case.token.claims)
    entries = actual if name == "aud" and isinstance(actual, list) else (actual,)
    for entry in entries:
        if isinstance(entry, str) and entry in accepted:
            return None
    return Finding(Cause.AUDIENCE) if accepted else Finding(Cause.AUDIENCE_UNSET)


def audience_claim(claims: dict[str, Any]) -> tuple[str, Any]:
    """The claim that decides about the audience, with its value: `aud`, or `client_id` where there is no `aud`."""
    return ("aud", claims["aud"]) if "aud" in claims else ("client_id", claims.get("client_id"))


def _exp(case: Case) -> Finding | None:
    value = case.token.claims.get("exp")
    if value is None:
        return Finding(Cause.EXP_MISSING)
    if not is_number(value):
        return Finding(Cause.EXP_NOT_A_NUMBER)
    return None if value > case.now else Finding(Cause.EXPIRED)


def _not_in_future(name: str, cause: Cause, not_a_number: Cause) -> Callable[[Case], Finding | None]:
    def judge(case: Case) -> Finding | None:
        value = case.token.claims.get(name)
        if value is None:
            return None
        if not is_number(value):
            return Finding(not_a_number)
        return None if value <= case.now else Finding(cause)

    return judge


def is_number(value: object) -> bool:
    """Whether a decoded JSON value is a number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _scopes(case: Case) -> Finding | None:
    required = case.scopes
    if not required:
        return None
    claims = case.token.claims
    if any(scope in required for scope in token_scopes(claims)):
        return None
    if "scope" in claims and any(scope in required for scope in split_scopes(claims.get("scp"))):
        return Finding(Cause.SCOPE_OVER_SCP)
    return Finding(Cause.SCOPES)


def token_scopes(claims: dict[str, Any]) -> list[str]:
    """All scopes of a token, from `scope` or, where there is none, from `scp`."""
    return split_scopes(claims["scope"] if "scope" in claims else claims.get("scp"))


def split_scopes(value: object) -> list[str]:
    """The scopes in a claim's value: words of a string, or the strings of a list (as Okta writes `scp`)."""
    if isinstance(value, str):
        return value.split()
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []


@dataclass(frozen=True, slots=True)
class Rule:
    """A check: the function that makes it, and the others it cannot do without."""

    id: str
    title: str
    judge: Callable[[Case], Finding | None]
    needs: tuple[str, ...] = ("decode",)

    @property
    def evidence(self) -> Evidence:
        """Why we believe that the gateway makes the check."""
        return RULE_EVIDENCE[self.id]


RULES = (
    Rule("identity-source", "Identity source", _identity_source, ()),
    Rule("bearer", "Bearer prefix", _bearer_prefix, ("identity-source",)),
    Rule("segments", "Three segments", _segments, ("identity-source",)),
    Rule("decode", "Header and claims", _decode, ("segments",)),
    Rule("algorithm", "Algorithm", _algorithm),
    Rule("discovery", "Issuer discovery", _discovery, ()),
    Rule("keys", "Issuer's keys", _keys, ("discovery",)),
    Rule("kid", "Key id", _kid, ("decode", "keys")),
    Rule("signature", "Signature", _signature, ("algorithm", "kid")),
    Rule("issuer", "Issuer", _issuer),
    Rule("audience", "Audience", _audience),
    Rule("exp", "Expiry", _exp),
    Rule("nbf", "Not before", _not_in_future("nbf", Cause.NBF, Cause.NBF_NOT_A_NUMBER)),
    Rule("iat", "Issued at", _not_in_future("iat", Cause.IAT, Cause.IAT_NOT_A_NUMBER)),
    Rule("scopes", "Scopes", _scopes),
)
