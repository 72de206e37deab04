"""Complete a login that waits for a second factor (FusionAuth documentation, "Multi-Factor API").

A code of an authenticator app is simply asked for; one by e-mail or text message has to be sent first.
"""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from services.errors import ExpectationFailed, RemoteError
from services.fusionauth.answers import refusal
from services.fusionauth.models import TwoFactorMethod, TwoFactorWaiting
from services.fusionauth.outcomes import TWO_FACTOR, Kind, Outcome, outcome_of
from services.http import HttpClient, Reply
from services.redact import Redactor, Secret

ATTEMPTS = 3
_AUTHENTICATOR = "authenticator"


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a person is asked for. `attempts_left` counts down; `sent_to` is empty for an authenticator app."""

    method: str
    sent_to: str
    attempts_left: int

    @property
    def question(self) -> str:
        """The question in words."""
        source = f"sent to {self.sent_to}" if self.sent_to else "from the authenticator app"
        again = "" if self.attempts_left == ATTEMPTS else "That code was wrong. "
        return f"{again}Second factor: the code {source}"


AskCode = Callable[[Challenge], str]


def complete(
    waiting: Reply, url: str, api_key: Secret | None, http: HttpClient, redactor: Redactor, ask_code: AskCode
) -> tuple[Reply, Outcome]:
    """Ask for the code until it is right, three times at most; gives FusionAuth's last answer and what it means.

    Raises ExpectationFailed when no factor is set up yet or no code is given.
    """
    state = _read(waiting)
    method = _choose(state.methods)
    if method.method != _AUTHENTICATOR:
        _send_code(state.two_factor_id, method, url, api_key, http)
    for attempts_left in range(ATTEMPTS, 0, -1):
        code = ask_code(Challenge(method.method, method.email or method.mobile_phone, attempts_left)).strip()
        if not code:
            raise ExpectationFailed("No code for the second factor was given.", "Log in again and give the code.")
        redactor.register(Secret(code))
        body = {"twoFactorId": state.two_factor_id, "code": code, "trustComputer": False}
        reply = _post(f"{url}/api/two-factor/login", body, api_key, http)
        outcome = outcome_of(reply, TWO_FACTOR, "/api/two-factor/login")
        if outcome.kind is not Kind.WRONG_CODE:
            break
    return reply, outcome


def _read(reply: Reply) -> TwoFactorWaiting:
    try:
        state = msgspec.json.decode(reply.body, type=TwoFactorWaiting)
    except msgspec.DecodeError:
        state = TwoFactorWaiting()
    if not state.two_factor_id:
        raise RemoteError("FusionAuth asks for a second factor but does not say for which login.", status=reply.status)
    if not state.methods:
        listed = f" (possible: {', '.join(state.configurable_methods)})" if state.configurable_methods else ""
        raise ExpectationFailed(
            f"The user must set up a second factor before logging in{listed}.",
            "Let the user log in once through FusionAuth's own pages: gatelight token --via browser.",
        )
    return state


def _choose(methods: list[TwoFactorMethod]) -> TwoFactorMethod:
    return next((method for method in methods if method.method == _AUTHENTICATOR), methods[0])


def _send_code(two_factor_id: str, method: TwoFactorMethod, url: str, api_key: Secret | None, http: HttpClient) -> None:
    reply = _post(f"{url}/api/two-factor/send/{two_factor_id}", {"methodId": method.id}, api_key, http)
    if reply.status not in (200, 204):
        raise refusal(reply, "POST", "/api/two-factor/send")


def _post(url: str, body: dict[str, object], api_key: Secret | None, http: HttpClient) -> Reply:
    """The login's id is the credential; a FusionAuth that wants an API key as well says 401 and gets one."""
    reply = http.send("POST", url, json_body=body)
    if reply.status == 401 and api_key:
        reply = http.send("POST", url, headers={"Authorization": api_key}, json_body=body)
    return reply
