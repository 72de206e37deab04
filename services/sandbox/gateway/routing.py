"""Which stage and which route a request belongs to.

Priorities as documented for HTTP APIs: full match of method and path, then a greedy path variable, then `$default`;
`ANY` takes only methods that no other route of the same path names.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

from services.sandbox.aws.snapshot import Api, Authorizer, Integration, Route, Stage

_VARIABLE = re.compile(r"\{([^{}+]+)(\+?)\}")


@dataclass(frozen=True, slots=True)
class Match:
    """A route with the values of its path variables."""

    route: Route
    path_parameters: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A route's path, compiled. Literal segments outrank variables, variables outrank a greedy one."""

    method: str
    expression: re.Pattern[str]
    rank: tuple[tuple[int, ...], int]
    route: Route


class RouteTable:
    """An API's configuration, prepared for looking things up by request."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.authorizers: dict[str, Authorizer] = {item.authorizer_id: item for item in api.authorizers}
        self.integrations: dict[str, Integration] = {item.integration_id: item for item in api.integrations}
        self.stages: dict[str, Stage] = {stage.name: stage for stage in api.stages if stage.deployed}
        self._exact: dict[tuple[str, str], Match] = {}
        self._default = next((Match(route, {}) for route in api.routes if route.route_key == "$default"), None)

    @cached_property
    def _patterns(self) -> list[_Pattern]:
        return sorted(
            (_compile(route) for route in self.api.routes if " " in route.route_key), key=lambda pattern: pattern.rank
        )

    def stage(self, path: str) -> tuple[Stage | None, str]:
        """The deployed stage a path selects, and the path its routes see (without the name of a named stage)."""
        name, slash, rest = path[1:].partition("/")
        if name != "$default" and name in self.stages:
            return self.stages[name], slash + rest or "/"
        return self.stages.get("$default"), path

    def match(self, method: str, path: str) -> Match | None:
        """The route for a method and a raw (still escaped) path; None where no route matches."""
        found = self._exact.get((method, path))
        if found is None:
            found = self._search(method, path)
            if found and not found.path_parameters and found is not self._default and len(self._exact) < 1000:
                self._exact[method, path] = found
        return found

    def _search(self, method: str, path: str) -> Match | None:
        for pattern in self._patterns:
            if pattern.method in (method, "ANY") and (match := pattern.expression.fullmatch(path)):
                values = {name: unquote(value) for name, value in zip(_names(pattern), match.groups(), strict=True)}
                return Match(pattern.route, values)
        return self._default


def _names(pattern: _Pattern) -> list[str]:
    return [name for name, _ in _VARIABLE.findall(pattern.route.route_key)]


def _compile(route: Route) -> _Pattern:
    method, _, path = route.route_key.partition(" ")
    expression, position = "", 0
    for variable in _VARIABLE.finditer(path):
        expression += re.escape(path[position : variable.start()]) + ("(.+)" if variable[2] else "([^/]+)")
        position = variable.end()
    expression += re.escape(path[position:])
    segments = tuple(2 if "+}" in segment else 1 if "{" in segment else 0 for segment in path.split("/"))
    return _Pattern(method, re.compile(expression, re.DOTALL), ((*segments, 3), method == "ANY"), route)
