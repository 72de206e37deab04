"""What people send every day and what the guide speaks of: 27 cases."""

import hashlib
import hmac

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.gateway.verdict import Mark
from services.gateway.wordings import Cause
from tests.conformance.case import SCOPE, TokenCase, bearer, good, signed
from tests.gateway.signing import EC_KID, rsa_key, segment, sign, with_claims, with_flipped_signature


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
DOCUMENTED = (
    TokenCase("no token", Mark.OBSERVED, lambda _i, _n: None, 401, Cause.NO_TOKEN),
    TokenCase("good token", Mark.DOCUMENTED, bearer(), 200),
    TokenCase("wrong aud", Mark.DOCUMENTED, bearer(aud="other"), 401, Cause.AUDIENCE, AUD),
    TokenCase(
        "wrong iss (trailing slash)",
        Mark.OBSERVED,
        lambda i, n: f"Bearer {sign(good(i, n, iss=i + '/'))}",
        401,
        Cause.ISSUER,
        "issuer does not match",
    ),
    TokenCase(
        "expired",
        Mark.OBSERVED,
        lambda i, n: f"Bearer {sign(good(i, n, exp=int(n) - 60))}",
        401,
        Cause.EXPIRED,
        "the token has expired",
    ),
    TokenCase(
        "HS256 with the public key",
        Mark.DOCUMENTED,
        hs256_with_public_key,
        401,
        Cause.ALGORITHM,
        "signing method HS256 is invalid",
    ),
    TokenCase(
        "tampered signature",
        Mark.OBSERVED,
        lambda i, n: f"Bearer {with_flipped_signature(sign(good(i, n)))}",
        401,
        Cause.SIGNATURE,
        "crypto/rsa: verification error",
    ),
    TokenCase(
        "tampered payload", Mark.OBSERVED, tampered_claims, 401, Cause.SIGNATURE, "crypto/rsa: verification error"
    ),
    TokenCase("unknown kid", Mark.DOCUMENTED, signed(kid="nobody"), 401, Cause.KID_UNKNOWN, "kid not found"),
    TokenCase("alg none", Mark.DOCUMENTED, unsigned, 401, Cause.ALGORITHM, "signing method none is invalid"),
    TokenCase(
        "nbf in the future",
        Mark.DOCUMENTED,
        lambda i, n: f"Bearer {sign(good(i, n, nbf=int(n) + 60))}",
        401,
        Cause.NBF,
        "the token is not valid yet",
    ),
    TokenCase("missing scope", Mark.OBSERVED, bearer(scope="openid"), 403, Cause.SCOPES, f"expected scopes: [{SCOPE}]"),
    TokenCase(
        "client_id and no aud",
        Mark.DOCUMENTED,
        lambda i, n: f"Bearer {sign(good(i, n, aud=None, client_id=good(i, n)['aud']))}",
        200,
    ),
    TokenCase(
        "lower-case bearer",
        Mark.INFERRED,
        lambda i, n: f"bearer {sign(good(i, n))}",
        401,
        Cause.LOWER_CASE_BEARER,
        "tokenstring should not contain 'bearer '",
    ),
    TokenCase("raw token, no Bearer", Mark.DOCUMENTED, lambda i, n: sign(good(i, n)), 200),
    TokenCase(
        "malformed (2 parts)",
        Mark.OBSERVED,
        lambda i, n: "Bearer " + sign(good(i, n)).rpartition(".")[0],
        401,
        Cause.SEGMENTS,
        "token contains an invalid number of segments",
    ),
    TokenCase(
        "iat in the future",
        Mark.DOCUMENTED,
        lambda i, n: f"Bearer {sign(good(i, n, iat=int(n) + 60))}",
        401,
        Cause.IAT,
        "the token was used before it was issued",
    ),
    TokenCase("no exp", Mark.INFERRED, bearer(exp=None), 401, Cause.EXP_MISSING, "the token has expired"),
    TokenCase(
        "aud list with a match",
        Mark.DOCUMENTED,
        lambda i, n: f"Bearer {sign(good(i, n, aud=['x', good(i, n)['aud']]))}",
        200,
    ),
    TokenCase(
        "bad aud and good client_id",
        Mark.DOCUMENTED,
        lambda i, n: f"Bearer {sign(good(i, n, aud='other', client_id=good(i, n)['aud']))}",
        401,
        Cause.AUDIENCE,
        AUD,
    ),
    TokenCase("RS512", Mark.DOCUMENTED, signed(algorithm="RS512"), 200),
    TokenCase(
        "PS256", Mark.INFERRED, signed(algorithm="PS256"), 401, Cause.ALGORITHM_PSS, "signing method PS256 is invalid"
    ),
    TokenCase(
        "ES256 by a published key",
        Mark.OBSERVED,
        signed(algorithm="ES256", kid=EC_KID),
        401,
        Cause.ALGORITHM_ES256,
        "signing method ES256 is invalid",
    ),
    TokenCase("no kid", Mark.DOCUMENTED, signed(kid=None), 401, Cause.KID_MISSING, "token has no kid"),
    TokenCase("scope in scp", Mark.DOCUMENTED, bearer(scope=None, scp="openid read:private"), 200),
    TokenCase("no aud, no client_id", Mark.DOCUMENTED, bearer(aud=None), 401, Cause.AUDIENCE, AUD),
    TokenCase("no iss", Mark.OBSERVED, bearer(iss=None), 401, Cause.ISSUER, "issuer does not match"),
)
