"""The places on the AWS side: the authorizer's, the route's, and the function's policy."""

import json
from typing import Any

from services.aws.steps.api import STAGE
from services.faults.fault import Place, Scene


class AuthorizerMember(Place):
    """A member of the authorizer's JWT configuration: `Issuer` as it stands, `Audience` as a JSON list.

    AWS contacts the issuer at every change of the configuration, and refuses one that does not answer.
    """

    def __init__(self, member: str, name: str) -> None:
        self._member = member
        self.name = name

    def read(self, scene: Scene) -> str | None:
        """The member now."""
        found = _authorizer(scene)
        value = found.get("JwtConfiguration", {}).get(self._member, "") if found else None
        return value if value is None or isinstance(value, str) else json.dumps(value)

    def write(self, scene: Scene, value: str) -> None:
        """Change the member alone."""
        configuration = dict((_authorizer(scene) or {}).get("JwtConfiguration", {}))
        configuration[self._member] = json.loads(value) if self._member == "Audience" else value
        _change_authorizer(scene, JwtConfiguration=configuration)


class IdentitySource(Place):
    """Where the authorizer looks for the token, as a JSON list of one."""

    name = "the authorizer's identity source"

    def read(self, scene: Scene) -> str | None:
        """The identity source now."""
        found = _authorizer(scene)
        return json.dumps(found.get("IdentitySource", [])) if found else None

    def write(self, scene: Scene, value: str) -> None:
        """Change it."""
        _change_authorizer(scene, IdentitySource=json.loads(value))


class RouteScopes(Place):
    """The scopes the route asks for, as a JSON list."""

    name = "the route's scopes"

    def read(self, scene: Scene) -> str | None:
        """The scopes now."""
        found = _route(scene)
        return json.dumps(found.get("AuthorizationScopes", [])) if found else None

    def write(self, scene: Scene, value: str) -> None:
        """Change them."""
        _change_route(scene, AuthorizationScopes=json.loads(value))


class RouteAuthorization(Place):
    """Whether the route is guarded: its authorization type."""

    name = "the route's authorization"

    def read(self, scene: Scene) -> str | None:
        """`JWT` or `NONE`, as a rule."""
        found = _route(scene)
        return str(found.get("AuthorizationType", "NONE")) if found else None

    def write(self, scene: Scene, value: str) -> None:
        """Change it; a guarded route names its authorizer."""
        guard = {"AuthorizerId": scene.facts["authorizer_id"]} if value == "JWT" else {}
        _change_route(scene, AuthorizationType=value, **guard)


class InvokePermission(Place):
    """The API's statement in the function's policy, as JSON; empty where there is none."""

    name = "the function's policy"

    def read(self, scene: Scene) -> str | None:
        """The statement now."""
        function = scene.facts["permission_function"]
        policy = scene.aws.read("lambda", "get_policy", FunctionName=function)
        for statement in json.loads(policy["Policy"]).get("Statement", []) if policy else []:
            if statement.get("Sid") == _statement_id(scene):
                return json.dumps(statement)
        return "" if scene.aws.read("lambda", "get_function", FunctionName=function) else None

    def write(self, scene: Scene, value: str) -> None:
        """Remove the statement, or add it as it was."""
        function, statement_id = scene.facts["permission_function"], _statement_id(scene)
        if not value:
            scene.aws.delete("lambda", "remove_permission", FunctionName=function, StatementId=statement_id)
            return
        statement = json.loads(value)
        source = statement.get("Condition", {}).get("ArnLike", {}).get("AWS:SourceArn", "")
        with scene.aws.calling("lambda") as client:
            client.add_permission(
                FunctionName=function,
                StatementId=statement_id,
                Action=statement["Action"],
                Principal=statement["Principal"]["Service"],
                **({"SourceArn": source} if source else {}),
            )


def forget_issuer_keys(scene: Scene) -> None:
    """Have the gateway fetch the issuer's keys anew, which it may otherwise keep for two hours.

    (ResetAuthorizersCache, API Gateway V2 API reference; that it empties the cache of keys too is not documented.)
    """
    scene.aws.delete("apigatewayv2", "reset_authorizers_cache", ApiId=scene.facts["api_id"], StageName=STAGE)


def _statement_id(scene: Scene) -> str:
    return f"gatelight-{scene.aws.profile}"


def _authorizer(scene: Scene) -> dict[str, Any] | None:
    return scene.aws.read("apigatewayv2", "get_authorizer", **_authorizer_ids(scene))


def _change_authorizer(scene: Scene, **changes: Any) -> None:
    with scene.aws.calling("apigatewayv2") as client:
        client.update_authorizer(**_authorizer_ids(scene), **changes)


def _authorizer_ids(scene: Scene) -> dict[str, str]:
    return {"ApiId": scene.facts["api_id"], "AuthorizerId": scene.facts["authorizer_id"]}


def _route(scene: Scene) -> dict[str, Any] | None:
    return scene.aws.read("apigatewayv2", "get_route", **_route_ids(scene))


def _change_route(scene: Scene, **changes: Any) -> None:
    with scene.aws.calling("apigatewayv2") as client:
        client.update_route(**_route_ids(scene), **changes)


def _route_ids(scene: Scene) -> dict[str, str]:
    return {"ApiId": scene.facts["route_api_id"], "RouteId": scene.facts["route_id"]}
