"""Claims as API Gateway hands them to the function: every value a string.

Captures show Go's `%v` form: a list is `[a b]`, an object `map[k:v]` with its keys sorted, numbers keep their digits,
null claims are left out.
"""

from typing import Any

from services.tokens.decode import ExactFloat


def claim_strings(claims: dict[str, Any]) -> dict[str, str]:
    """The claims by name, sorted bytewise, each value as a string."""
    return {
        name: value if type(value) is str else claim_string(value)
        for name, value in sorted(claims.items())
        if value is not None
    }


def claim_string(value: object) -> str:
    """One claim's value as a string. Works on nesting of any depth."""
    if not isinstance(value, (list, dict)):
        return _scalar(value)
    if isinstance(value, list) and all(type(item) is str for item in value):
        return f"[{' '.join(value)}]"
    text: list[str] = []
    waiting: list[object] = [value]  # a stack instead of recursion: tokens may nest deeper than Python's stack
    while waiting:
        item = waiting.pop()
        if isinstance(item, _Text):
            text.append(item)
        elif isinstance(item, list):
            waiting.append(_Text("]"))
            for index in range(len(item) - 1, -1, -1):
                waiting += [item[index], _Text(" " if index else "[")]
            if not item:
                waiting.append(_Text("["))
        elif isinstance(item, dict):
            waiting.append(_Text("]"))
            names = sorted(item, reverse=True)
            for name in names:
                waiting += [item[name], _Text(f"{'' if name is names[-1] else ' '}{name}:")]
            waiting.append(_Text("map["))
        else:
            text.append(_scalar(item))
    return "".join(text)


class _Text(str):
    """Text that is already in its final form, told apart from a claim's strings."""

    __slots__ = ()


def _scalar(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, ExactFloat):
        return value.digits
    if value is None:
        return "<nil>"
    return str(value).lower() if isinstance(value, bool) else str(value)
