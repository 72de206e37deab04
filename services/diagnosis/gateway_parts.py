"""AWS's answers about an HTTP API as facts."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.diagnosis.facts import (
    ApiFacts,
    AuthorizerFacts,
    DomainFacts,
    IntegrationFacts,
    Missing,
    RouteFacts,
    StageFacts,
)
from services.gateway.routing import RouteKeys
from services.gateway.rules import JwtAuthorizer

Item = Mapping[str, Any]


def api_facts(item: Item, region: str, account_id: str) -> ApiFacts:
    """GetApi's answer."""
    cors = item.get("CorsConfiguration")
    return ApiFacts(
        api_id=str(item["ApiId"]),
        name=str(item.get("Name", "")),
        region=region,
        account_id=account_id,
        endpoint=str(item.get("ApiEndpoint", "")).rstrip("/"),
        endpoint_disabled=bool(item.get("DisableExecuteApiEndpoint")),
        cors_origins=tuple(cors.get("AllowOrigins", ())) if cors else None,
        cors_headers=tuple(cors.get("AllowHeaders", ())) if cors else (),
    )


def choose_mapping(name: str, path: str, mappings: Iterable[Item]) -> tuple[DomainFacts, str]:
    """The API mapping that takes a path, and the path below it. The longest key that fits wins (multi-level mappings).

    A mapping's key matches whole segments, with regard to case; the empty one takes what no other does.
    """
    by_key = {str(item.get("ApiMappingKey") or ""): item for item in mappings}
    keys = tuple(by_key)
    segments = path[1:].split("/")
    for count in range(len(segments), -1, -1):
        key = "/".join(segments[:count])
        if key in by_key:
            item, rest = by_key[key], "/" + "/".join(segments[count:])
            return DomainFacts(name, str(item["ApiId"]), str(item["Stage"]), key, keys), rest
    return DomainFacts(name, mappings=keys), path


def stage_facts(name: str, items: Iterable[Item]) -> StageFacts | Missing:
    """The stage of that name among GetStages' items."""
    stages = list(items)
    item = next((each for each in stages if each.get("StageName") == name), None)
    if item is None:
        listed = ", ".join(f'"{each.get("StageName")}"' for each in stages) or "none"
        return Missing(f'the API has no stage "{name}", its stages: {listed}', gone=True)
    message = str(item.get("LastDeploymentStatusMessage") or "")
    log = item.get("AccessLogSettings") or {}
    return StageFacts(
        name,
        deployed=is_deployed(item),
        auto_deploy=bool(item.get("AutoDeploy")),
        problem="" if message.startswith("Successfully") else message,
        access_log_group=str(log.get("DestinationArn", "")).partition(":log-group:")[2],
        access_log_format=str(log.get("Format", "")),
    )


def is_deployed(stage: Item) -> bool:
    """Whether a stage answers. One that deploys by itself gets its first deployment with its first route."""
    return bool(stage.get("DeploymentId") or stage.get("AutoDeploy"))


def route_facts(method: str, path: str, items: Iterable[Item]) -> RouteFacts:
    """The route that takes a request, among GetRoutes' items."""
    by_key = {str(item["RouteKey"]): item for item in items}
    keys = RouteKeys(by_key)
    match = keys.match(method, path)
    others = tuple(by_key)
    if match is None:
        return RouteFacts("", others=others)
    item = by_key[match.route_key]
    preflight = keys.match("OPTIONS", path)
    return RouteFacts(
        route_key=match.route_key,
        authorization_type=str(item.get("AuthorizationType") or "NONE"),
        authorizer_id=str(item.get("AuthorizerId") or ""),
        scopes=tuple(item.get("AuthorizationScopes") or ()),
        target=str(item.get("Target") or ""),
        others=others,
        catches_preflight=preflight is not None and preflight.route_key == match.route_key,
        route_id=str(item.get("RouteId") or ""),
    )


def authorizer_facts(authorizer_id: str, items: Iterable[Item]) -> AuthorizerFacts | Missing:
    """The authorizer of that id among GetAuthorizers' items."""
    item = next((each for each in items if each.get("AuthorizerId") == authorizer_id), None)
    if item is None:
        return Missing(f'the API has no authorizer "{authorizer_id}"', gone=True)
    jwt = item.get("JwtConfiguration") or {}
    sources = item.get("IdentitySource") or ()
    source = sources if isinstance(sources, str) else next(iter(sources), "")
    return AuthorizerFacts(
        authorizer_id,
        str(item.get("Name", "")),
        str(item.get("AuthorizerType", "JWT")),
        JwtAuthorizer(str(jwt.get("Issuer", "")), tuple(jwt.get("Audience", ())), source),
    )


def integration_facts(
    target: str, items: Iterable[Item], function_exists: bool | None
) -> IntegrationFacts | Missing | None:
    """The integration a route's target names among GetIntegrations' items; None for a route without one."""
    integration_id = target.removeprefix("integrations/")
    if not integration_id:
        return None
    item = next((each for each in items if each.get("IntegrationId") == integration_id), None)
    if item is None:
        return Missing(f'the API has no integration "{integration_id}"', gone=True)
    timeout = item.get("TimeoutInMillis")
    return IntegrationFacts(
        kind=str(item.get("IntegrationType", "")),
        uri=str(item.get("IntegrationUri", "")),
        payload_format_version=str(item.get("PayloadFormatVersion", "")),
        timeout_ms=int(timeout) if timeout is not None else None,
        function_exists=function_exists,
    )
