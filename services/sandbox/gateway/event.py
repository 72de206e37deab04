"""The event a function gets: payload format 2.0 or 1.0 of an AWS_PROXY integration.

Shapes from the API Gateway developer guide, “Working with AWS Lambda proxy integrations for HTTP APIs”.
"""

import base64
from typing import Any

import msgspec

from services.gateway.authorizer import Accepted
from services.sandbox.aws.snapshot import Api, Stage
from services.sandbox.gateway.request import Request, common_log_time
from services.sandbox.gateway.routing import Match
from services.sandbox.gateway.stringify import claim_strings

_TEXT_TYPES = ("application/json", "application/xml", "application/javascript")


class Call(msgspec.Struct, frozen=True):
    """Everything an event is made of."""

    request: Request
    api: Api
    stage: Stage
    match: Match
    accepted: Accepted | None
    body: bytes


def encode_event(call: Call, payload_format_version: str) -> bytes:
    """The event as JSON in the integration's payload format."""
    return msgspec.json.encode(event_1_0(call) if payload_format_version == "1.0" else event_2_0(call))


def event_2_0(call: Call) -> dict[str, Any]:
    """Payload format 2.0: lower-case header names, repeated values joined by commas, cookies apart."""
    request = call.request
    headers = _with_forwarding(request)
    cookies = headers.pop("cookie", "")
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": call.match.route.route_key,
        "rawPath": request.path,
        "rawQueryString": request.query,
    }
    if cookies:
        event["cookies"] = [cookie.strip() for cookie in cookies.split(";")]
    event["headers"] = headers
    if request.query:
        event["queryStringParameters"] = _joined(request.query_parameters)
    event["requestContext"] = _context_2_0(call)
    _add_parameters(event, call)
    text, is_base64 = _body(request, call.body)
    if text is not None:
        event["body"] = text
    event["isBase64Encoded"] = is_base64
    return event


def _context_2_0(call: Call) -> dict[str, Any]:
    request, accepted = call.request, call.accepted
    context: dict[str, Any] = {"accountId": call.api.account_id, "apiId": call.api.api_id}
    if accepted is not None:
        jwt = {"claims": claim_strings(accepted.claims), "scopes": accepted.scopes}
        context["authorizer"] = {"jwt": jwt}
    context["domainName"] = domain_name(call.api)
    context["domainPrefix"] = call.api.api_id
    context["http"] = {
        "method": request.method,
        "path": request.path,
        "protocol": f"HTTP/{request.http_version}",
        "sourceIp": request.source_ip,
        "userAgent": request.header("user-agent"),
    }
    context["requestId"] = request.request_id
    context["routeKey"] = call.match.route.route_key
    context["stage"] = call.stage.name
    context["time"] = common_log_time(request.received)
    context["timeEpoch"] = int(request.received * 1000)
    return context


def event_1_0(call: Call) -> dict[str, Any]:
    """Payload format 1.0: the REST API's shape, with multi-value fields and null for what is empty."""
    request, route_key = call.request, call.match.route.route_key
    headers = _with_forwarding(request)
    query = request.query_parameters
    multiple: dict[str, list[str]] = {}
    for name, value in query:
        multiple.setdefault(name, []).append(value)
    event: dict[str, Any] = {
        "version": "1.0",
        "resource": route_key.partition(" ")[2] or route_key,
        "path": request.path,
        "httpMethod": request.method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": multiple or None,
        "requestContext": _context_1_0(call),
        "pathParameters": None,
        "stageVariables": None,
    }
    _add_parameters(event, call)
    event["body"], event["isBase64Encoded"] = _body(request, call.body)
    return event


_IDENTITY_1_0 = dict.fromkeys(
    [
        "accountId",
        "caller",
        "accessKey",
        "cognitoAuthenticationProvider",
        "cognitoAuthenticationType",
        "cognitoIdentityId",
        "cognitoIdentityPoolId",
        "principalOrgId",
        "user",
        "userArn",
    ]
)


def _context_1_0(call: Call) -> dict[str, Any]:
    request, accepted, route_key = call.request, call.accepted, call.match.route.route_key
    context: dict[str, Any] = {"accountId": call.api.account_id, "apiId": call.api.api_id}
    if accepted is not None:
        context["authorizer"] = {"claims": claim_strings(accepted.claims), "scopes": accepted.scopes}
    identity = {**_IDENTITY_1_0, "sourceIp": request.source_ip, "userAgent": request.header("user-agent")}
    return context | {
        "domainName": domain_name(call.api),
        "domainPrefix": call.api.api_id,
        "extendedRequestId": request.request_id,
        "httpMethod": request.method,
        "identity": identity,
        "path": request.path,
        "protocol": f"HTTP/{request.http_version}",
        "requestId": request.request_id,
        "requestTime": common_log_time(request.received),
        "requestTimeEpoch": int(request.received * 1000),
        "resourceId": route_key,
        "resourcePath": route_key.partition(" ")[2] or route_key,
        "stage": call.stage.name,
    }


def domain_name(api: Api) -> str:
    """The API's host name on AWS; the sandbox itself is reached by address."""
    return f"{api.api_id}.execute-api.{api.region}.amazonaws.com"


def _with_forwarding(request: Request) -> dict[str, str]:
    """The headers with those API Gateway adds about where the request came from."""
    forwarded = request.header("x-forwarded-for")
    return request.headers | {
        "x-forwarded-for": f"{forwarded}, {request.source_ip}" if forwarded else request.source_ip,
        "x-forwarded-port": str(request.server_port),
        "x-forwarded-proto": "http",
    }


def _joined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _add_parameters(event: dict[str, Any], call: Call) -> None:
    if call.match.path_parameters:
        event["pathParameters"] = call.match.path_parameters
    if call.stage.variables:
        event["stageVariables"] = dict(call.stage.variables)


def _body(request: Request, body: bytes) -> tuple[str | None, bool]:
    """The body as text for the content types that are text, otherwise in base64; None for an empty one."""
    if not body:
        return None, False
    content_type = request.header("content-type").lower()
    if content_type.startswith(("text/", *_TEXT_TYPES)) and not request.header("content-encoding"):
        try:
            return body.decode("utf-8"), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(body).decode("ascii"), True
