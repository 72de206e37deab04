"""Tokens and what the gateway must make of them: 27 cases, by status, cause and exact error description."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.gateway.wordings import Cause
from tests.gateway.signing import EC_KID, claims, rsa_key, segment, sign, with_claims, with_flipped_signature

SCOPE = "read:private"


@dataclass(frozen=True)
class TokenCase:
    """`build` gets (issuer, now) and gives the Authorization header's value, or None for no header."""

    name: str
    build: Callable[[str, float], str | None]
    status: int
    cause: Cause | None = None
    description: str | None = None
    known: bool = True  # whether AWS's behaviour is known at all


def good(issuer: str, now: float, **changed: Any) -> dict[str, Any]:
    return claims(issuer, now=now, **changed)


def bearer(**changed: Any) -> Callable[[str, float], str]:
    return lambda issuer, now: f"Bearer {sign(good(issuer, now, **changed))}"


def signed(**how: Any) -> Callable[[str, float], str]:
    return lambda issuer, now: f"Bearer {sign(good(issuer, now), **how)}"


def hs256_with_public_key(issuer: str, now: float) -> str:
    """Key confusion: an HMAC whose secret is the published key's PEM text."""
    pem = rsa_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = segment({"alg": "HS256", "kid": "hCR08_wZGk49AeaAfD69fbJZdFM"})
    unsigned = f"{header}.{segment(good(issuer, now))}"
    return f"Bearer {unsigned}.{segment(hmac.new(pem, unsigned.encode(), hashlib.sha256).digest())}"


def unsigned(issuer: str, now: float) -> str:
    return f"Bearer {segment({'alg': 'none', 'typ': 'JWT'})}.{segment(good(issuer, now))}."


def tampered_claims(issuer: str, now: float) -> str:
    return "Bearer " + with_claims(sign(good(issuer, now)), good(issuer, now, sub="admin"))


AUD = "the token does not have a valid audience"
CASES = (
    TokenCase("no token", lambda _i, _n: None, 401, Cause.NO_TOKEN),
    TokenCase("good token", bearer(), 200),
    TokenCase("wrong aud", bearer(aud="other"), 401, Cause.AUDIENCE, AUD),
    TokenCase(
        "wrong iss (trailing slash)",
        lambda i, n: f"Bearer {sign(good(i, n, iss=i + '/'))}",
        401,
        Cause.ISSUER,
        "issuer does not match",
    ),
    TokenCase(
        "expired",
        lambda i, n: f"Bearer {sign(good(i, n, exp=int(n) - 60))}",
        401,
        Cause.EXPIRED,
        "the token has expired",
    ),
    TokenCase(
        "HS256 with the public key", hs256_with_public_key, 401, Cause.ALGORITHM, "signing method HS256 is invalid"
    ),
    TokenCase(
        "tampered signature",
        lambda i, n: f"Bearer {with_flipped_signature(sign(good(i, n)))}",
        401,
        Cause.SIGNATURE,
        "crypto/rsa: verification error",
    ),
    TokenCase("tampered payload", tampered_claims, 401, Cause.SIGNATURE, "crypto/rsa: verification error"),
    TokenCase("unknown kid", signed(kid="nobody"), 401, Cause.KID_UNKNOWN, "kid not found"),
    TokenCase("alg none", unsigned, 401, Cause.ALGORITHM, "signing method none is invalid"),
    TokenCase(
        "nbf in the future",
        lambda i, n: f"Bearer {sign(good(i, n, nbf=int(n) + 60))}",
        401,
        Cause.NBF,
        "the token is not valid yet",
    ),
    TokenCase("missing scope", bearer(scope="openid"), 403, Cause.SCOPES, f"expected scopes: [{SCOPE}]"),
    TokenCase(
        "client_id and no aud",
        lambda i, n: f"Bearer {sign(good(i, n, aud=None, client_id=good(i, n)['aud']))}",
        200,
    ),
    TokenCase(
        "lower-case bearer",
        lambda i, n: f"bearer {sign(good(i, n))}",
        401,
        Cause.LOWER_CASE_BEARER,
        "tokenstring should not contain 'bearer '",
        known=False,
    ),
    TokenCase("raw token, no Bearer", lambda i, n: sign(good(i, n)), 200),
    TokenCase(
        "malformed (2 parts)",
        lambda i, n: "Bearer " + sign(good(i, n)).rpartition(".")[0],
        401,
        Cause.SEGMENTS,
        "token contains an invalid number of segments",
    ),
    TokenCase(
        "iat in the future",
        lambda i, n: f"Bearer {sign(good(i, n, iat=int(n) + 60))}",
        401,
        Cause.IAT,
        "the token was used before it was issued",
    ),
    TokenCase("no exp", bearer(exp=None), 401, Cause.EXP_MISSING, "the token has expired", known=False),
    TokenCase("aud list with a match", lambda i, n: f"Bearer {sign(good(i, n, aud=['x', good(i, n)['aud']]))}", 200),
    TokenCase(
        "bad aud and good client_id",
        lambda i, n: f"Bearer {sign(good(i, n, aud='other', client_id=good(i, n)['aud']))}",
        401,
        Cause.AUDIENCE,
        AUD,
    ),
    TokenCase("RS512", signed(algorithm="RS512"), 200),
    TokenCase(
        "PS256", signed(algorithm="PS256"), 401, Cause.ALGORITHM_PSS, "signing method PS256 is invalid", known=False
    ),
    TokenCase(
        "ES256 by a published key",
        signed(algorithm="ES256", kid=EC_KID),
        401,
        Cause.ALGORITHM_ES256,
        "signing method ES256 is invalid",
    ),
    TokenCase("no kid", signed(kid=None), 401, Cause.KID_MISSING, "token has no kid"),
    TokenCase("scope in scp", bearer(scope=None, scp="openid read:private"), 200),
    TokenCase("no aud, no client_id", bearer(aud=None), 401, Cause.AUDIENCE, AUD),
    TokenCase("no iss", bearer(iss=None), 401, Cause.ISSUER, "issuer does not match"),
)


def expected_header(case: TokenCase) -> str:
    """The `www-authenticate` header of a refused case."""
    if case.description is None:
        return "Bearer"
    error = "insufficient_scope" if case.status == 403 else "invalid_token"
    return f'Bearer scope="{SCOPE}" error="{error}" error_description="{case.description}"'
