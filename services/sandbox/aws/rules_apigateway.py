"""API Gateway V2's refusals. The texts for the issuer, the authorizer of a route and duplicates are AWS's own as
captured; where no capture is known the text says the same thing in AWS's manner."""

import re
from typing import Any

from services.sandbox.aws.request import Refusal, bad_request
from services.sandbox.aws.rule import Call

_METHODS = "ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT"
_ROUTE_KEY = re.compile(rf"\$default|(?:{_METHODS}) /\S*")
_IDENTITY_SOURCE = re.compile(r"\$request\.(header|querystring)\.[^\s.]+")
_STAGE_NAME = re.compile(r"\$default|[A-Za-z0-9_-]{1,128}")
_LOG_GROUP = re.compile(r"arn:aws[\w-]*:logs:[a-z0-9-]+:\d{12}:log-group:[\w./#-]+(:\*)?")
_INVALID_AUTHORIZER = (
    "Invalid authorizer ID specified. Setting the authorization type to JWT requires a valid JWT authorizer."
)


async def create_api(call: Call) -> None:
    """An HTTP or WebSocket API with a name."""
    content = call.request.content()
    if content.get("protocolType") not in {"HTTP", "WEBSOCKET"}:
        raise bad_request("Invalid protocol specified. Must be one of [HTTP, WEBSOCKET]")
    if not 1 <= len(str(content.get("name") or "")) <= 128:
        raise bad_request("Name must be between 1 and 128 characters long")


async def create_authorizer(call: Call) -> None:
    """A JWT authorizer needs one identity source and an issuer that answers, from AWS's side of the world."""
    content = call.request.content()
    if await call.read(f"/v2/apis/{call.path['api']}") is None or content.get("authorizerType") == "REQUEST":
        return
    if content.get("authorizerType") != "JWT":
        raise bad_request("Invalid authorizer type specified. Must be one of [REQUEST, JWT]")
    if not content.get("name"):
        raise bad_request("Name must be between 1 and 128 characters long")
    _check_identity_source(content.get("identitySource"))
    await _check_issuer(call, content.get("jwtConfiguration") or {})


async def update_authorizer(call: Call) -> None:
    """What is changed is held to the same rules."""
    content = call.request.content()
    current = await call.read(f"/v2/apis/{call.path['api']}/authorizers/{call.path['id']}")
    if current is None or current.get("authorizerType") != "JWT":
        return
    if "identitySource" in content:
        _check_identity_source(content["identitySource"])
    if "jwtConfiguration" in content:
        await _check_issuer(call, content["jwtConfiguration"] or {})


async def delete_authorizer(call: Call) -> None:
    """Not while a route uses it."""
    identifier = call.path["id"]
    if any(route.get("authorizerId") == identifier for route in await call.items("routes")):
        raise Refusal(409, "ConflictException", f"Cannot delete Authorizer {identifier}, it is referenced by Routes")


async def create_integration(call: Call) -> None:
    """A Lambda integration states its payload format; the timeout lies between 50 ms and 30 s."""
    content = call.request.content()
    if content.get("integrationType") == "AWS_PROXY" and not content.get("payloadFormatVersion"):
        raise bad_request("PayloadFormatVersion is a required parameter for the integration type AWS_PROXY")
    timeout = content.get("timeoutInMillis")
    if timeout is not None and not 50 <= timeout <= 30_000:
        raise bad_request("Timeout should be between 50 ms and 30000 ms")


async def delete_integration(call: Call) -> None:
    """Not while a route leads to it."""
    target = f"integrations/{call.path['id']}"
    if any(route.get("target") == target for route in await call.items("routes")):
        raise Refusal(
            409, "ConflictException", f"Cannot delete integration {call.path['id']}, it is referenced by a Route"
        )


async def create_route(call: Call) -> None:
    """A well-formed key that is free, an authorizer and a target that exist."""
    if await call.read(f"/v2/apis/{call.path['api']}") is not None:
        await _check_route(call, call.request.content(), {})


