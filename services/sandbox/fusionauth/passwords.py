"""Password hashes, in FusionAuth's default scheme: salted PBKDF2 with HMAC-SHA-256 and a factor of 24,000."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

FACTOR = 24_000


@dataclass(frozen=True, slots=True)
class PasswordHash:
    """A salted hash."""

    salt: bytes
    digest: bytes

    @classmethod
    def of(cls, password: str) -> "PasswordHash":
        """Hash a password. Takes some milliseconds: call it off the event loop."""
        salt = secrets.token_bytes(16)
        return cls(salt, _derive(password, salt))

    def matches(self, password: str) -> bool:
        """Whether it is this password, compared in constant time. As slow as hashing."""
        return hmac.compare_digest(self.digest, _derive(password, self.salt))


def _derive(password: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt, FACTOR)
