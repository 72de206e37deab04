"""What a request to AWS asks for in IAM's words: actions, each on a resource, with the keys a condition may look at."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from services.aws.conditions import Context
from services.sandbox.aws.functions import FunctionReference
from services.sandbox.aws.request import AwsRequest

_FORM_TAG = re.compile(r"Tags\.member\.\d+\.Key")
_LAMBDA_ACTIONS = {"Invoke": "InvokeFunction", "InvokeAsync": "InvokeFunction"}  # all others are named as the operation


@dataclass(frozen=True, slots=True)
class Access:
    """One action on one resource. `refusal` is how AWS words its refusal, where it is not the usual wording."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)
    refusal: str = ""


def accesses(request: AwsRequest, account: str) -> tuple[Access, ...]:
    """Everything the caller must be allowed to do for `request` (Service Authorization Reference of each service)."""
    match request.service:
        case "iam":
            return _iam(request, account)
        case "lambda":
            return _lambda(request, account)
        case "apigateway":
            return _apigateway(request)
        case "logs":
            return _logs(request, account)
        case "sts" if request.action == "GetCallerIdentity":
            return ()  # everybody may ask (STS API reference)
        case "sts":
            return (Access(f"sts:{request.action}", request.form().get("RoleArn", "*")),)
        case "tagging":
            return (Access(f"tag:{request.action}", "*"),)
    return (Access(f"{request.service}:{request.action}", "*"),)


def _iam(request: AwsRequest, account: str) -> tuple[Access, ...]:
    form = request.form()
    here = f"arn:aws:iam::{account}"
    name = form.get("RoleName")
    if name:
        resource = f"{here}:role{form.get('Path', '/')}{name}"
    elif request.action.startswith("ListRoles"):
        resource = f"{here}:role/"
    elif "UserName" in form:
        resource = f"{here}:user/{form['UserName']}"
    else:
        resource = form.get("PolicySourceArn") or form.get("PolicyArn") or "*"
    tags = {form[key]: form.get(key.removesuffix("Key") + "Value", "") for key in form if _FORM_TAG.fullmatch(key)}
    context: dict[str, Any] = _tag_keys(tags)
    if request.action in ("AttachRolePolicy", "DetachRolePolicy"):
        context["iam:PolicyARN"] = form.get("PolicyArn", "")
    wanted = [Access(f"iam:{request.action}", resource, context)]
    if request.action == "CreateRole" and tags:
        wanted.append(Access("iam:TagRole", resource, context))
    return tuple(wanted)


def _lambda(request: AwsRequest, account: str) -> tuple[Access, ...]:
    operation, path = _lambda_operation(request.method, request.path)
    content = request.content()
    name = path.get("FunctionName") or str(content.get("FunctionName") or "")
    resource = "*"
    if "Resource" in path:
        resource = path["Resource"]
    elif name:
        resource = _function_arn(name, request.region, account)
    tags = content.get("Tags") if isinstance(content.get("Tags"), dict) else {}
    context: dict[str, Any] = _tag_keys(tags or {})
    if operation == "AddPermission":
        context["lambda:Principal"] = str(content.get("Principal") or "")
    wanted = [Access(f"lambda:{_LAMBDA_ACTIONS.get(operation, operation)}", resource, context)]
    if operation == "CreateFunction" and tags:
        wanted.append(Access("lambda:TagResource", resource, context))
    if content.get("Role") and operation in ("CreateFunction", "UpdateFunctionConfiguration"):
        to_lambda = {"iam:PassedToService": "lambda.amazonaws.com"}
        wanted.append(Access("iam:PassRole", str(content["Role"]), to_lambda))
    return tuple(wanted)


def _function_arn(name: str, region: str, account: str) -> str:
    try:
        reference = FunctionReference.parse(name, region)
    except LookupError:
        return name
    return f"arn:aws:lambda:{reference.region}:{account}:function:{reference.name}"


def _apigateway(request: AwsRequest) -> tuple[Access, ...]:
    path = unquote(request.path.removeprefix("/v2").rstrip("/"))
    here = f"arn:aws:apigateway:{request.region}::"
    tags = request.content().get("tags") if request.method in ("POST", "PUT") else None
    context = _tag_keys(tags if isinstance(tags, dict) else {})
    wanted = [Access(f"apigateway:{request.method}", here + path, context)]
    if tags and not path.startswith("/tags/"):
        wanted.append(Access("apigateway:POST", f"{here}/tags/{here}{path}", context))
    return tuple(wanted)


def _logs(request: AwsRequest, account: str) -> tuple[Access, ...]:
    content = request.content()
    here = f"arn:aws:logs:{request.region}:{account}:log-group"
    group = str(content.get("logGroupName") or "")
    arn = str(content.get("resourceArn") or content.get("logGroupIdentifier") or "")
    resource = arn or f"{here}:{group}:log-stream:"
    tags = content.get("tags") if isinstance(content.get("tags"), dict) else {}
    context = _tag_keys(tags or {})
    wanted = [Access(f"logs:{request.action}", resource, context)]
    if request.action == "CreateLogGroup" and tags:
        refusal = f"User with accountId: {account} is not authorized to perform CreateLogGroup with Tags"
        wanted.append(Access("logs:TagResource", f"{here}:{group}", context, refusal))
    return tuple(wanted)


def _tag_keys(tags: Mapping[str, object]) -> dict[str, Any]:
    context: dict[str, Any] = {f"aws:RequestTag/{key}": str(value) for key, value in tags.items()}
    return {**context, "aws:TagKeys": tuple(tags)} if tags else context


def _lambda_operation(method: str, path: str) -> tuple[str, dict[str, str]]:
    """The operation and its path's parameters; Lambda's API says in no other way which one is meant."""
    for name, wanted, pattern in _lambda_operations():
        found = pattern.fullmatch(path) if wanted == method else None
        if found:
            return name, {key: unquote(value) for key, value in found.groupdict().items()}
    return "", {}


@functools.cache
def _lambda_operations() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """Every operation as AWS's own description of Lambda has it, the longest paths first."""
    from botocore.loaders import Loader

    described = Loader().load_service_model("lambda", "service-2")["operations"]
    listed = [
        (name, operation["http"]["method"], operation["http"]["requestUri"]) for name, operation in described.items()
    ]
    listed.sort(key=lambda operation: -len(operation[2]))
    return tuple((name, method, _pattern(uri)) for name, method, uri in listed)


def _pattern(uri: str) -> re.Pattern[str]:
    path = uri.partition("?")[0].rstrip("/")
    parts = re.split(r"\{(\w+)(\+?)\}", path)
    expression = ""
    for index in range(0, len(parts), 3):
        expression += re.escape(parts[index])
        if index + 2 < len(parts):
            expression += f"(?P<{parts[index + 1]}>{'.+' if parts[index + 2] else '[^/]+'})"
    return re.compile(expression + "/?")
