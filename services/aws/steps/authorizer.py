"""The JWT authorizer: the gatekeeper, with the issuer and audience it insists on."""

import json
from typing import Any

from services.aws.steps.side import AwsSide
from services.provisioning.calls import Calls, aws
from services.provisioning.step import Change, Finding, Made, MakingStep, Record, Side, State, StepSpec, Undone, Work

IDENTITY_SOURCE = "$request.header.Authorization"


class JwtAuthorizer(MakingStep):
    """A JWT authorizer that expects our tenant's issuer and our application's id as audience."""

    spec = StepSpec(
        "authorizer",
        Side.AWS,
        "JWT authorizer",
        "The gatekeeper: it accepts tokens of one issuer, for one audience, signed with one of the issuer's RSA keys. "
        "AWS reads the issuer's discovery document at the moment it is created.",
        needs=("api", "discovery"),
    )
    calls = Calls(
        read=aws("apigatewayv2", "GetAuthorizers"),
        create=aws("apigatewayv2", "CreateAuthorizer"),
        change=aws("apigatewayv2", "UpdateAuthorizer"),
        undo=aws("apigatewayv2", "DeleteAuthorizer"),
    )
    compares = ("issuer", "application_id")

    def __init__(self, side: AwsSide) -> None:
        self._side = side
        self._name = f"gatelight-{side.profile}"

    def find(self, work: Work) -> Finding:
        """Look for our authorizer and compare issuer, audience and identity source."""
        for item in self._side.items("get_authorizers", ApiId=work.facts["api_id"]):
            if item.get("Name") == self._name:
                return self._finding(item, work)
        return Finding(State.ABSENT)

    def create(self, work: Work, finding: Finding) -> Made:
        """Create the authorizer, or change what differs. Either way AWS contacts the issuer."""
        api_id = work.facts["api_id"]
        wanted = {
            "IdentitySource": [IDENTITY_SOURCE],
            "JwtConfiguration": {"Issuer": work.facts["issuer"], "Audience": [work.facts["application_id"]]},
        }
        with self._side.calling("apigatewayv2") as client:
            if finding.state is State.ABSENT:
                item = client.create_authorizer(ApiId=api_id, Name=self._name, AuthorizerType="JWT", **wanted)
            else:
                item = client.update_authorizer(ApiId=api_id, AuthorizerId=finding.resource_id, **wanted)
        facts = {"authorizer_id": item["AuthorizerId"], "authorizer_api_id": api_id}
        return Made(facts, resource_id=item["AuthorizerId"])

    def undo(self, work: Work, record: Record) -> Undone:
        """Delete the authorizer."""
        return self._side.delete(
            "apigatewayv2",
            "delete_authorizer",
            ApiId=record.facts["authorizer_api_id"],
            AuthorizerId=record.resource_id,
        )

    def _finding(self, item: dict[str, Any], work: Work) -> Finding:
        jwt = item.get("JwtConfiguration", {})
        compared = (
            ("issuer", str(jwt.get("Issuer", "")), work.facts["issuer"]),
            ("audience", json.dumps(jwt.get("Audience", [])), json.dumps([work.facts["application_id"]])),
            ("identity source", json.dumps(item.get("IdentitySource", [])), json.dumps([IDENTITY_SOURCE])),
        )
        changes = tuple(Change(name, old, new) for name, old, new in compared if old != new)
        return Finding(
            State.DIFFERS if changes else State.RIGHT,
            {"authorizer_id": item["AuthorizerId"], "authorizer_api_id": work.facts["api_id"]},
            changes,
            ours=True,
            resource_id=item["AuthorizerId"],
        )
