"""Evaluates a function's resource policy for one invocation (IAM user guide, "Policy evaluation logic")."""

import re
from collections.abc import Callable, Mapping
from typing import Any


def allows(policy: Mapping[str, Any], *, service: str, action: str, resource: str, context: Mapping[str, str]) -> bool:
    """Whether `policy` lets the AWS `service` do `action` on `resource`; an explicit deny wins.

    `context` holds the condition keys, such as `aws:SourceArn`; keys compare without regard to case.
    """
    keys = {key.lower(): value for key, value in context.items()}
    effects = [
        statement.get("Effect")
        for statement in _listed(policy.get("Statement"))
        if _names_service(statement.get("Principal"), service)
        and any(_like(pattern.lower(), action.lower()) for pattern in _listed(statement.get("Action")))
        and any(_like(pattern, resource) for pattern in _listed(statement.get("Resource")))
        and _conditions_hold(statement.get("Condition") or {}, keys)
    ]
    return "Allow" in effects and "Deny" not in effects


def trusts_service(policy: Mapping[str, Any], service: str) -> bool:
    """Whether a role's trust policy lets the AWS `service` assume the role."""
    return any(
        statement.get("Effect") == "Allow"
        and _names_service(statement.get("Principal"), service)
        and any(_like(pattern.lower(), "sts:assumerole") for pattern in _listed(statement.get("Action")))
        for statement in _listed(policy.get("Statement"))
    )


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _names_service(principal: Any, service: str) -> bool:
    if principal == "*":
        return True
    if not isinstance(principal, Mapping):
        return False
    return service in _listed(principal.get("Service")) or "*" in _listed(principal.get("AWS"))


def _like(pattern: str, value: str) -> bool:
    """AWS's wildcards: `*` for any characters, `?` for one."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, value, re.DOTALL) is not None


def _arn_like(pattern: str, value: str) -> bool:
    """Each of an ARN's six parts is matched on its own."""
    patterns, values = pattern.split(":", 5), value.split(":", 5)
    return len(patterns) == len(values) == 6 and all(map(_like, patterns, values))


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "ArnLike": _arn_like,
    "ArnEquals": _arn_like,
    "StringLike": _like,
    "StringEquals": str.__eq__,
}


def _conditions_hold(conditions: Mapping[str, Mapping[str, Any]], keys: Mapping[str, str]) -> bool:
    for operator, tests in conditions.items():
        matches = _OPERATORS.get(operator)
        for key, wanted in tests.items():
            value = keys.get(key.lower())
            if matches is None or value is None or not any(matches(str(pattern), value) for pattern in _listed(wanted)):
                return False
    return True
