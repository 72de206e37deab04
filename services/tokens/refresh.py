"""New access tokens for a refresh token, at either of FusionAuth's two endpoints, and renewal in time."""

from dataclasses import replace

from services.errors import ConfigurationError
from services.fusionauth.answers import is_page, refusal
from services.http import HttpClient
from services.redact import Redactor, Secret
from services.tokens.acquire import read_token
from services.tokens.hand import TokenInHand
from services.tokens.oauth import OAuthClient, ask_for_tokens, explained
from services.tokens.ways import RefreshAt, Way

JWT_PATH = "/api/jwt/refresh"


def refresh(
    refresh_token: Secret, at: RefreshAt, client: OAuthClient, http: HttpClient, redactor: Redactor
) -> TokenInHand:
    """A new access token. Its refresh token may be a new one too, and then the old one is of no more use.

    Raises ExpectationFailed when FusionAuth does not take the refresh token.
    """
    _demand(refresh_token)
    redactor.register(refresh_token, client.client_secret)
    if at is RefreshAt.OAUTH:
        answer = ask_for_tokens(client, {"grant_type": "refresh_token", "refresh_token": refresh_token}, http)
        return _renewed(answer.access_token, answer.refresh_token, refresh_token, "refresh token at /oauth2/token")
    body = {"refreshToken": refresh_token.reveal()}
    reply = http.send("POST", client.url + JWT_PATH, json_body=body)
    content = reply.json()
    if reply.status == 400 and not is_page(reply):
        raise explained("invalid_grant", "FusionAuth's JWT API answered 400")
    if reply.status != 200 or not isinstance(content, dict):
        raise refusal(reply, "POST", JWT_PATH)
    return _renewed(content.get("token"), content.get("refreshToken"), refresh_token, "refresh token at the JWT API")


def seconds_until_renewal(token: TokenInHand, now: float) -> float:
    """How long until the token should be renewed. Raises ConfigurationError for one that cannot be."""
    _demand(token.refresh_token)
    if token.renew_at is None:
        raise ConfigurationError("The token does not say when it ends, so it cannot be renewed in time.")
    return max(0.0, token.renew_at - now)


def _demand(refresh_token: Secret) -> None:
    if not refresh_token:
        raise ConfigurationError(
            "There is no refresh token: none came with the login.",
            "The user must be registered and the application generate refresh tokens: gatelight up.",
        )


def _renewed(compact: object, given: object, used: Secret, obtained_by: str) -> TokenInHand:
    held = read_token(compact, 200)
    following = Secret(given) if isinstance(given, str) and given else used
    return replace(held, obtained_by=obtained_by, refresh_token=following, way=Way.REFRESH)
