"""The conditions of a policy's statements (IAM user guide, "Condition operators")."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Context = Mapping[str, str | Sequence[str]]
"""Condition keys of a request, such as `aws:RequestTag/NAME`; a key is absent where the request has no such value."""

Test = Callable[[Sequence[str] | None, list[str]], bool]


def conditions_hold(conditions: Mapping[str, Mapping[str, Any]], keys: Context) -> bool:
    """Whether every condition is fulfilled; the names of `keys` are in lower case. An unknown operator never is."""
    for operator, tests in conditions.items():
        test = operator_named(operator)
        for key, wanted in tests.items():
            value = keys.get(key.lower())
            values = [value] if isinstance(value, str) else value
            if test is None or not test(values, [_plain(each) for each in listed(wanted)]):
                return False
    return True


def listed(value: Any) -> list[Any]:
    """What a policy gives as one value or as a list of them, as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def like(pattern: str, value: str) -> bool:
    """AWS's wildcards: `*` for any characters, `?` for one."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, value, re.DOTALL) is not None


def _arn_like(pattern: str, value: str) -> bool:
    """Each of an ARN's six parts is matched on its own."""
    patterns, values = pattern.split(":", 5), value.split(":", 5)
    return len(patterns) == len(values) == 6 and all(map(like, patterns, values))


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "ArnLike": _arn_like,
    "ArnEquals": _arn_like,
    "StringLike": like,
    "StringEquals": str.__eq__,
    "StringEqualsIgnoreCase": lambda wanted, value: wanted.lower() == value.lower(),
    "Bool": lambda wanted, value: wanted.lower() == value.lower(),
}
_NEGATED = {
    "ArnNotLike": "ArnLike",
    "ArnNotEquals": "ArnEquals",
    "StringNotLike": "StringLike",
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
}
_OPERATOR = re.compile(r"(?:(?P<set>ForAllValues|ForAnyValue):)?(?P<name>\w+?)(?P<if_exists>IfExists)?")


def operator_named(text: str) -> Test | None:
    """How a condition operator judges a key's values (None: the request has no such key); None for an unknown one."""
    parts = _OPERATOR.fullmatch(text)
    if parts is None:
        return None
    name = parts["name"]
    if name == "Null":
        return lambda values, wanted: wanted == [str(values is None).lower()]
    negated = name in _NEGATED
    matches = _OPERATORS.get(_NEGATED.get(name, name))
    if matches is None:
        return None

    def holds(value: str, wanted: list[str]) -> bool:
        return any(matches(pattern, value) for pattern in wanted) is not negated

    def test(values: Sequence[str] | None, wanted: list[str]) -> bool:
        if values is None:
            return bool(parts["if_exists"]) or parts["set"] == "ForAllValues" or (negated and not parts["set"])
        every = all if parts["set"] == "ForAllValues" or not parts["set"] else any
        return every(holds(value, wanted) for value in values)

    return test


def _plain(value: object) -> str:
    """A condition's value as text; JSON's true is written as IAM writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
