"""What AWS refuses and MiniStack lets through: the table of rules the guard checks before it passes a request on."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from services.sandbox.aws import rules_apigateway, rules_iam, rules_lambda
from services.sandbox.aws.control_plane import MiniStackControlPlane
from services.sandbox.aws.request import AwsRequest, Refusal
from services.sandbox.aws.rule import Call, Probe

Rule = Callable[[Call], Awaitable[None]]

__all__ = ["Probe", "check"]


@dataclass(frozen=True, slots=True)
class _Entry:
    service: str
    method: str
    path: re.Pattern[str]
    rule: Rule


def _on(service: str, method: str, path: str, rule: Rule) -> _Entry:
    return _Entry(service, method, re.compile(path.replace("{", "(?P<").replace("}", ">[^/]+)") + "/?"), rule)


_REST = (
    _on("apigateway", "POST", "/v2/apis", rules_apigateway.create_api),
    _on("apigateway", "POST", "/v2/apis/{api}/authorizers", rules_apigateway.create_authorizer),
    _on("apigateway", "PATCH", "/v2/apis/{api}/authorizers/{id}", rules_apigateway.update_authorizer),
    _on("apigateway", "DELETE", "/v2/apis/{api}/authorizers/{id}", rules_apigateway.delete_authorizer),
    _on("apigateway", "POST", "/v2/apis/{api}/integrations", rules_apigateway.create_integration),
    _on("apigateway", "DELETE", "/v2/apis/{api}/integrations/{id}", rules_apigateway.delete_integration),
    _on("apigateway", "POST", "/v2/apis/{api}/routes", rules_apigateway.create_route),
    _on("apigateway", "PATCH", "/v2/apis/{api}/routes/{id}", rules_apigateway.update_route),
    _on("apigateway", "POST", "/v2/apis/{api}/stages", rules_apigateway.create_stage),
    _on("apigateway", "PATCH", "/v2/apis/{api}/stages/{name}", rules_apigateway.update_stage),
    _on("lambda", "POST", "/2015-03-31/functions", rules_lambda.create_function),
    _on("lambda", "PUT", "/2015-03-31/functions/{name}/configuration", rules_lambda.update_configuration),
    _on("lambda", "PUT", "/2015-03-31/functions/{name}/code", rules_lambda.update_code),
    _on("lambda", "GET", "/2015-03-31/functions/{name}/policy", rules_lambda.get_policy),
)
_ACTIONS: dict[tuple[str, str], Rule] = {
    ("iam", "CreateRole"): rules_iam.trust_policy,
    ("iam", "UpdateAssumeRolePolicy"): rules_iam.trust_policy,
    ("iam", "AttachRolePolicy"): rules_iam.attach_role_policy,
}


async def check(plane: MiniStackControlPlane, probe: Probe, request: AwsRequest) -> None:
    """Raise the Refusal AWS would answer `request` with, if one of the rules knows one."""
    found = _find(request)
    if found is None:
        return
    rule, path = found
    try:
        await rule(Call(plane, probe, request, path))
    except (AttributeError, KeyError, TypeError):  # a value of another type than the API's model has
        raise Refusal(400, "SerializationException", "The request has a value of an unexpected type.") from None


def _find(request: AwsRequest) -> tuple[Rule, dict[str, str]] | None:
    if rule := _ACTIONS.get((request.service, request.action)):
        return rule, {}
    for entry in _REST:
        if (entry.service, entry.method) != (request.service, request.method):
            continue
        if match := entry.path.fullmatch(request.path):
            return entry.rule, match.groupdict()
    return None
