"""Turns what the API Gateway V2 API answers into a snapshot."""

import asyncio
from typing import Any

from services.aws.arns import function_arn
from services.sandbox.aws.ministack import MiniStack
from services.sandbox.aws.snapshot import AccessLog, Api, Authorizer, Cors, Integration, Route, Stage, Throttle

Item = dict[str, Any]


async def read_api(ministack: MiniStack, api_id: str, region: str, account_id: str) -> Api | None:
    """The API and everything below it; None when `region` has no such API."""
    answer = await ministack.call("apigateway", region, "GET", f"/v2/apis/{api_id}")
    if not answer.ok:
        return None
    kinds = ("routes", "integrations", "authorizers", "stages", "deployments")
    answers = await asyncio.gather(
        *(ministack.call("apigateway", region, "GET", f"/v2/apis/{api_id}/{kind}") for kind in kinds)
    )
    routes, integrations, authorizers, stages, deployments = (each.json().get("items", []) for each in answers)
    api = answer.json()
    return Api(
        api_id=api_id,
        name=api.get("name", ""),
        region=region,
        account_id=account_id,
        routes=tuple(map(_route, routes)),
        integrations=tuple(map(_integration, integrations)),
        authorizers=tuple(map(_authorizer, authorizers)),
        stages=tuple(_stage(stage, deployments) for stage in stages),
        cors=_cors(api["corsConfiguration"]) if api.get("corsConfiguration") else None,
        endpoint_disabled=bool(api.get("disableExecuteApiEndpoint")),
    )


def _route(item: Item) -> Route:
    return Route(
        route_id=item["routeId"],
        route_key=item["routeKey"],
        integration_id=(item.get("target") or "").removeprefix("integrations/"),
        authorization_type=item.get("authorizationType") or "NONE",
        authorizer_id=item.get("authorizerId") or "",
        scopes=tuple(item.get("authorizationScopes") or ()),
    )


def _integration(item: Item) -> Integration:
    uri = item.get("integrationUri") or ""
    kind = item.get("integrationType") or ""
    return Integration(
        integration_id=item["integrationId"],
        kind=kind,
        uri=uri,
        payload_format_version=item.get("payloadFormatVersion") or "1.0",
        timeout_milliseconds=int(item.get("timeoutInMillis") or 30_000),
        function_arn=function_arn(uri) if kind == "AWS_PROXY" else "",
    )


def _authorizer(item: Item) -> Authorizer:
    jwt = item.get("jwtConfiguration") or {}
    sources = item.get("identitySource") or ()
    return Authorizer(
        authorizer_id=item["authorizerId"],
        name=item.get("name") or "",
        issuer=jwt.get("issuer") or jwt.get("Issuer") or "",
        audience=tuple(jwt.get("audience") or jwt.get("Audience") or ()),
        identity_sources=(sources,) if isinstance(sources, str) else tuple(sources),
        kind=item.get("authorizerType") or "JWT",
    )


def _stage(item: Item, deployments: list[Item]) -> Stage:
    log = item.get("accessLogSettings") or {}
    auto_deploy = bool(item.get("autoDeploy"))
    return Stage(
        name=item["stageName"],
        auto_deploy=auto_deploy,
        deployed=auto_deploy or any(each["deploymentId"] == item.get("deploymentId") for each in deployments),
        access_log=AccessLog(log["destinationArn"], log.get("format", "")) if log.get("destinationArn") else None,
        default_throttle=_throttle(item.get("defaultRouteSettings") or {}),
        throttles=tuple((key, _throttle(value)) for key, value in (item.get("routeSettings") or {}).items()),
        variables=tuple((item.get("stageVariables") or {}).items()),
    )


def _throttle(settings: Item) -> Throttle:
    return Throttle(settings.get("throttlingRateLimit"), settings.get("throttlingBurstLimit"))


def _cors(item: Item) -> Cors:
    return Cors(
        allow_origins=tuple(item.get("allowOrigins") or ()),
        allow_methods=tuple(item.get("allowMethods") or ()),
        allow_headers=tuple(item.get("allowHeaders") or ()),
        expose_headers=tuple(item.get("exposeHeaders") or ()),
        allow_credentials=bool(item.get("allowCredentials")),
        max_age=item.get("maxAge"),
    )
