"""One row of the conformance table, and how its token is made."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from services.gateway.verdict import Mark
from services.gateway.wordings import Cause
from tests.gateway.signing import KID, claims, jwk, jwks, rsa_key, segment, sign

SCOPE = "read:private"
"""What the route asks for."""

Build = Callable[[str, float], str | None]


@dataclass(frozen=True)
class TokenCase:
    """`build` gets (issuer, now) and gives the Authorization header's value, or None for no header.

    `mark` is the evidence for what comes of it. `description` is compared where it is given. `http_status` stands where
    HTTP itself decides before the authorizer can; 0 means that HTTP cannot carry the value at all.
    """

    name: str
    mark: Mark
    build: Build
    status: int
    cause: Cause | None = None
    description: str | None = None
    http_status: int | None = None


def published() -> dict[str, Any]:
    """The issuer's key set: the usual keys, and RSA keys of other sizes."""
    sized = [jwk(f"rsa-{bits}", rsa_key("sized", bits)) for bits in (1024, 4096)]
    return {"keys": [*jwks()["keys"], *sized]}


def good(issuer: str, now: float, **changed: Any) -> dict[str, Any]:
    """The claims of a token that is accepted, with changes."""
    return claims(issuer, now=now, **changed)


def bearer(**changed: Any) -> Build:
    """A signed token with changed claims."""
    return lambda issuer, now: f"Bearer {sign(good(issuer, now, **changed))}"


def shifted(**seconds: float) -> Build:
    """A signed token with times so many seconds from now."""
    return lambda issuer, now: (
        f"Bearer {sign(good(issuer, now, **{name: int(now) + offset for name, offset in seconds.items()}))}"
    )


def signed(**how: Any) -> Build:
    """A token with good claims, signed in another way."""
    return lambda issuer, now: f"Bearer {sign(good(issuer, now), **how)}"


def raw(claims_text: Callable[[bytes], bytes], header: Any = None) -> Build:
    """A token signed over bytes that `claims_text` makes of the good claims' JSON, and over a header of any kind."""

    def build(issuer: str, now: float) -> str:
        text = claims_text(json.dumps(good(issuer, now)).encode())
        return f"Bearer {sign_parts(header if header is not None else {'alg': 'RS256', 'kid': KID}, text)}"

    return build


def sign_parts(header: Any, payload: Any, key: RSAPrivateKey | None = None) -> str:
    """A compact token over these very bytes, signed with RS256 (by the published key) whatever the header says."""
    unsigned = f"{segment(header)}.{segment(payload)}"
    return f"{unsigned}.{segment((key or rsa_key()).sign(unsigned.encode(), PKCS1v15(), SHA256()))}"


def changed_text(change: Callable[[str], str]) -> Build:
    """A good token (without prefix) whose text is changed afterwards."""
    return lambda issuer, now: change(sign(good(issuer, now)))


def expected_header(case: TokenCase) -> str:
    """The `www-authenticate` header of a refused case."""
    if case.cause is Cause.NO_TOKEN:
        return "Bearer"
    error = "insufficient_scope" if case.status == 403 else "invalid_token"
    return f'Bearer scope="{SCOPE}" error="{error}" error_description="{case.description}"'
