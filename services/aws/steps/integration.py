"""The way from the API to the function."""

from typing import Any

from services.aws.steps.side import AwsSide
from services.provisioning.calls import Calls, aws
from services.provisioning.step import Change, Finding, Made, MakingStep, Record, Side, State, StepSpec, Undone, Work

PAYLOAD = "2.0"


class Integration(MakingStep):
    """A Lambda proxy integration with payload format 2.0."""

    spec = StepSpec(
        "integration",
        Side.AWS,
        "integration",
        "It ties the API to the function. Payload format 2.0 puts the token's claims at "
        "requestContext.authorizer.jwt.claims.",
        needs=("api", "function"),
    )
    calls = Calls(
        read=aws("apigatewayv2", "GetIntegrations"),
        create=aws("apigatewayv2", "CreateIntegration"),
        change=aws("apigatewayv2", "UpdateIntegration"),
        undo=aws("apigatewayv2", "DeleteIntegration"),
    )

    def __init__(self, side: AwsSide) -> None:
        self._side = side

    def find(self, work: Work) -> Finding:
        """Look for the integration that leads to our function."""
        arn = work.facts["function_arn"]
        for item in self._side.items("get_integrations", ApiId=work.facts["api_id"]):
            if item.get("IntegrationUri") == arn:
                return self._finding(item, work)
        return Finding(State.ABSENT)

    def create(self, work: Work, finding: Finding) -> Made:
        """Create the integration, or set its payload format."""
        api_id = work.facts["api_id"]
        with self._side.calling("apigatewayv2") as client:
            if finding.state is State.ABSENT:
                item = client.create_integration(
                    ApiId=api_id,
                    IntegrationType="AWS_PROXY",
                    IntegrationUri=work.facts["function_arn"],
                    IntegrationMethod="POST",
                    PayloadFormatVersion=PAYLOAD,
                )
            else:
                item = client.update_integration(
                    ApiId=api_id, IntegrationId=finding.resource_id, PayloadFormatVersion=PAYLOAD
                )
        facts = {"integration_id": item["IntegrationId"], "integration_api_id": api_id}
        return Made(facts, resource_id=item["IntegrationId"])

    def undo(self, work: Work, record: Record) -> Undone:
        """Delete the integration."""
        return self._side.delete(
            "apigatewayv2",
            "delete_integration",
            ApiId=record.facts["integration_api_id"],
            IntegrationId=record.resource_id,
        )

    def _finding(self, item: dict[str, Any], work: Work) -> Finding:
        version = str(item.get("PayloadFormatVersion", ""))
        right = version == PAYLOAD
        return Finding(
            State.RIGHT if right else State.DIFFERS,
            {"integration_id": item["IntegrationId"], "integration_api_id": work.facts["api_id"]},
            () if right else (Change("PayloadFormatVersion", version, PAYLOAD),),
            ours=True,
            resource_id=item["IntegrationId"],
        )
