"""The function behind a route: whether it is there, and whether its policy lets the API invoke it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.aws.policy import allows
from services.diagnosis.aws_reads import AwsReads, or_missing
from services.diagnosis.facts import Missing, PermissionFacts
from services.parallel import side_by_side

Answer = Mapping[str, Any] | Missing

_SERVICE = "apigateway.amazonaws.com"
_INVOKE = "lambda:InvokeFunction"


@dataclass(frozen=True, slots=True)
class FunctionReading:
    """What Lambda says of a function: its ARN, its policy (empty where it has none), and whether it exists."""

    arn: str
    policy: Answer
    exists: bool | None


def read_function(reads: AwsReads, arn: str) -> FunctionReading:
    """Read the function and its policy side by side. Raises nothing."""
    function, policy = side_by_side(
        lambda: or_missing(
            lambda: reads.function("get_function_configuration", "lambda:GetFunctionConfiguration", arn)
        ),
        lambda: or_missing(lambda: reads.function("get_policy", "lambda:GetPolicy", arn)),
    )
    is_gone = isinstance(function, Missing) and function.gone
    exists = False if is_gone else None if isinstance(function, Missing) else True
    return FunctionReading(arn, _policy(policy, is_gone=is_gone), exists)


def permission_facts(function: FunctionReading, source_arn: str) -> PermissionFacts | Missing:
    """Whether the policy lets API Gateway invoke the function for that source ARN."""
    if isinstance(function.policy, Missing):
        return function.policy
    account = source_arn.split(":")[4]
    allowed = allows(
        function.policy,
        service=_SERVICE,
        action=_INVOKE,
        resource=function.arn,
        context={"aws:SourceArn": source_arn, "aws:SourceAccount": account},
    )
    return PermissionFacts(allowed, function.arn, source_arn, tuple(_sources(function.policy)))


def _policy(answer: Answer, *, is_gone: bool) -> Answer:
    if isinstance(answer, Missing):
        if answer.gone and not is_gone:  # a function without a policy: AWS says the policy is not found
            return {}
        return answer
    try:
        policy = json.loads(answer.get("Policy", "{}"))
    except ValueError:
        policy = None
    return policy if isinstance(policy, dict) else Missing("the function's policy is not JSON")


def _sources(policy: Mapping[str, Any]) -> list[str]:
    """The source ARNs of the statements that name API Gateway; "*" for one that is limited to none."""
    statements = policy.get("Statement") or []
    found = []
    for statement in statements if isinstance(statements, list) else [statements]:
        if _SERVICE in json.dumps(statement.get("Principal")) or statement.get("Principal") == "*":
            values = [
                value
                for tests in (statement.get("Condition") or {}).values()
                for key, value in tests.items()
                if key.lower() == "aws:sourcearn"
            ]
            flat = [each for value in values for each in (value if isinstance(value, list) else [value])]
            found += [str(each) for each in flat] or ["*"]
    return found
