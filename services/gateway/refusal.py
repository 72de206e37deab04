"""Read an answer backwards: who gave it, did the authorizer run, and which causes does it allow.

How the speaker is told apart, first match wins:
* `ngrok-error-code`: the tunnel, not the gateway.
* `www-authenticate: Bearer …` with a 401 or 403 and the gateway's own body: the JWT authorizer.
* one of the gateway's own bodies (`{"message":"Not Found"}` and the like): the gateway, apart from its authorizer.
* `x-amzn-errortype`: API Gateway asking for a signed request, as for IAM authorization or a REST API.
* `apigw-requestid`, which the gateway puts on everything it passes on: the function (or another integration).
* a redirect, an error of a proxy or a web page without it: something in between, such as a login page.

A line of the access log, where one is given, settles what the answer alone leaves open.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from services.gateway.challenge import Challenge, causes_of, parse_authorizer_error, parse_challenge
from services.gateway.log_line import LogLine, read_log_line
from services.gateway.wordings import Cause

__all__ = ["Challenge", "Reading", "Speaker", "causes_of", "is_gateway_body", "parse_challenge", "read_answer"]


class Speaker(StrEnum):
    """Who answered."""

    AUTHORIZER = "the gateway's authorizer"
    GATEWAY = "the gateway"
    FUNCTION = "the function"
    TUNNEL = "the tunnel"
    BETWEEN = "something in between"


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer tells: who speaks, in one sentence, and what may have led to it, likeliest first.

    `causes` are the authorizer's, `possible` are clauses about everything else. `passed` is whether the authorizer let
    the request through; None when it was never asked.
    """

    speaker: Speaker
    sentence: str
    passed: bool | None = None
    causes: tuple[Cause, ...] = ()
    challenge: Challenge | None = None
    possible: tuple[str, ...] = ()


_NO_PERMISSION = "the function's policy does not let this API invoke it"
_FAILED = "the function threw an error, or ended before it answered"
_MISSHAPEN = "the function's answer has not the shape the payload format asks for"
_SLOW = "the function did not answer within the integration's time-out"
_OWN_BODIES: dict[tuple[int, str], tuple[str, tuple[str, ...]]] = {
    (401, "Unauthorized"): (
        "refused by the gateway without a JWT authorizer's words: another kind of authorization",
        ("a Lambda authorizer that found no identity source", "a proxy that takes www-authenticate away"),
    ),
    (403, "Forbidden"): (
        "refused by the gateway before any authorizer: API mapping, disabled endpoint, WAF or IAM",
        (
            "the custom domain has no API mapping for this path",
            "the route asks for IAM authorization, or a Lambda authorizer denied",
            "a web application firewall or mutual TLS refused the caller",
        ),
    ),
    (404, "Not Found"): (
        "no route of a deployed stage matches: the authorizer and the function never ran",
        (
            "no route has this method and path",
            "the path lacks the stage's name, or the stage has no deployment",
            "the API is gone, new, or its own address is disabled",
        ),
    ),
    (413, "Request Entity Too Large"): ("the body is larger than the gateway takes: the function never ran", ()),
    (429, "Too Many Requests"): (
        "throttled by the gateway: the function never ran",
        ("the stage's or the route's throttling", "the account's limit in this region"),
    ),
    (431, "Request Header Fields Too Large"): (
        "the headers are larger than the gateway takes: the function never ran",
        ("request line and headers have more than 10240 bytes, for example by a long token",),
    ),
    (500, "Internal Server Error"): (
        "let through by the authorizer; then the permission to invoke is missing, "
        "the function failed or its answer has the wrong shape",
        (_NO_PERMISSION, _FAILED, _MISSHAPEN),
    ),
    (503, "Service Unavailable"): ("let through by the authorizer; then the function did not answer in time", (_SLOW,)),
}
_INTEGRATION_ERRORS = (
    ("permission", _NO_PERMISSION),
    ("doesn't match the format", _MISSHAPEN),
    ("time", _SLOW),
    ("returned an error", _FAILED),
)


