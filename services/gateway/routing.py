"""Which stage and which route a request belongs to.

Priorities as documented for HTTP APIs: full match of method and path, then a greedy path variable, then `$default`;
`ANY` takes only methods that no other route of the same path names.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from urllib.parse import unquote

DEFAULT = "$default"  # the stage without a name in the path, and the route that takes what no other does
_VARIABLE = re.compile(r"\{([^{}+]+)(\+?)\}")


@dataclass(frozen=True, slots=True)
class KeyMatch:
    """A route key that matches, with the values of its path variables."""

    route_key: str
    path_parameters: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A route's path, compiled. Literal segments outrank variables, variables outrank a greedy one."""

    method: str
    expression: re.Pattern[str]
    rank: tuple[tuple[int, ...], int]
    route_key: str
    names: tuple[str, ...]


class RouteKeys:
    """An API's route keys, compiled once for many requests."""

    def __init__(self, route_keys: Iterable[str]) -> None:
        keys = tuple(route_keys)
        self._default = KeyMatch(DEFAULT, {}) if DEFAULT in keys else None
        self._patterns = sorted((_compile(key) for key in keys if " " in key), key=lambda pattern: pattern.rank)

    def match(self, method: str, path: str) -> KeyMatch | None:
        """The route key for a method and a raw (still escaped) path; None where no route matches."""
        for pattern in self._patterns:
            if pattern.method in (method, "ANY") and (match := pattern.expression.fullmatch(path)):
                values = {name: unquote(value) for name, value in zip(pattern.names, match.groups(), strict=True)}
                return KeyMatch(pattern.route_key, values)
        return self._default


def select_stage(deployed: Collection[str], path: str) -> tuple[str | None, str]:
    """The name of the deployed stage a path selects, and the path its routes see (without the name of a named stage).

    None for the stage where the path names none and there is no deployed `$default`.
    """
    name, slash, rest = path[1:].partition("/")
    if name != DEFAULT and name in deployed:
        return name, slash + rest or "/"
    return (DEFAULT if DEFAULT in deployed else None), path


def _compile(route_key: str) -> _Pattern:
    method, _, path = route_key.partition(" ")
    expression, position, names = "", 0, []
    for variable in _VARIABLE.finditer(path):
        expression += re.escape(path[position : variable.start()]) + ("(.+)" if variable[2] else "([^/]+)")
        position = variable.end()
        names.append(variable[1])
    expression += re.escape(path[position:])
    segments = tuple(2 if "+}" in segment else 1 if "{" in segment else 0 for segment in path.split("/"))
    rank = ((*segments, 3), int(method == "ANY"))
    return _Pattern(method, re.compile(expression, re.DOTALL), rank, route_key, tuple(names))
