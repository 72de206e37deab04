"""What FusionAuth's statuses mean where people log in: each its own outcome, with a sentence and a fix.

Most of the 200s are no success (FusionAuth documentation, "Login API", "Multi-Factor API" and "JWT API": response
codes). 404 is one answer for an unknown user and a wrong password, on purpose.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.errors import ExpectationFailed
from services.fusionauth.answers import is_page, refusal
from services.http import Reply


class Kind(StrEnum):
    """How a login can end."""

    LOGGED_IN = "logged in"
    NOT_REGISTERED = "not registered"
    PASSWORD_CHANGE = "password change"  # noqa: S105 - an outcome's name
    ADDRESS_UNVERIFIED = "address unverified"
    REGISTRATION_UNVERIFIED = "registration unverified"
    SECOND_FACTOR = "second factor"
    NO_MATCH = "no match"
    PREVENTED = "prevented"
    EXPIRED = "expired"
    LOCKED = "locked"
    WRONG_CODE = "wrong code"
    CODE_TOO_LATE = "code too late"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One status of one call. `with_token` says that a token came along."""

    kind: Kind
    sentence: str = ""
    fix: str = ""
    with_token: bool = False


LOGIN: Mapping[int, Outcome] = {
    200: Outcome(Kind.LOGGED_IN, with_token=True),
    202: Outcome(
        Kind.NOT_REGISTERED,
        "The user is not registered to the application (FusionAuth answered 202), so this token carries no audience.",
        "Register the user: gatelight up --step registration.",
        with_token=True,
    ),
    203: Outcome(
        Kind.PASSWORD_CHANGE,
        "The user must change the password before logging in (203).",
        "Change it on FusionAuth's login page or in its admin pages, then log in again.",
    ),
    212: Outcome(
        Kind.ADDRESS_UNVERIFIED,
        "The user's e-mail address or phone number is not verified (212).",
        "Follow the link in FusionAuth's message, verify it in the admin pages, or switch the verification off.",
    ),
    213: Outcome(
        Kind.REGISTRATION_UNVERIFIED,
        "The user's registration is not verified (213).",
        "Verify it in FusionAuth, or switch the application's registration verification off.",
    ),
    242: Outcome(
        Kind.SECOND_FACTOR,
        "The user needs a second factor to log in (242).",
        "Log in at a terminal, where the code can be asked for: gatelight token.",
    ),
    404: Outcome(
        Kind.NO_MATCH,
        "FusionAuth knows no such user, or the password is wrong (404 is its answer to both).",
        "Check fusionauth.user_email in the profile and GATELIGHT_USER_PASSWORD.",
    ),
    409: Outcome(
        Kind.PREVENTED,
        "A user action prevents the login (409).",
        "Look at the user's actions in FusionAuth and end the one that prevents logging in.",
    ),
    410: Outcome(Kind.EXPIRED, "The user has expired (410).", "Extend or remove the user's expiry in FusionAuth."),
    423: Outcome(Kind.LOCKED, "The user is locked or deactivated (423).", "Unlock or reactivate the user."),
}

TWO_FACTOR: Mapping[int, Outcome] = {
    **LOGIN,
    404: Outcome(
        Kind.CODE_TOO_LATE,
        "The login waited too long for its second factor (404): FusionAuth has forgotten it.",
        "Log in again and give the code sooner.",
    ),
    421: Outcome(
        Kind.WRONG_CODE,
        "The code is wrong (421).",
        "Give the newest code; if it stays, check the clock of the device that makes it.",
    ),
}


class LoginRefused(ExpectationFailed):
    """A login that ended otherwise than with a token; `outcome` says how."""

    def __init__(self, who: str, outcome: Outcome, reply: Reply) -> None:
        super().__init__(f'"{who}" could not log in. {outcome.sentence}{_detail(outcome.kind, reply)}', outcome.fix)
        self.outcome = outcome


def outcome_of(reply: Reply, table: Mapping[int, Outcome], path: str) -> Outcome:
    """What the answer to a POST means. Raises RemoteError for a status the table does not have, and for a page."""
    outcome = None if is_page(reply) else table.get(reply.status)
    if outcome is None:
        raise refusal(reply, "POST", path)
    return outcome


def _detail(kind: Kind, reply: Reply) -> str:
    """What the body adds to the sentence: why the password must change, which action prevents the login."""
    content = reply.json()
    if not isinstance(content, dict):
        return ""
    if kind is Kind.PASSWORD_CHANGE and content.get("changePasswordReason"):
        return f" The reason FusionAuth gives: {content['changePasswordReason']}."
    if kind is Kind.PREVENTED:
        names = ", ".join(f'"{name}"' for name in _action_names(content.get("actions")))
        return f" In force: {names}." if names else ""
    return ""


def _action_names(actions: Any) -> list[str]:
    found = actions if isinstance(actions, list) else []
    return [
        str(action.get("localizedName") or action.get("name") or "") for action in found if isinstance(action, dict)
    ]
