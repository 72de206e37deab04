"""OAuth's token endpoint: a code or a refresh token for new tokens (RFC 6749, sections 4.1.3, 5 and 6)."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote_plus

import msgspec

from services.errors import ExpectationFailed, RemoteError
from services.fusionauth.answers import is_page, refusal
from services.http import HttpClient, Reply
from services.redact import Secret

TOKEN_PATH = "/oauth2/token"  # noqa: S105 - an address
_SENTENCES = {
    "invalid_grant": (
        "The code or the refresh token is unknown, used up, expired or revoked",
        "Log in again.",
    ),
    "invalid_client": (
        "The application and its client secret do not match",
        "Run gatelight status: the application may have been made anew.",
    ),
    "unauthorized_client": (
        "The application may not use this grant",
        "Enable the grants authorization_code and refresh_token: gatelight up.",
    ),
    "invalid_scope": (
        "A scope that was asked for is unknown to the application",
        "Ask for scopes the application defines; openid and offline_access always exist.",
    ),
    "access_denied": ("The login was refused or given up", "Run it again and log in."),
    "login_required": ("Nobody is logged in", "Run it again and log in."),
}


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """An application as OAuth sees it, and where its FusionAuth is reached."""

    url: str
    client_id: str
    client_secret: Secret

    def authorization(self) -> Secret:
        """Client authentication in a header (RFC 6749, section 2.3.1)."""
        pair = f"{quote_plus(self.client_id)}:{quote_plus(self.client_secret.reveal())}"
        return Secret("Basic " + base64.b64encode(pair.encode()).decode())


class TokenAnswer(msgspec.Struct, frozen=True):
    """The token endpoint's success."""

    access_token: str = ""
    id_token: str = ""
    refresh_token: str = ""
    scope: str = ""


class _Problem(msgspec.Struct, frozen=True):
    error: str
    error_description: str = ""
    error_reason: str = ""


def ask_for_tokens(client: OAuthClient, grant: Mapping[str, str | Secret], http: HttpClient) -> TokenAnswer:
    """Send a grant. Raises ExpectationFailed with OAuth's own error in words, RemoteError for anything else."""
    form: dict[str, str | Secret] = {"client_id": client.client_id, **grant}
    headers: dict[str, str | Secret] = {"Authorization": client.authorization()} if client.client_secret else {}
    reply = http.send("POST", client.url + TOKEN_PATH, headers=headers, form=form)
    if reply.status != 200 or is_page(reply):
        raise _failure(reply)
    try:
        return msgspec.json.decode(reply.body, type=TokenAnswer)
    except msgspec.DecodeError:
        raise RemoteError(
            f"FusionAuth's answer at {TOKEN_PATH} is not as documented.",
            "Check fusionauth.url in the profile: is it FusionAuth that answers there?",
            status=reply.status,
        ) from None


def explained(error: str, description: str, reason: str = "") -> ExpectationFailed:
    """An OAuth error in words, with what FusionAuth says of it."""
    sentence, fix = _SENTENCES.get(error, ("FusionAuth refused", "Correct what it names and run it again."))
    said = f"{error}/{reason}" if reason else error
    detail = f": {description.rstrip('.')}" if description else ""
    return ExpectationFailed(f"{sentence} ({said}){detail}.", fix)


def _failure(reply: Reply) -> ExpectationFailed | RemoteError:
    try:
        problem = msgspec.json.decode(reply.body, type=_Problem)
    except msgspec.DecodeError:
        return refusal(reply, "POST", TOKEN_PATH)
    return explained(problem.error, problem.error_description, problem.error_reason)
