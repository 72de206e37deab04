"""What a tunnel that does not carry means for the gateway."""

from services.tunnel.provider import Condition, Health

# How long keys are cached: API Gateway developer guide, “Control access to HTTP APIs with JWT authorizers”.
_GATE = (
    "API Gateway goes on with the keys it has read, for up to two hours; then, and at once for a key it has not seen, "
    "every token gets a 401. An authorizer cannot be created or given an issuer until then."
)
_LOGIN = "FusionAuth issues no tokens meanwhile. "


def meaning(health: Health) -> str:
    """A few sentences; empty while AWS can read through it."""
    if health.carries:
        return ""
    return (_LOGIN if health.condition is Condition.NO_FUSIONAUTH else "") + _GATE
