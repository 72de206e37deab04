"""Which IAM actions an AWS operation needs, and on which resources.

Sources. Lambda, IAM and CloudWatch Logs: the actions are named like the operations, on the ARN of what they concern
(AWS Service Authorization Reference, "Actions, resources, and condition keys" of each). API Gateway: the action is the
HTTP method of the call and the resource its path without `/v2` (the reference's "Amazon API Gateway Management V2";
developer guide, "How Amazon API Gateway works with IAM"). STS: "no permissions are required" for GetCallerIdentity
(its API reference).

An action's resource is a template. Its places in braces are `partition`, `region`, `account`, `role`, `function`, `api`
(the API's id), and the id of what hangs on an API: `authorizer`, `integration`, `route`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

BASIC_EXECUTION = "arn:{partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"

_FUNCTION = "arn:{partition}:lambda:{region}:{account}:function:{function}"
_ROLE = "arn:{partition}:iam::{account}:role/{role}"
_LOGS = "arn:{partition}:logs:{region}:{account}:log-group:"
_LOG_GROUP = _LOGS + "/aws/lambda/{function}"
_GATEWAY = "arn:{partition}:apigateway:{region}::"
_PASSED = (("iam:PassedToService", "lambda.amazonaws.com"),)
_ATTACHED = (("iam:PolicyARN", BASIC_EXECUTION),)


@dataclass(frozen=True, slots=True)
class IamAction:
    """An IAM action on a resource.

    `only_with` is the parameter without which an operation does not ask for it. `conditions` are condition keys and the
    values that the calls made here have, so that a policy can insist on them. `why` says what is not evident.
    """

    action: str
    resource: str
    only_with: str = ""
    conditions: tuple[tuple[str, str], ...] = ()
    why: str = ""

    def on(self, values: Mapping[str, str]) -> str:
        """The resource's ARN with what is known; any other place becomes a wildcard."""
        return self.resource.format_map(_OrAny(values))


