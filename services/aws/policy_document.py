"""Permissions as an IAM policy, ready for `aws iam create-policy`."""

import json
from collections.abc import Iterable
from typing import Any

from services.aws.permissions import Permission

MAXIMUM_SIZE = 6_144
"""Characters of a managed policy, white space not counted (IAM user guide, "IAM and AWS STS quotas")."""


def policy_document(permissions: Iterable[Permission], *, read_only: bool = False) -> dict[str, Any]:
    """The policy that grants the permissions, or only those for reading."""
    statements = [_statement(permission) for permission in permissions if permission.reads or not read_only]
    return {"Version": "2012-10-17", "Statement": statements}


def size(document: dict[str, Any]) -> int:
    """How much of a managed policy's quota the document uses."""
    return len("".join(json.dumps(document).split()))


def _statement(permission: Permission) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Sid": permission.sid,
        "Effect": "Allow",
        "Action": _short(permission.actions),
        "Resource": _short(permission.resources),
    }
    if permission.conditions:
        statement["Condition"] = {operator: dict(tests) for operator, tests in permission.conditions.items()}
    return statement


def _short(values: tuple[str, ...]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)
