"""Compact JWS (RFC 7515): signing and checking, with whatever key the Key Master holds."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import jwt
import msgspec

from services.sandbox.fusionauth.certificates import base64url

_REGISTERED = {"Ed25519": "EdDSA"}  # the library knows the older name of the same signature


def sign(claims: dict[str, Any], *, algorithm: str, kid: str, secret: Any, grants: Sequence[str] = ()) -> str:
    """The claims as a signed token whose header holds `alg`, `typ`, `kid` and, for OAuth, `gty`: the grants."""
    header = {"alg": algorithm, "typ": "JWT"} | ({"gty": grants} if grants else {}) | {"kid": kid}
    signed = ".".join(base64url(msgspec.json.encode(part)) for part in (header, claims))
    signature = _algorithm(algorithm).sign(signed.encode(), secret)
    return f"{signed}.{base64url(signature)}"


def read(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a token, unchecked. Raises ValueError if it is none."""
    try:
        header, claims, _ = (_decode(part) for part in token.split("."))
        return msgspec.json.decode(header, type=dict[str, Any]), msgspec.json.decode(claims, type=dict[str, Any])
    except (msgspec.DecodeError, binascii.Error, RecursionError) as error:
        raise ValueError("not a JWT") from error


def verified(token: str, *, algorithm: str, public: Any) -> bool:
    """Whether the signature is this key's."""
    signed, _, signature = token.rpartition(".")
    return bool(_algorithm(algorithm).verify(signed.encode(), public, _decode(signature)))


def _algorithm(name: str) -> Any:
    return jwt.get_algorithm_by_name(_REGISTERED.get(name, name))


def _decode(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
