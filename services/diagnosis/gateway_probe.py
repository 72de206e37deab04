"""What the gateway in front of a request is configured to do, read from AWS side by side.

Whatever may not be read becomes a fact that says which permission would let it be; nothing aborts the rest.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.aws.arns import execute_api_arn, function_arn
from services.diagnosis.aws_reads import CREDENTIALS, AwsReads, or_missing
from services.diagnosis.facts import (
    AuthorizerFacts,
    DomainFacts,
    GatewayFacts,
    IntegrationFacts,
    Missing,
    PermissionFacts,
    RouteFacts,
    StageFacts,
)
from services.diagnosis.function_probe import FunctionReading, permission_facts, read_function
from services.diagnosis.gateway_parts import (
    api_facts,
    authorizer_facts,
    choose_mapping,
    integration_facts,
    is_deployed,
    route_facts,
    stage_facts,
)
from services.diagnosis.invoke_url import InvokeTarget
from services.gateway.routing import DEFAULT, RouteKeys, select_stage
from services.parallel import Begun, begin

Items = list[dict[str, Any]]
Tell = Callable[[AuthorizerFacts | Missing], None]

_NO_API = Missing("it is not known which API it is", "the invoke URL, or the API's id")
_NO_URL = "the URL that answers 401: the API has several routes"


@dataclass(frozen=True, slots=True)
class GatewayRequest:
    """Which request the gateway gets: where it goes, by which method, and the API's id where that is known otherwise.

    `function` is the ARN of the function that is probably behind it, to be asked before it is certain.
    """

    target: InvokeTarget
    method: str = "GET"
    api_id: str = ""
    function: str = ""


@dataclass(frozen=True, slots=True)
class GatewayReading:
    """The facts, and the path and method they hold for: those asked about, or the only ones the API answers."""

    facts: GatewayFacts
    path: str = ""
    method: str = "GET"


def nothing_read(reason: Missing) -> GatewayFacts:
    """The facts where AWS was not asked at all."""
    return GatewayFacts(reason, reason, reason, reason)


def probe_gateway(request: GatewayRequest, reads: AwsReads, tell: Tell = lambda _: None) -> GatewayReading:
    """Read the gateway's configuration; `tell` gets the authorizer as soon as it is known. Raises nothing."""
    target, path = request.target, request.target.path
    domain: DomainFacts | Missing | None = None
    api_id = request.api_id or target.api_id
    if target.domain:
        domain, path = _domain(target, reads)
        api_id = api_id or (domain.api_id if isinstance(domain, DomainFacts) else "")
    if not api_id:
        reason = domain if isinstance(domain, Missing) else _NO_API
        tell(reason)
        return GatewayReading(GatewayFacts(reason, reason, reason, reason, domain), path, request.method)
    return _Probe(reads, api_id, request, domain, path).read(tell)


def _domain(target: InvokeTarget, reads: AwsReads) -> tuple[DomainFacts | Missing, str]:
    name = target.domain
    at = f"/domainnames/{name}"
    known = begin(lambda: or_missing(lambda: reads.api("get_domain_name", at, DomainName=name)))
    mappings = or_missing(lambda: reads.items("get_api_mappings", f"{at}/apimappings", DomainName=name))
    if not isinstance(mappings, Missing):
        return choose_mapping(name, target.path, mappings)
    entry = known.result()
    if mappings.gone or (isinstance(entry, Missing) and entry.gone):
        where = f'no custom domain "{name}" is in region {reads.region} of this account'
        return Missing(where, "the API's id, where something else (a CDN, a proxy) stands in front of it"), target.path
    return mappings, target.path