async def update_route(call: Call) -> None:
    """The route as it would be after the change is held to the same rules."""
    current = await call.read(f"/v2/apis/{call.path['api']}/routes/{call.path['id']}")
    if current is not None:
        await _check_route(call, call.request.content(), current)


async def create_stage(call: Call) -> None:
    """One stage of a name that a path can carry, with access logs that can be written."""
    content = call.request.content()
    name = content.get("stageName")
    if await call.read(f"/v2/apis/{call.path['api']}") is None:
        return
    if not _STAGE_NAME.fullmatch(str(name or "")):
        raise bad_request("Stage name only allows alphanumeric characters, hyphens and underscores, or $default")
    _check_access_log(content.get("accessLogSettings") or {})
    if any(stage["stageName"] == name for stage in await call.items("stages")):
        raise Refusal(409, "ConflictException", "Stage already exists")


async def update_stage(call: Call) -> None:
    """What is changed is held to the same rules."""
    _check_access_log(call.request.content().get("accessLogSettings") or {})


def _check_access_log(settings: dict[str, Any]) -> None:
    """A log group to write to, and a format with the request's id (API Gateway V2 API reference, AccessLogSettings)."""
    if not settings.get("destinationArn") and not settings.get("format"):
        return
    if not _LOG_GROUP.fullmatch(str(settings.get("destinationArn") or "")):
        raise bad_request("Invalid access log destination ARN specified. It must be that of a CloudWatch log group")
    if "$context.requestId" not in str(settings.get("format") or ""):
        raise bad_request("Access log format must include at least $context.requestId")


def _check_identity_source(sources: Any) -> None:
    listed = [sources] if isinstance(sources, str) else sources or []
    if len(listed) != 1 or not _IDENTITY_SOURCE.fullmatch(str(listed[0])):
        raise bad_request(
            "Invalid identity source specified. A JWT authorizer takes one, "
            "such as $request.header.Authorization or $request.querystring.token"
        )


async def _check_issuer(call: Call, configuration: dict[str, Any]) -> None:
    issuer = configuration.get("issuer") or ""
    if not issuer:
        raise bad_request("Issuer is required for a JWT authorizer")
    try:
        await call.probe(issuer)
    except Exception:  # noqa: BLE001 - the issuer is the outside world; AWS names no reason either
        discovery = "/.well-known/openid-configuration"
        raise bad_request(
            f"Caught exception when connecting to {issuer}{discovery} for issuer {issuer}. Please try again later. "
            f"Error: Invalid issuer: {issuer}. Issuer must have a valid discovery endpoint ended with '{discovery}'"
        ) from None


async def _check_route(call: Call, content: dict[str, Any], current: dict[str, Any]) -> None:
    route = {**current, **content}
    key = str(route.get("routeKey") or "")
    if not _ROUTE_KEY.fullmatch(key):
        raise bad_request(
            "The provided route key is not formatted properly for HTTP protocol. "
            'Format should be "<HTTP METHOD> /<RESOURCE PATH>" or "$default"'
        )
    taken = (other for other in await call.items("routes") if other["routeId"] != current.get("routeId"))
    if any(other["routeKey"] == key for other in taken):
        raise Refusal(409, "ConflictException", f"Route with key {key} already exists for this API")
    if route.get("authorizationType") == "JWT":
        authorizers = await call.items("authorizers")
        known = {each["authorizerId"] for each in authorizers if each.get("authorizerType") == "JWT"}
        if route.get("authorizerId") not in known:
            raise bad_request(_INVALID_AUTHORIZER)
    scopes = route.get("authorizationScopes") or []
    if len(scopes) > 10 or not all(1 <= len(scope) <= 64 for scope in scopes):
        raise bad_request("A route takes up to 10 authorization scopes of 1 to 64 characters")
    if target := route.get("target"):
        known_targets = {f"integrations/{each['integrationId']}" for each in await call.items("integrations")}
        if target not in known_targets:
            identifier = str(target).removeprefix("integrations/")
            raise Refusal(404, "NotFoundException", f"Invalid Integration identifier specified {identifier}")
