"""Get an access token through FusionAuth's Login API, with a second factor where FusionAuth asks for one."""

from dataclasses import dataclass

from services.cancel import Cancellation
from services.errors import RemoteError
from services.fusionauth.outcomes import LOGIN, Kind, LoginRefused, Outcome, outcome_of
from services.http import HttpClient, Reply
from services.redact import Redactor, Secret
from services.tokens.decode import MalformedToken, decode
from services.tokens.hand import TokenInHand
from services.tokens.two_factor import AskCode, complete
from services.tokens.ways import WAYS, Way

# Seconds. A new API key may be refused for under a second, rarely for longer (FusionAuth documentation, "API keys").
_NEW_KEY_PAUSES = (0.2, 0.4, 0.8, 1.6, 3.2, 6.4)


@dataclass(frozen=True, slots=True)
class Login:
    """Who logs in, where, and under which API key."""

    url: str
    api_key: Secret
    application_id: str
    email: str
    password: Secret
    tenant_id: str = ""  # needed with a key that is not bound to one tenant
    key_is_new: bool = False  # a key made just now may be refused for a moment
    second_factor_key: Secret | None = None  # for a FusionAuth that asks for a key at the second factor


def log_in(
    login: Login,
    http: HttpClient,
    redactor: Redactor,
    cancellation: Cancellation,
    ask_code: AskCode | None = None,
) -> TokenInHand:
    """Log in and return the access token; `ask_code` gives a second factor's code where one is needed.

    Raises LoginRefused for every documented outcome without a token, RemoteError for what is not documented.
    """
    redactor.register(login.password)
    reply = _send(login, http)
    for pause in _NEW_KEY_PAUSES if login.key_is_new else ():
        if reply.status != 401:
            break
        cancellation.wait(pause)
        reply = _send(login, http)
    outcome = outcome_of(reply, LOGIN, "/api/login")
    if outcome.kind is Kind.SECOND_FACTOR and ask_code is not None:
        reply, outcome = complete(reply, login.url, login.second_factor_key, http, redactor, ask_code)
    if not outcome.with_token:
        raise LoginRefused(login.email, outcome, reply)
    return _token(reply, outcome)


def read_token(compact: object, status: int) -> TokenInHand:
    """The token in a member of FusionAuth's answer, obtained in no way yet. Raises RemoteError where it is none."""
    if not isinstance(compact, str) or not compact:
        raise RemoteError(
            "FusionAuth logged the user in but issued no token.",
            "Check that JWT is enabled for the application.",
            status=status,
        )
    try:
        return TokenInHand(Secret(compact), decode(compact), "")
    except MalformedToken as error:
        raise RemoteError(f"FusionAuth's token is no JWT: {error}.", "Check what answers at fusionauth.url.") from None


def _send(login: Login, http: HttpClient) -> Reply:
    headers: dict[str, str | Secret] = {"Authorization": login.api_key}
    if login.tenant_id:
        headers["X-FusionAuth-TenantId"] = login.tenant_id
    body = {
        "loginId": login.email,
        "password": login.password.reveal(),
        "applicationId": login.application_id,
    }
    return http.send("POST", f"{login.url}/api/login", headers=headers, json_body=body)


def _token(reply: Reply, outcome: Outcome) -> TokenInHand:
    content = reply.json()
    body = content if isinstance(content, dict) else {}
    held = read_token(body.get("token"), reply.status)
    refresh = body.get("refreshToken")
    return TokenInHand(
        held.secret,
        held.decoded,
        WAYS[Way.LOGIN].title,
        outcome.sentence,
        Secret(refresh if isinstance(refresh, str) else ""),
        Way.LOGIN,
    )
