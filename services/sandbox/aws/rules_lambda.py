"""Lambda's refusals."""

import json
import re
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

from services.aws.policy import trusts_service
from services.sandbox.aws.request import Refusal
from services.sandbox.aws.rule import Call

SUPPORTED_RUNTIMES = ("nodejs20.x", "nodejs22.x", "nodejs24.x")
_RETIRED = re.compile(r"nodejs(4\.3|6\.10|8\.10|10\.x|12\.x|14\.x|16\.x|18\.x)?|nodejs4\.3-edge|python(2\.7|3\.[678])")
_ELSEWHERE = re.compile(r"nodejs26\.x|python3\.\d+|java\d+(\.al2)?|dotnet\d+|ruby3\.\d|provided\.al2(023)?")
_ROLE_ARN = re.compile(r"arn:aws:iam::(?P<account>\d{12}):role/(?:[\w+=,.@/-]+/)?(?P<name>[\w+=,.@-]+)")


async def create_function(call: Call) -> None:
    """A runtime that exists, code that can be fetched, a role that Lambda may take on."""
    content = call.request.content()
    if content.get("PackageType", "Zip") != "Zip" or "ImageUri" in content.get("Code", {}):
        raise _invalid("The sandbox runs functions from .zip packages only; container images need AWS.")
    if not content.get("Runtime") or not content.get("Handler"):
        raise _invalid("Runtime and Handler are mandatory parameters for functions created with deployment packages.")
    _check_runtime(content["Runtime"])
    _check_source(content.get("Code", {}))
    await _check_role(call, str(content.get("Role") or ""))


async def update_configuration(call: Call) -> None:
    """What is changed is held to the same rules."""
    content = call.request.content()
    if runtime := content.get("Runtime"):
        _check_runtime(runtime)
    if role := content.get("Role"):
        await _check_role(call, role)


async def update_code(call: Call) -> None:
    """The new package must be one that can be fetched."""
    _check_source(call.request.content())


async def get_policy(call: Call) -> None:
    """A policy whose last statement was removed is gone."""
    content = await call.read(call.request.path)
    if content is not None and not json.loads(content["Policy"])["Statement"]:
        raise Refusal(404, "ResourceNotFoundException", "The resource you requested does not exist.")


def _invalid(message: str) -> Refusal:
    return Refusal(400, "InvalidParameterValueException", message)


def _check_runtime(runtime: str) -> None:
    if runtime in SUPPORTED_RUNTIMES:
        return
    if _RETIRED.fullmatch(runtime):
        raise _invalid(
            f"The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda functions. "
            "We recommend you use a supported runtime while creating or updating functions."
        )
    if _ELSEWHERE.fullmatch(runtime):
        raise _invalid(f"The sandbox runs {', '.join(SUPPORTED_RUNTIMES)}; AWS Lambda has {runtime} too.")
    raise _invalid(
        f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: "
        f"[{', '.join(SUPPORTED_RUNTIMES)}] or be a valid ARN"
    )


def _check_source(code: dict[str, Any]) -> None:
    if code.get("S3Bucket"):
        raise _invalid(
            "Error occurred while GetObject. S3 Error Code: NoSuchBucket. "
            "S3 Error Message: The specified bucket does not exist"
        )


async def _check_role(call: Call, arn: str) -> None:
    match = _ROLE_ARN.fullmatch(arn)
    if match and match["account"] == call.plane.endpoint.account_id:
        answer = await call.plane.ministack.call_query("iam", call.request.region, "GetRole", RoleName=match["name"])
        if answer.ok and trusts_service(_trust_policy(answer.body), "lambda.amazonaws.com"):
            return
    raise _invalid("The role defined for the function cannot be assumed by Lambda.")


def _trust_policy(answer: bytes) -> dict[str, Any]:
    document = ElementTree.fromstring(answer).find(".//{*}AssumeRolePolicyDocument")  # noqa: S314 - MiniStack's own XML
    policy = json.loads(unquote(document.text or "{}")) if document is not None else {}
    return policy if isinstance(policy, dict) else {}