class _Probe:
    """Everything that is read of one API, begun at once."""

    def __init__(
        self,
        reads: AwsReads,
        api_id: str,
        request: GatewayRequest,
        domain: DomainFacts | Missing | None,
        path: str,
    ) -> None:
        self._reads = reads
        self._api_id = api_id
        self._request = request
        self._domain = domain
        self._at = f"/apis/{api_id}"
        self._path = path
        self._method = request.method
        self._account = begin(lambda: or_missing(reads.account))
        self._api = begin(lambda: or_missing(lambda: reads.api("get_api", self._at, ApiId=api_id)))
        self._stages = self._list("stages")
        self._routes = self._list("routes")
        self._authorizers = self._list("authorizers")
        self._integrations = self._list("integrations")
        arn = request.function
        self._function: Begun[FunctionReading] | None = begin(lambda: read_function(reads, arn)) if arn else None

    def read(self, tell: Tell) -> GatewayReading:
        """Wait for the readings and put them together."""
        api = self._api.result()
        if isinstance(api, Missing) and api.gone:
            reason = Missing("there is no such API")
            tell(reason)
            return GatewayReading(GatewayFacts(api, reason, reason, reason, self._domain), self._path, self._method)
        stages, routes = self._stages.result(), self._routes.result()
        stage, path = self._stage(stages, routes)
        route = self._route(routes, path)
        authorizer = self._authorizer(route)
        tell(authorizer)
        integration, permission = self._behind(route, stage)
        account = self._account.result()
        facts = GatewayFacts(
            api
            if isinstance(api, Missing)
            else api_facts(api, self._reads.region, "" if isinstance(account, Missing) else account),
            stage,
            route,
            authorizer,
            self._domain,
            integration,
            permission,
            self._reads.clients.endpoint_url,
            self._reads.clients.profile,
        )
        return GatewayReading(facts, path, self._method)

    def _list(self, kind: str) -> Begun[Items | Missing]:
        at = f"{self._at}/{kind}"
        return begin(lambda: or_missing(lambda: self._reads.items(f"get_{kind}", at, ApiId=self._api_id)))

    def _stage(self, stages: Items | Missing, routes: Items | Missing) -> tuple[StageFacts | Missing, str]:
        """The stage, and the path that its routes see."""
        if isinstance(self._domain, DomainFacts) and self._domain.stage:
            name: str | None = self._domain.stage
            path = self._path
        elif isinstance(stages, Missing):
            return stages, self._path_without_stages(routes)
        else:
            deployed = [str(stage["StageName"]) for stage in stages if is_deployed(stage)]
            name, path = select_stage(deployed, self._path)
            if not self._request.target.host and not isinstance(routes, Missing):
                path = self._only_path(routes)
                name = DEFAULT if DEFAULT in deployed else next(iter(deployed), None)
        if isinstance(stages, Missing):
            return stages, path
        if name is None:
            undeployed = path[1:].partition("/")[0]
            known = {str(stage["StageName"]) for stage in stages}
            name = undeployed if undeployed in known else DEFAULT
        return stage_facts(name, stages), path

    def _path_without_stages(self, routes: Items | Missing) -> str:
        """The path that a route takes, where it is not known whether the first segment names a stage."""
        if isinstance(routes, Missing):
            return self._path
        keys = RouteKeys(str(route["RouteKey"]) for route in routes)
        below = "/" + self._path[1:].partition("/")[2]
        return next((path for path in (self._path, below) if keys.match(self._method, path)), "")

    def _only_path(self, routes: Items) -> str:
        """The path of the one route there is, or the one a JWT authorizer guards, where no URL was given."""
        guarded = [route for route in routes if route.get("AuthorizationType") == "JWT"]
        for chosen in (routes, guarded):
            if len(chosen) == 1:
                method, _, path = str(chosen[0]["RouteKey"]).partition(" ")
                self._method = self._request.method if method in ("ANY", DEFAULT) else method
                return path or "/"
        return ""

    def _route(self, routes: Items | Missing, path: str) -> RouteFacts | Missing:
        if isinstance(routes, Missing):
            return routes
        if not path and self._request.target.host:
            reason = "no route takes the whole path, and the stages, whose name it may begin with, may not be read"
            return Missing(reason, self._stages_needed())
        if not path:
            return Missing("no URL was given, and the API has several routes", _NO_URL)
        return route_facts(self._method, path, routes)

    def _stages_needed(self) -> str:
        stages = self._stages.result()
        return stages.needs if isinstance(stages, Missing) else ""

    def _authorizer(self, route: RouteFacts | Missing) -> AuthorizerFacts | Missing:
        authorizers = self._authorizers.result()
        if isinstance(route, Missing):
            return self._only_authorizer(authorizers, route)
        if not route.route_key:
            return Missing("no route matches, so no authorizer runs")
        if not route.authorizer_id:
            return Missing("the route has no authorizer")
        if isinstance(authorizers, Missing):  # who may not list them may still look at this one
            at = f"{self._at}/authorizers/{route.authorizer_id}"
            one = or_missing(
                lambda: self._reads.api("get_authorizer", at, ApiId=self._api_id, AuthorizerId=route.authorizer_id)
            )
            if isinstance(one, Missing):
                return one
            authorizers = [one]
        return authorizer_facts(route.authorizer_id, authorizers)

    def _only_authorizer(self, authorizers: Items | Missing, route: Missing) -> AuthorizerFacts | Missing:
        """Where the route is not known, the one authorizer that the API has is the one that guards it."""
        if isinstance(authorizers, Missing):
            return authorizers
        if len(authorizers) == 1:
            return authorizer_facts(str(authorizers[0]["AuthorizerId"]), authorizers)
        return Missing(f"the route is not known: {route.reason}", route.needs)

    def _behind(
        self, route: RouteFacts | Missing, stage: StageFacts | Missing
    ) -> tuple[IntegrationFacts | Missing | None, PermissionFacts | Missing | None]:
        """The integration and, where it leads to a function, the permission to invoke it."""
        if isinstance(route, Missing):
            return route, None
        integrations = self._integrations.result()
        if isinstance(integrations, Missing):
            return integrations, None
        item = next((each for each in integrations if f"integrations/{each['IntegrationId']}" == route.target), None)
        arn = function_arn(str((item or {}).get("IntegrationUri", "")))
        if item is None or not arn:
            return integration_facts(route.target, integrations, None), None
        function = self._read_function(arn)
        integration = integration_facts(route.target, integrations, function.exists)
        return integration, self._permission(item, route, stage, function)

    def _read_function(self, arn: str) -> FunctionReading:
        if self._function is not None and self._request.function == arn:
            return self._function.result()
        return read_function(self._reads, arn)

    def _permission(
        self, integration: Mapping[str, Any], route: RouteFacts, stage: StageFacts | Missing, function: FunctionReading
    ) -> PermissionFacts | Missing | None:
        if integration.get("CredentialsArn"):  # a role of the API's own does it; the function's policy is not asked
            return None
        if isinstance(stage, Missing):
            return Missing("the stage is not known", stage.needs)
        account = self._account.result()
        if isinstance(account, Missing):
            return Missing(f"the API's account is not known: {account.reason}", CREDENTIALS)
        partition = function.arn.split(":")[1]
        api = f"arn:{partition}:execute-api:{self._reads.region}:{account}:{self._api_id}"
        return permission_facts(function, execute_api_arn(api, stage.name, self._method, route.route_key))
