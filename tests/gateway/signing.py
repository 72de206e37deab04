"""Keys and tokens for tests, made by an implementation that is not ours (PyJWT and cryptography)."""

import base64
import json
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

KID = "hCR08_wZGk49AeaAfD69fbJZdFM"
EC_KID = "ec-key"
AUDIENCE = "3c219e58-ed0e-4b18-ad48-f4f92793ae32"
NOW = 1_800_000_000


def rsa_key(name: str = "published", bits: int = 2048) -> rsa.RSAPrivateKey:
    """The test run's RSA key of that name."""
    return _rsa_key(name, bits)


@cache
def _rsa_key(_name: str, bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    """The test run's P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def jwk(kid: str = KID, key: rsa.RSAPrivateKey | None = None) -> dict[str, Any]:
    """The public part of an RSA key as a JWK."""
    return {**RSAAlgorithm.to_jwk((key or rsa_key()).public_key(), as_dict=True), "kid": kid, "use": "sig"}


def jwks() -> dict[str, Any]:
    """A key set with the published RSA key and an EC key."""
    return {"keys": [jwk(), {**ECAlgorithm.to_jwk(ec_key().public_key(), as_dict=True), "kid": EC_KID}]}


def claims(issuer: str, *, now: float = NOW, **changed: Any) -> dict[str, Any]:
    """A FusionAuth-like token's claims; a changed one of None is left out."""
    whole = {
        "aud": AUDIENCE,
        "exp": int(now) + 3600,
        "iat": int(now) - 10,
        "iss": issuer,
        "sub": "user-1",
        "authenticationType": "PASSWORD",
        "roles": ["admin", "user"],
        "email_verified": True,
        "scope": "openid read:private",
    } | changed
    return {name: value for name, value in whole.items() if value is not None}


def sign(
    payload: dict[str, Any],
    *,
    algorithm: str = "RS256",
    key: Any = None,
    kid: str | None = KID,
    headers: dict[str, Any] | None = None,
) -> str:
    """A compact token; without `key`, by the key that fits the algorithm."""
    if key is None:
        key = ec_key() if algorithm == "ES256" else rsa_key()
    headers = {**({"kid": kid} if kid else {}), **(headers or {})}
    return jwt.api_jws.encode(json.dumps(payload).encode(), key, algorithm, headers=headers)


def segment(value: Any) -> str:
    """JSON (or raw bytes) as an unpadded base64url segment."""
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def with_claims(token: str, payload: dict[str, Any]) -> str:
    """The token with other claims under the old signature."""
    header, _, signature = token.split(".")
    return f"{header}.{segment(payload)}.{signature}"


def with_flipped_signature(token: str) -> str:
    """The token with one character of its signature changed."""
    start = token.rindex(".") + 1
    return token[:start] + ("A" if token[start] != "A" else "B") + token[start + 1 :]
