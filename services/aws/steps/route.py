"""The route: the one path behind the gate."""

from typing import Any

from services.aws.steps.side import ROUTE_KEY, AwsSide
from services.provisioning.calls import Calls, aws
from services.provisioning.step import Change, Finding, Made, MakingStep, Record, Side, State, StepSpec, Undone, Work


class Route(MakingStep):
    """`ANY /privateFunction`, guarded by the JWT authorizer, leading to the function; for a scope if one is wished."""

    spec = StepSpec(
        "route",
        Side.AWS,
        f"route {ROUTE_KEY}",
        "It says which requests the gatekeeper looks at, and where they go if it lets them in.",
        needs=("integration", "authorizer"),
    )
    calls = Calls(
        read=aws("apigatewayv2", "GetRoutes"),
        create=aws("apigatewayv2", "CreateRoute"),
        change=aws("apigatewayv2", "UpdateRoute"),
        undo=aws("apigatewayv2", "DeleteRoute"),
    )
    compares = ("integration_id", "authorizer_id")

    def __init__(self, side: AwsSide) -> None:
        self._side = side

    def find(self, work: Work) -> Finding:
        """Look for the route and compare its target and its authorizer."""
        for item in self._side.items("get_routes", ApiId=work.facts["api_id"]):
            if item.get("RouteKey") == ROUTE_KEY:
                return self._finding(item, work)
        return Finding(State.ABSENT)

    def create(self, work: Work, finding: Finding) -> Made:
        """Create the route, or change what differs."""
        api_id = work.facts["api_id"]
        with self._side.calling("apigatewayv2") as client:
            if finding.state is State.ABSENT:
                item = client.create_route(ApiId=api_id, RouteKey=ROUTE_KEY, **_wanted(work))
            else:
                item = client.update_route(ApiId=api_id, RouteId=finding.resource_id, **_wanted(work))
        facts = {"route_id": item["RouteId"], "route_api_id": api_id}
        return Made(facts, resource_id=item["RouteId"])

    def undo(self, work: Work, record: Record) -> Undone:
        """Delete the route."""
        return self._side.delete(
            "apigatewayv2", "delete_route", ApiId=record.facts["route_api_id"], RouteId=record.resource_id
        )

    def _finding(self, item: dict[str, Any], work: Work) -> Finding:
        wanted = _wanted(work)
        changes = tuple(
            Change(name, _text(item.get(name)), _text(value))
            for name, value in wanted.items()
            if (item.get(name) or []) != (value or [])
        )
        return Finding(
            State.DIFFERS if changes else State.RIGHT,
            {"route_id": item["RouteId"], "route_api_id": work.facts["api_id"]},
            changes,
            ours=True,
            resource_id=item["RouteId"],
        )


def _wanted(work: Work) -> dict[str, str | list[str]]:
    scope = work.facts.get("scope")
    return {
        "Target": f"integrations/{work.facts['integration_id']}",
        "AuthorizationType": "JWT",
        "AuthorizerId": work.facts["authorizer_id"],
        "AuthorizationScopes": [scope] if scope else [],
    }


def _text(value: str | list[str] | None) -> str:
    return " ".join(value) if isinstance(value, list) else value or ""
