"""Access logs as configured on a stage: `$context` variables put into the format.

Variables from the developer guide, “Customizing HTTP API access logs”; an empty one prints as `-`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from services.sandbox.aws.snapshot import AccessLog, ControlPlane
from services.sandbox.gateway.answer import Answer
from services.sandbox.gateway.event import Call, domain_name
from services.sandbox.gateway.request import common_log_time
from services.sandbox.gateway.stringify import claim_string

_VARIABLE = re.compile(r"\$context\.([A-Za-z][A-Za-z0-9_.-]*[A-Za-z0-9_]|[A-Za-z])")
_CLAIM = "authorizer.claims."


@dataclass(frozen=True, slots=True)
class Entry:
    """One finished request. `call` has what was known of it; a route key only where a route matched."""

    call: Call
    answer: Answer
    seconds: float


_RESPONSE_TYPES = {401: "UNAUTHORIZED", 403: "ACCESS_DENIED", 429: "THROTTLED", 500: "API_CONFIGURATION_ERROR"}


def _milliseconds(seconds: float | None) -> str:
    return "" if seconds is None else str(round(seconds * 1000))


_VARIABLES: dict[str, Callable[[Entry], str]] = {
    "accountId": lambda entry: entry.call.api.account_id,
    "apiId": lambda entry: entry.call.api.api_id,
    "authorizer.error": lambda entry: entry.answer.authorizer_error,
    "domainName": lambda entry: domain_name(entry.call.api),
    "domainPrefix": lambda entry: entry.call.api.api_id,
    "error.message": lambda entry: entry.answer.error_message,
    "error.messageString": lambda entry: f'"{entry.answer.error_message}"' if entry.answer.error_message else "",
    "error.responseType": lambda entry: (
        _RESPONSE_TYPES.get(entry.answer.status, "") if entry.answer.error_message else ""
    ),
    "extendedRequestId": lambda entry: entry.call.request.request_id,
    "httpMethod": lambda entry: entry.call.request.method,
    "identity.sourceIp": lambda entry: entry.call.request.source_ip,
    "identity.userAgent": lambda entry: entry.call.request.header("user-agent"),
    "integration.error": lambda entry: entry.answer.integration_error,
    "integration.latency": lambda entry: _milliseconds(entry.answer.integration_seconds),
    "integration.status": lambda entry: str(entry.answer.integration_status or ""),
    "integrationErrorMessage": lambda entry: entry.answer.integration_error,
    "integrationLatency": lambda entry: _milliseconds(entry.answer.integration_seconds),
    "integrationStatus": lambda entry: str(entry.answer.integration_status or ""),
    "path": lambda entry: entry.call.request.path,
    "protocol": lambda entry: f"HTTP/{entry.call.request.http_version}",
    "requestId": lambda entry: entry.call.request.request_id,
    "requestTime": lambda entry: common_log_time(entry.call.request.received),
    "requestTimeEpoch": lambda entry: str(int(entry.call.request.received * 1000)),
    "responseLatency": lambda entry: _milliseconds(entry.seconds),
    "responseLength": lambda entry: str(len(entry.answer.body)),
    "routeKey": lambda entry: entry.call.match.route.route_key,
    "stage": lambda entry: entry.call.stage.name,
    "status": lambda entry: str(entry.answer.status),
}


def render(template: str, entry: Entry) -> str:
    """The log line for a request, on one line whatever the values hold."""
    return _VARIABLE.sub(lambda match: _value(match[1], entry), template).replace("\n", " ").replace("\r", " ")


def _value(name: str, entry: Entry) -> str:
    if name.startswith(_CLAIM):
        claims = entry.call.accepted.claims if entry.call.accepted else {}
        claim = claims.get(name.removeprefix(_CLAIM))
        return "-" if claim is None else claim_string(claim)
    read = _VARIABLES.get(name)
    return (read(entry) if read else "") or "-"


def write(control_plane: ControlPlane, access_log: AccessLog, entry: Entry) -> None:
    """Append one request's line to the log group the stage names."""
    arn = access_log.destination_arn.split(":")
    if len(arn) >= 7:
        control_plane.log(arn[6], arn[3], render(access_log.format, entry))
