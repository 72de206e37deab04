"""Proof Key for Code Exchange (RFC 7636), always with S256: a stolen authorization code is of no use."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field

from services.redact import Secret

METHOD = "S256"


@dataclass(frozen=True, slots=True)
class Proof:
    """A verifier that stays here, and the challenge made of it that goes out."""

    verifier: Secret = field(default_factory=lambda: Secret(secrets.token_urlsafe(48)))

    @property
    def challenge(self) -> str:
        """The verifier's SHA-256 in base64url without padding (RFC 7636, section 4.2)."""
        digest = hashlib.sha256(self.verifier.reveal().encode("ascii")).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
