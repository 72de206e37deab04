"""How OAuth says no: `error` as the RFCs define it, and FusionAuth's finer `error_reason`."""

from services.sandbox.fusionauth.errors import Refused


class OAuthRefused(Refused):
    """A request that OAuth refuses; `more` are properties of the answer beside the three usual ones."""

    def __init__(self, error: str, reason: str, description: str, *, status: int = 400, **more: object) -> None:
        self.error = {"error": error, "error_description": description, "error_reason": reason}
        super().__init__(status, self.error | more)


def invalid_request(reason: str, description: str) -> OAuthRefused:
    """400 `invalid_request`."""
    return OAuthRefused("invalid_request", reason, description)


def missing(name: str) -> OAuthRefused:
    """400 for a parameter that must be there; its reason is `missing_` and the parameter's name."""
    return invalid_request(f"missing_{name}", f"The request is missing a required parameter: {name}")


def invalid_grant(reason: str, description: str) -> OAuthRefused:
    """400 `invalid_grant`: a code, a refresh token or a password that is not (or no longer) good."""
    return OAuthRefused("invalid_grant", reason, description)


def invalid_client(reason: str, description: str) -> OAuthRefused:
    """401 `invalid_client`: the application did not prove that it is the one it names."""
    return OAuthRefused("invalid_client", reason, description, status=401)


def invalid_token(reason: str, description: str, *, status: int = 401) -> OAuthRefused:
    """`invalid_token`: what came as a bearer token is none that serves here."""
    return OAuthRefused("invalid_token", reason, description, status=status)
