"""Get an access token through FusionAuth's Login API.

Every 2xx but 200 means that something is missing (FusionAuth documentation, "Login API"); 404 is one answer for an
unknown user and for a wrong password.
"""

from dataclasses import dataclass

from services.cancel import Cancellation
from services.errors import ExpectationFailed, GatelightError, RemoteError
from services.fusionauth.answers import refusal
from services.http import HttpClient, Reply
from services.redact import Redactor, Secret
from services.tokens.decode import MalformedToken, decode
from services.tokens.hand import TokenInHand

_NEW_KEY_PAUSES = (0.2, 0.4, 0.8, 1.6)  # seconds; a new API key may be refused for a moment (FusionAuth documentation)
_UNREGISTERED = (
    "The user is not registered to the application (FusionAuth answered 202), so this token carries no audience."
)
_OUTCOMES = {
    203: ("The user must change the password before logging in (203).", "Change it in FusionAuth, then log in again."),
    212: ("The user's e-mail address is not verified (212).", "Verify it in FusionAuth, or switch verification off."),
    213: ("The user's registration is not verified (213).", "Verify it in FusionAuth, or switch verification off."),
    242: ("The user needs a second factor to log in (242).", "Use a user without two-factor authentication."),
    404: (
        "FusionAuth knows no such user, or the password is wrong (404 is its answer to both).",
        "Check fusionauth.user_email in the profile and GATELIGHT_USER_PASSWORD.",
    ),
    409: ("A user action prevents the login (409).", "Look at the user's actions in FusionAuth."),
    410: ("The user has expired (410).", "Extend or remove the user's expiry in FusionAuth."),
    423: ("The user is locked or deactivated (423).", "Unlock or reactivate the user in FusionAuth."),
}


@dataclass(frozen=True, slots=True)
class Login:
    """Who logs in, where, and under which API key."""

    url: str
    api_key: Secret
    application_id: str
    email: str
    password: Secret
    tenant_id: str = ""  # needed with a key that is not bound to one tenant


def log_in(login: Login, http: HttpClient, redactor: Redactor, cancellation: Cancellation) -> TokenInHand:
    """Log in and return the access token. Raises a GatelightError that says what stands in the way."""
    reply = _send(login, http, redactor)
    for pause in _NEW_KEY_PAUSES:
        if reply.status != 401:
            break
        cancellation.wait(pause)
        reply = _send(login, http, redactor)
    if reply.status in (200, 202):
        return _token(reply)
    raise _failure(reply, login)


def _send(login: Login, http: HttpClient, redactor: Redactor) -> Reply:
    redactor.register(login.password)
    headers: dict[str, str | Secret] = {"Authorization": login.api_key}
    if login.tenant_id:
        headers["X-FusionAuth-TenantId"] = login.tenant_id
    body = {
        "loginId": login.email,
        "password": login.password.reveal(),
        "applicationId": login.application_id,
    }
    return http.send("POST", f"{login.url}/api/login", headers=headers, json_body=body)


def _token(reply: Reply) -> TokenInHand:
    content = reply.json()
    compact = content.get("token") if isinstance(content, dict) else None
    if not isinstance(compact, str) or not compact:
        raise RemoteError(
            "FusionAuth logged the user in but issued no token.",
            "Check that JWT is enabled for the application.",
            status=reply.status,
        )
    try:
        decoded = decode(compact)
    except MalformedToken as error:
        raise RemoteError(f"FusionAuth's token is no JWT: {error}.", "Check what answers at fusionauth.url.") from None
    return TokenInHand(Secret(compact), decoded, "Login API", _UNREGISTERED if reply.status == 202 else "")


def _failure(reply: Reply, login: Login) -> GatelightError:
    known = _OUTCOMES.get(reply.status)
    if known is None:
        return refusal(reply, "POST", "/api/login")
    message, fix = known
    return ExpectationFailed(f'"{login.email}" could not log in. {message}', fix)
