"""A token a person holds, and how it came."""

from dataclasses import dataclass, field

from services.redact import Secret
from services.tokens.decode import DecodedToken


@dataclass(frozen=True, slots=True)
class TokenInHand:
    """A compact JWT with its decoded parts (nothing verified). `note` is what is worth knowing about how it came."""

    secret: Secret
    decoded: DecodedToken = field(repr=False)
    obtained_by: str
    note: str = ""
