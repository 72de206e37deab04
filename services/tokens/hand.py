"""A token a person holds, and how it came."""

from dataclasses import dataclass, field

from services.redact import Secret
from services.tokens.decode import DecodedToken
from services.tokens.ways import Way

RENEWAL_MARGIN = 60.0  # seconds before the end; a short-lived token is renewed after half its life


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
        return _seconds(self.decoded.claims.get("exp"))

    @property
    def renew_at(self) -> float | None:
        """When it should be renewed, in seconds since the epoch; None where it has no end or no refresh token."""
        ends = self.expires_at
        if ends is None or not self.refresh_token:
            return None
        issued = _seconds(self.decoded.claims.get("iat"))
        life = ends - issued if issued is not None else 0.0
        return ends - (min(RENEWAL_MARGIN, life / 2) if life > 0 else RENEWAL_MARGIN)


def _seconds(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    except OverflowError:
        return None
