"""Read an answer backwards: who gave it, did the authorizer run, and which causes does it allow.

How the speaker is told apart, first match wins:
* `ngrok-error-code`: the tunnel, not the gateway.
* `www-authenticate: Bearer …` with a 401 or 403 and the gateway's own body: the JWT authorizer.
* one of the gateway's own bodies (`{"message":"Not Found"}` and the like): the gateway, apart from its authorizer.
* `apigw-requestid`, which the gateway puts on everything it passes on: the function (or another integration).
* a redirect or an HTML page without it: something in between, such as a proxy or a login page.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from services.gateway.verdict import Mark
from services.gateway.wordings import WORDINGS, Cause, Wording

_PARAMETER = re.compile(r'(\w+)="([^"]*)"')
_PLACEHOLDER = re.compile(r"\\\{\w+\\\}")


class Speaker(StrEnum):
    """Who answered."""

    AUTHORIZER = "the gateway's authorizer"
    GATEWAY = "the gateway"
    FUNCTION = "the function"
    TUNNEL = "the tunnel"
    BETWEEN = "something in between"


@dataclass(frozen=True, slots=True)
class Challenge:
    """A `www-authenticate: Bearer` header. All empty for the bare `Bearer` that means that no token came."""

    scope: str = ""
    error: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer tells: who speaks, in one sentence, and the authorizer's causes it allows, likeliest first.

    `passed` is whether the authorizer let the request through; None when it was never asked.
    """

    speaker: Speaker
    sentence: str
    passed: bool | None = None
    causes: tuple[Cause, ...] = ()
    challenge: Challenge | None = None


_OWN_BODIES = {
    (401, "Unauthorized"): "refused by the gateway without a JWT authorizer's words: another kind of authorization",
    (403, "Forbidden"): "refused by the gateway before any authorizer: API mapping, disabled endpoint, WAF or IAM",
    (404, "Not Found"): "no route of a deployed stage matches: the authorizer and the function never ran",
    (413, "Request Entity Too Large"): "the body is larger than the gateway takes: the function never ran",
    (429, "Too Many Requests"): "throttled by the gateway: the function never ran",
    (431, "Request Header Fields Too Large"): "the headers are larger than the gateway takes: the function never ran",
    (500, "Internal Server Error"): "let through by the authorizer; then the permission to invoke is missing, "
    "the function failed or its answer has the wrong shape",
    (503, "Service Unavailable"): "let through by the authorizer; then the function did not answer in time",
}


def parse_challenge(header: str) -> Challenge | None:
    """Parse a `www-authenticate` header, with spaces or commas between its parts; None unless it is a Bearer one."""
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() != "bearer":
        return None
    values = dict(_PARAMETER.findall(rest))
    return Challenge(values.get("scope", ""), values.get("error", ""), values.get("error_description", ""))


def read_answer(status: int, headers: Iterable[tuple[str, str]], body: str) -> Reading:
    """Who gave this answer, and what it means."""
    named = {name.lower(): value for name, value in headers}
    if code := named.get("ngrok-error-code"):
        return Reading(Speaker.TUNNEL, f"answered by the tunnel ({code}): the request never reached the gateway")
    message = _message(body)
    challenge = parse_challenge(named.get("www-authenticate", ""))
    if challenge and (status, message) in ((401, "Unauthorized"), (403, "Forbidden")):
        return _refused(challenge)
    if (status, message) in _OWN_BODIES:
        return Reading(Speaker.GATEWAY, _OWN_BODIES[status, message], True if status in (500, 503) else None)
    if "apigw-requestid" in named:
        return _integrated(status)
    if 300 <= status < 400:
        place = named.get("location", "")
        return Reading(Speaker.BETWEEN, f"redirected to “{place}”, perhaps a login page: not the gateway's answer")
    return Reading(
        Speaker.BETWEEN, "not the gateway's answer: it has no apigw-requestid; look at proxies and the address"
    )


def causes_of(challenge: Challenge) -> tuple[Cause, ...]:
    """The causes whose wording the challenge carries: captured wordings first, the sandbox's own choices last."""
    if not challenge.error:
        return (Cause.NO_TOKEN,)
    found = [
        row
        for row in WORDINGS.values()
        if row.error == challenge.error and _expression(row).search(challenge.description)
    ]
    return tuple(row.cause for row in sorted(found, key=_doubt))


def _refused(challenge: Challenge) -> Reading:
    causes = causes_of(challenge)
    if causes == (Cause.NO_TOKEN,):
        why = "no token came"
    elif causes:
        why = challenge.description
    else:
        why = f"in words not known here: “{challenge.description}”"
    sentence = f"refused by the gateway, the function never ran: {why}"
    return Reading(Speaker.AUTHORIZER, sentence, False, causes, challenge)


def _integrated(status: int) -> Reading:
    if status in (401, 403):
        return Reading(Speaker.FUNCTION, f"a {status} made by the function: the gateway let the request through", True)
    return Reading(Speaker.FUNCTION, "answered by the function", True)


def _doubt(row: Wording) -> tuple[bool, bool]:
    return not row.evidence.wording_verified, row.evidence.mark is Mark.INFERRED


def _expression(row: Wording) -> re.Pattern[str]:
    """The wording with anything in place of its values."""
    return re.compile(_PLACEHOLDER.sub(".*", re.escape(row.description)))


def _message(body: str) -> str:
    """The text of a body that is exactly `{"message": …}`; empty for any other body."""
    try:
        content = json.loads(body) if len(body) < 200 else None
    except ValueError:
        return ""
    if isinstance(content, dict) and list(content) == ["message"] and isinstance(content["message"], str):
        return str(content["message"])
    return ""