def read_answer(status: int, headers: Iterable[tuple[str, str]], body: str, log_line: str = "") -> Reading:
    """Who gave this answer, and what it means; `log_line` is the access log's line about it, in any format."""
    reading = _read(status, {name.lower(): value for name, value in headers}, body)
    return _settled(reading, status, read_log_line(log_line)) if log_line else reading


def is_gateway_body(status: int, body: str) -> bool:
    """Whether API Gateway itself words an answer of that status like this."""
    return (status, _message(body)) in _OWN_BODIES


def _read(status: int, named: Mapping[str, str], body: str) -> Reading:
    if code := named.get("ngrok-error-code"):
        return Reading(Speaker.TUNNEL, f"answered by the tunnel ({code}): the request never reached the gateway")
    message = _message(body)
    challenge = parse_challenge(named.get("www-authenticate", ""))
    if challenge and (status, message) in ((401, "Unauthorized"), (403, "Forbidden")):
        return _refused(challenge)
    if (status, message) in _OWN_BODIES:
        sentence, possible = _OWN_BODIES[status, message]
        return Reading(Speaker.GATEWAY, sentence, True if status in (500, 503) else None, possible=possible)
    if kind := named.get("x-amzn-errortype"):
        sentence = f"refused by API Gateway's own authorization ({kind}), not by a JWT authorizer"
        possible = ("the route asks for IAM authorization", "the address is that of a REST API, or not complete")
        return Reading(Speaker.GATEWAY, sentence, possible=possible)
    if "apigw-requestid" in named:
        return _integrated(status)
    return _between(status, named)


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


def _between(status: int, named: Mapping[str, str]) -> Reading:
    if 300 <= status < 400:
        place = named.get("location", "")
        return Reading(Speaker.BETWEEN, f"redirected to “{place}”, perhaps a login page: not the gateway's answer")
    if status in (502, 503, 504):
        sentence = f"a {status} from a proxy, load balancer or tunnel that could not reach what is behind it"
        return Reading(Speaker.BETWEEN, f"{sentence}: not the gateway's answer")
    if status == 403 and "cloudfront" in (named.get("server", "") + named.get("x-cache", "")).lower():
        return Reading(Speaker.BETWEEN, "refused by CloudFront or its web application firewall, before the gateway")
    if named.get("content-type", "").startswith("text/html"):
        return Reading(Speaker.BETWEEN, "a web page, perhaps of a login or a proxy: not the gateway's answer")
    return Reading(
        Speaker.BETWEEN, "not the gateway's answer: it has no apigw-requestid; look at proxies and the address"
    )


def _settled(reading: Reading, status: int, line: LogLine) -> Reading:
    """The reading with what the access log adds to it."""
    if line.authorizer_error and reading.speaker in (Speaker.AUTHORIZER, Speaker.GATEWAY) and status in (401, 403):
        return _refused(parse_authorizer_error(line.authorizer_error))
    if line.integration_error and reading.speaker is Speaker.GATEWAY and status >= 500:
        known = next((clause for word, clause in _INTEGRATION_ERRORS if word in line.integration_error), "")
        sentence = f"let through by the authorizer; then {known or line.integration_error}"
        return replace(reading, sentence=sentence, possible=(known,) if known else ())
    if line.integration_ran and status in (401, 403) and reading.speaker is not Speaker.FUNCTION:
        return _integrated(status)
    if line.integration_ran is False and reading.speaker is Speaker.FUNCTION and status >= 400:
        sentence = f"a {status} of the gateway or of something before it: by the access log the function never ran"
        return Reading(Speaker.GATEWAY, sentence)
    return reading


def _message(body: str) -> str:
    """The text of a body that is exactly `{"message": …}`; empty for any other body."""
    try:
        content = json.loads(body) if len(body) < 200 else None
    except ValueError:
        return ""
    if isinstance(content, dict) and list(content) == ["message"] and isinstance(content["message"], str):
        return str(content["message"])
    return ""
