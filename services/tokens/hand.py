"""A token a person holds, and how it came."""

from dataclasses import dataclass, field

from services.redact import Secret
from services.tokens.decode import DecodedToken
from services.tokens.ways import Way


@dataclass(frozen=True, slots=True)
class TokenInHand:
    """A compact JWT with its decoded parts (nothing verified). `note` is what is worth knowing about how it came."""

    secret: Secret
    decoded: DecodedToken = field(repr=False)
    obtained_by: str
    note: str = ""
    refresh_token: Secret = field(default_factory=lambda: Secret(""))  # empty where none came along
    way: Way | None = None

    @property
    def expires_at(self) -> float | None:
        """When it ends, in seconds since the epoch; None where the token does not say."""
        value = self.decoded.claims.get("exp")
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
