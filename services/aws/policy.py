"""Evaluates policies (IAM user guide, "Policy evaluation logic"): a function's for one invocation, a caller's own for
one action."""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from services.aws.conditions import Context, conditions_hold, like, listed, operator_named

_VARIABLE = re.compile(r"\$\{([^}]+)\}")


class Decision(StrEnum):
    """How one action on one resource is judged, in the words of IAM's policy simulator."""

    ALLOWED = "allowed"
    IMPLICIT_DENY = "implicitDeny"
    EXPLICIT_DENY = "explicitDeny"


def decide(policy: Mapping[str, Any], *, action: str, resource: str, context: Context) -> Decision:
    """What an identity policy that passes `check_identity_policy` says of `action` on `resource`.

    Keys and actions compare without regard to case; an explicit deny wins.
    """
    keys = {key.lower(): value for key, value in context.items()}
    effects = {
        statement["Effect"]
        for statement in listed(policy.get("Statement"))
        if _names(statement, "Action", lambda pattern: like(pattern.lower(), action.lower()))
        and _names(statement, "Resource", lambda pattern: like(_filled(pattern, keys), resource))
        and conditions_hold(statement.get("Condition") or {}, keys)
    }
    if "Deny" in effects:
        return Decision.EXPLICIT_DENY
    return Decision.ALLOWED if "Allow" in effects else Decision.IMPLICIT_DENY


def check_identity_policy(policy: object) -> None:
    """Raise ValueError, saying why, for a policy that `decide` cannot judge as AWS would."""
    statements = listed(policy.get("Statement")) if isinstance(policy, Mapping) else []
    if not statements or not all(isinstance(statement, Mapping) for statement in statements):
        raise ValueError("it is no JSON object with a Statement")
    for number, statement in enumerate(statements, 1):
        name = f'statement "{statement["Sid"]}"' if "Sid" in statement else f"statement {number}"
        unknown = set(statement) - {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}
        if unknown:
            raise ValueError(f'{name} has "{sorted(unknown)[0]}", which does not belong into an identity policy')
        if statement.get("Effect") not in ("Allow", "Deny"):
            raise ValueError(f'{name} needs the Effect "Allow" or "Deny"')
        for element in ("Action", "Resource"):
            given = [key for key in (element, f"Not{element}") if key in statement]
            if len(given) != 1 or not all(isinstance(each, str) for each in listed(statement[given[0]])):
                raise ValueError(f"{name} needs one of {element} and Not{element}")
        _check_conditions(statement.get("Condition") or {}, name)


def _check_conditions(conditions: object, name: str) -> None:
    if not isinstance(conditions, Mapping):
        raise ValueError(f"the Condition of {name} is no JSON object")
    for operator, tests in conditions.items():
        if operator_named(operator) is None or not isinstance(tests, Mapping):
            raise ValueError(f'the condition "{operator}" of {name} is not one that can be evaluated here')


def allows(policy: Mapping[str, Any], *, service: str, action: str, resource: str, context: Mapping[str, str]) -> bool:
    """Whether `policy` lets the AWS `service` do `action` on `resource`; an explicit deny wins.

    `context` holds the condition keys, such as `aws:SourceArn`; keys compare without regard to case.
    """
    keys = {key.lower(): value for key, value in context.items()}
    effects = [
        statement.get("Effect")
        for statement in listed(policy.get("Statement"))
        if _names_service(statement.get("Principal"), service)
        and any(like(pattern.lower(), action.lower()) for pattern in listed(statement.get("Action")))
        and any(like(pattern, resource) for pattern in listed(statement.get("Resource")))
        and conditions_hold(statement.get("Condition") or {}, keys)
    ]
    return "Allow" in effects and "Deny" not in effects


def trusts_service(policy: Mapping[str, Any], service: str) -> bool:
    """Whether a role's trust policy lets the AWS `service` assume the role."""
    return any(
        statement.get("Effect") == "Allow"
        and _names_service(statement.get("Principal"), service)
        and any(like(pattern.lower(), "sts:assumerole") for pattern in listed(statement.get("Action")))
        for statement in listed(policy.get("Statement"))
    )


def _names_service(principal: Any, service: str) -> bool:
    if principal == "*":
        return True
    if not isinstance(principal, Mapping):
        return False
    return service in listed(principal.get("Service")) or "*" in listed(principal.get("AWS"))


def _names(statement: Mapping[str, Any], element: str, matches: Callable[[str], bool]) -> bool:
    if f"Not{element}" in statement:
        return not any(map(matches, listed(statement[f"Not{element}"])))
    return any(map(matches, listed(statement.get(element))))


def _filled(pattern: str, keys: Context) -> str:
    """The pattern with its policy variables (`${aws:username}`) replaced; one without a value matches nothing."""
    return _VARIABLE.sub(lambda variable: str(keys.get(variable[1].lower(), "\0")), pattern)
