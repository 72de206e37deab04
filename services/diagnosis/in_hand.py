"""A token that Gatelight got itself, as the doctor is given one."""

from services.diagnosis.intake import Presented
from services.redact import Secret
from services.tokens.hand import TokenInHand


def presented_by(token: TokenInHand) -> Presented:
    """The token as a request would carry it, with how it came."""
    return Presented(
        Secret(f"Bearer {token.secret.reveal()}"),
        token.obtained_by,
        token.note,
        unregistered="not registered to the application" in token.note,
    )
