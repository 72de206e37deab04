"""ExportApi: an API as an OpenAPI 3.0 document (API Gateway V2 API reference; developer guide, “Export HTTP APIs”)."""

import json
import re
from typing import Any
from urllib.parse import parse_qs

from services.sandbox.aws.control_plane import MiniStackControlPlane
from services.sandbox.aws.ministack import ApiAnswer
from services.sandbox.aws.request import AwsRequest, Refusal, bad_request
from services.sandbox.aws.snapshot import Api, Authorizer, Integration, Route

_PATH = re.compile(r"/v2/apis/([^/]+)/exports/([^/]+)/?")
_VARIABLE = re.compile(r"\{([^{}+]+)\+?\}")
_ANY = "x-amazon-apigateway-any-method"
Object = dict[str, Any]


async def api_export(plane: MiniStackControlPlane, request: AwsRequest) -> ApiAnswer | None:
    """The answer to an ExportApi request; None when the request is another one. Raises Refusal."""
    match = _PATH.fullmatch(request.path)
    if match is None or (request.service, request.method) != ("apigateway", "GET"):
        return None
    query = {name: values[-1] for name, values in parse_qs(request.query.decode("latin-1")).items()}
    if match[2] != "OAS30":
        raise bad_request("Invalid specification specified. Must be OAS30")
    if query.get("outputType") not in ("JSON", "YAML"):
        raise bad_request("Invalid output type specified. Must be one of [JSON, YAML]")
    api = await plane.api(match[1])
    if api is None:
        message = f"Invalid API identifier specified {plane.endpoint.account_id}:{match[1]}"
        raise Refusal(404, "NotFoundException", message)
    stage = query.get("stageName", "")
    if stage and all(known.name != stage for known in api.stages):
        raise Refusal(404, "NotFoundException", "Invalid stage identifier specified")
    document = openapi(api, f"{plane.gateway_url}/{api.api_id}", extended=query.get("includeExtensions") != "false")
    # JSON is YAML too, and for both the same document.
    return ApiAnswer(200, ((b"content-type", b"application/json"),), json.dumps(document, indent=2).encode())


def openapi(api: Api, url: str, *, extended: bool) -> Object:
    """The document, with API Gateway's extensions if `extended`."""
    authorizers = {item.authorizer_id: item for item in api.authorizers}
    integrations = {item.integration_id: item for item in api.integrations}
    paths: dict[str, Object] = {}
    for route in api.routes:
        method, _, path = route.route_key.rpartition(" ")
        operation = _operation(route, authorizers.get(route.authorizer_id))
        if extended and (integration := integrations.get(route.integration_id)):
            operation["x-amazon-apigateway-integration"] = _integration(integration, api.region)
        if not method:
            operation["isDefaultRoute"] = True
        name = _ANY if method in ("", "ANY") else method.lower()
        paths.setdefault(path if method else f"/{path}", {})[name] = operation
    document: Object = {
        "openapi": "3.0.1",
        "info": {"title": api.name, "version": "1.0"},
        "servers": [{"url": url}],
        "paths": paths,
    }
    if api.authorizers:
        schemes = {item.name: _scheme(item, extended=extended) for item in api.authorizers}
        document["components"] = {"securitySchemes": schemes}
    if extended:
        document["x-amazon-apigateway-importexport-version"] = "1.0"
    return document


def _operation(route: Route, authorizer: Authorizer | None) -> Object:
    described = {"default": {"description": f"Default response for {route.route_key}"}}
    operation: Object = {"responses": described}
    if names := _VARIABLE.findall(route.route_key):
        operation["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
        ]
    if authorizer:
        operation["security"] = [{authorizer.name: list(route.scopes)}]
    return operation


def _integration(integration: Integration, region: str) -> Object:
    functions = f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions"
    arn = integration.function_arn
    return {
        "payloadFormatVersion": integration.payload_format_version,
        "type": integration.kind.lower(),
        "httpMethod": "POST" if arn else "ANY",
        "uri": f"{functions}/{arn}/invocations" if arn else integration.uri,
        "connectionType": "INTERNET",
        "timeoutInMillis": integration.timeout_milliseconds,
    }


def _scheme(authorizer: Authorizer, *, extended: bool) -> Object:
    if not extended:
        return {"type": "oauth2", "flows": {}}
    jwt = {"audience": list(authorizer.audience), "issuer": authorizer.issuer}
    extension = {"identitySource": ",".join(authorizer.identity_sources), "jwtConfiguration": jwt, "type": "jwt"}
    return {"type": "oauth2", "flows": {}, "x-amazon-apigateway-authorizer": extension}