class _OrAny(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "*"


def iam_actions(service: str, operation: str, parameters: Collection[str] = ()) -> tuple[IamAction, ...]:
    """The IAM actions that an operation (`CreateApi`) of a boto3 service needs when it is sent with these parameters.

    Raises KeyError for an operation that is not in the table: Gatelight calls no other.
    """
    return tuple(
        action
        for action in OPERATIONS[f"{service}:{operation}"]
        if not action.only_with or action.only_with in parameters
    )


def _on_function(action: str) -> IamAction:
    return IamAction(f"lambda:{action}", _FUNCTION)


def _on_role(action: str, conditions: tuple[tuple[str, str], ...] = ()) -> IamAction:
    return IamAction(f"iam:{action}", _ROLE, conditions=conditions)


def _on_log_group(action: str) -> IamAction:
    return IamAction(f"logs:{action}", f"{_LOG_GROUP}:*")


def _gateway(method: str, path: str) -> tuple[IamAction]:
    return (IamAction(f"apigateway:{method}", _GATEWAY + path),)


def _tagging(path: str) -> tuple[IamAction, ...]:
    """What tagging at creation takes beside the creation.

    The reference lists the verbs alone; refusals seen by others name POST on `/tags` (cloudformation-coverage-roadmap
    issue 997) and TagResource (awacs issue 254), so a careful policy has both.
    """
    why = "tags it as Gatelight's at creation"
    return (
        IamAction("apigateway:POST", _GATEWAY + "/tags/*", only_with="Tags", why=why),
        IamAction("apigateway:TagResource", _GATEWAY + path, only_with="Tags", why=why),
    )


_PASS_ROLE = IamAction(
    "iam:PassRole", _ROLE, only_with="Role", conditions=_PASSED, why="hands the function the role it runs as"
)

OPERATIONS: Mapping[str, tuple[IamAction, ...]] = {
    "sts:GetCallerIdentity": (),
    "iam:SimulatePrincipalPolicy": (
        IamAction("iam:SimulatePrincipalPolicy", "*", why="asks beforehand whether everything is allowed"),
    ),
    "iam:GetRole": (_on_role("GetRole"),),
    "iam:ListAttachedRolePolicies": (_on_role("ListAttachedRolePolicies"),),
    "iam:CreateRole": (
        _on_role("CreateRole"),
        IamAction("iam:TagRole", _ROLE, only_with="Tags", why="tags it as Gatelight's at creation"),
    ),
    "iam:AttachRolePolicy": (_on_role("AttachRolePolicy", _ATTACHED),),
    "iam:DetachRolePolicy": (_on_role("DetachRolePolicy", _ATTACHED),),
    "iam:DeleteRole": (_on_role("DeleteRole"),),
    "lambda:GetFunction": (
        _on_function("GetFunction"),
        # Lambda developer guide, "Using tags on Lambda functions": without it GetFunction leaves the tags out.
        IamAction("lambda:ListTags", _FUNCTION, why="lets GetFunction tell the tags: is it Gatelight's?"),
    ),
    "lambda:GetFunctionConfiguration": (_on_function("GetFunctionConfiguration"),),
    "lambda:CreateFunction": (
        _on_function("CreateFunction"),
        _PASS_ROLE,
        # Lambda developer guide, "Using tags on Lambda functions"
        IamAction("lambda:TagResource", _FUNCTION, only_with="Tags", why="tags it as Gatelight's at creation"),
    ),
    "lambda:UpdateFunctionConfiguration": (_on_function("UpdateFunctionConfiguration"), _PASS_ROLE),
    "lambda:UpdateFunctionCode": (_on_function("UpdateFunctionCode"),),
    "lambda:DeleteFunction": (_on_function("DeleteFunction"),),
    "lambda:GetPolicy": (_on_function("GetPolicy"),),
    "lambda:AddPermission": (_on_function("AddPermission"),),
    "lambda:RemovePermission": (_on_function("RemovePermission"),),
    # Tagging wants the group's ARN without `:*`, every other action with it (CloudWatch Logs API, "LogGroup": `arn`).
    "logs:DescribeLogGroups": (
        IamAction("logs:DescribeLogGroups", f"{_LOGS}*", why="can only be asked of all groups"),
    ),
    "logs:ListTagsForResource": (IamAction("logs:ListTagsForResource", _LOG_GROUP),),
    "logs:CreateLogGroup": (
        _on_log_group("CreateLogGroup"),
        IamAction("logs:TagResource", _LOG_GROUP, only_with="tags", why="tags it as Gatelight's at creation"),
    ),
    "logs:TagResource": (IamAction("logs:TagResource", _LOG_GROUP),),
    "logs:PutRetentionPolicy": (_on_log_group("PutRetentionPolicy"),),
    "logs:DeleteLogGroup": (_on_log_group("DeleteLogGroup"),),
    "apigatewayv2:GetApis": _gateway("GET", "/apis"),
    "apigatewayv2:CreateApi": (*_gateway("POST", "/apis"), *_tagging("/apis/*")),
    "apigatewayv2:DeleteApi": _gateway("DELETE", "/apis/{api}"),
    "apigatewayv2:GetStage": _gateway("GET", "/apis/{api}/stages/$default"),
    "apigatewayv2:CreateStage": (*_gateway("POST", "/apis/{api}/stages"), *_tagging("/apis/{api}/stages/*")),
    "apigatewayv2:UpdateStage": _gateway("PATCH", "/apis/{api}/stages/$default"),
    "apigatewayv2:DeleteStage": _gateway("DELETE", "/apis/{api}/stages/$default"),
    "apigatewayv2:GetIntegrations": _gateway("GET", "/apis/{api}/integrations"),
    "apigatewayv2:CreateIntegration": _gateway("POST", "/apis/{api}/integrations"),
    "apigatewayv2:UpdateIntegration": _gateway("PATCH", "/apis/{api}/integrations/{integration}"),
    "apigatewayv2:DeleteIntegration": _gateway("DELETE", "/apis/{api}/integrations/{integration}"),
    "apigatewayv2:GetAuthorizers": _gateway("GET", "/apis/{api}/authorizers"),
    "apigatewayv2:GetAuthorizer": _gateway("GET", "/apis/{api}/authorizers/{authorizer}"),
    "apigatewayv2:CreateAuthorizer": _gateway("POST", "/apis/{api}/authorizers"),
    "apigatewayv2:UpdateAuthorizer": _gateway("PATCH", "/apis/{api}/authorizers/{authorizer}"),
    "apigatewayv2:DeleteAuthorizer": _gateway("DELETE", "/apis/{api}/authorizers/{authorizer}"),
    "apigatewayv2:ResetAuthorizersCache": _gateway("DELETE", "/apis/{api}/stages/$default/cache/authorizers"),
    "apigatewayv2:GetRoutes": _gateway("GET", "/apis/{api}/routes"),
    "apigatewayv2:GetRoute": _gateway("GET", "/apis/{api}/routes/{route}"),
    "apigatewayv2:CreateRoute": _gateway("POST", "/apis/{api}/routes"),
    "apigatewayv2:UpdateRoute": _gateway("PATCH", "/apis/{api}/routes/{route}"),
    "apigatewayv2:DeleteRoute": _gateway("DELETE", "/apis/{api}/routes/{route}"),
}
