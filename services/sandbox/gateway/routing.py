"""An API's configuration, prepared for looking things up by request."""

from dataclasses import dataclass
from functools import cached_property

from services.gateway.routing import DEFAULT, RouteKeys, select_stage
from services.sandbox.aws.snapshot import Api, Authorizer, Integration, Route, Stage

_REMEMBERED = 1000  # matches of paths without variables


@dataclass(frozen=True, slots=True)
class Match:
    """A route with the values of its path variables."""

    route: Route
    path_parameters: dict[str, str]


class RouteTable:
    """An API's stages, routes, authorizers and integrations."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.authorizers: dict[str, Authorizer] = {item.authorizer_id: item for item in api.authorizers}
        self.integrations: dict[str, Integration] = {item.integration_id: item for item in api.integrations}
        self.stages: dict[str, Stage] = {stage.name: stage for stage in api.stages if stage.deployed}
        self._routes = {route.route_key: route for route in reversed(api.routes)}
        self._exact: dict[tuple[str, str], Match] = {}

    @cached_property
    def _keys(self) -> RouteKeys:
        return RouteKeys(self._routes)

    def stage(self, path: str) -> tuple[Stage | None, str]:
        """The deployed stage a path selects, and the path its routes see (without the name of a named stage)."""
        name, rest = select_stage(self.stages, path)
        return (self.stages[name] if name else None), rest

    def match(self, method: str, path: str) -> Match | None:
        """The route for a method and a raw (still escaped) path; None where no route matches."""
        found = self._exact.get((method, path))
        if found is None:
            key = self._keys.match(method, path)
            if key is None:
                return None
            found = Match(self._routes[key.route_key], key.path_parameters)
            if not found.path_parameters and key.route_key != DEFAULT and len(self._exact) < _REMEMBERED:
                self._exact[method, path] = found
        return found
