"""The HTTP API and its stage."""

from typing import Any

from services.aws.steps.side import AwsSide
from services.errors import ExpectationFailed
from services.provisioning.calls import Calls, aws
from services.provisioning.step import Change, Finding, Made, MakingStep, Record, Side, State, StepSpec, Undone, Work

STAGE = "$default"


class HttpApi(MakingStep):
    """An HTTP API, known again by its tag: API Gateway lets many carry the same name."""

    spec = StepSpec(
        "api",
        Side.AWS,
        "HTTP API",
        "The gate itself: an address on the internet that AWS answers for. Everything else hangs on it.",
        needs=("identity", "reach"),
    )
    calls = Calls(
        read=aws("apigatewayv2", "GetApis"),
        create=aws("apigatewayv2", "CreateApi", parameters=("Tags",)),
        undo=aws("apigatewayv2", "DeleteApi"),
    )

    def __init__(self, side: AwsSide) -> None:
        self._side = side

    def find(self, work: Work) -> Finding:
        """Look for the API that carries our tag."""
        found = [api for api in self._side.items("get_apis") if self._side.is_ours(api.get("Tags"))]
        if len(found) > 1:
            ids = ", ".join(f'"{api["ApiId"]}"' for api in found)
            raise ExpectationFailed(
                f'{len(found)} HTTP APIs carry the tag of profile "{self._side.profile}": {ids}.',
                "Delete all but one of them, then run the step again.",
            )
        return self._finding(found[0], State.RIGHT) if found else Finding(State.ABSENT)

    def create(self, work: Work, finding: Finding) -> Made:
        """Create the API."""
        with self._side.calling("apigatewayv2") as client:
            api = client.create_api(Name=self._side.settings.api, ProtocolType="HTTP", Tags=self._side.tags)
        made = self._finding(api, State.RIGHT)
        return Made(made.facts, resource_id=made.resource_id, link=made.link)

    def undo(self, work: Work, record: Record) -> Undone:
        """Delete the API with everything still in it."""
        return self._side.delete("apigatewayv2", "delete_api", ApiId=record.resource_id)

    def _finding(self, api: dict[str, Any], state: State) -> Finding:
        return Finding(
            state,
            {"api_id": api["ApiId"], "api_endpoint": api["ApiEndpoint"].rstrip("/")},
            ours=True,
            resource_id=api["ApiId"],
            link=self._side.console(f"apigateway/main/api-detail?api={api['ApiId']}"),
        )


class DefaultStage(MakingStep):
    """The `$default` stage with automatic deployment, so that no stage name stands in the path."""

    spec = StepSpec(
        "stage",
        Side.AWS,
        "$default stage",
        "Only a deployed stage answers. $default deploys every change by itself and adds nothing to the path.",
        needs=("api",),
    )
    calls = Calls(
        read=aws("apigatewayv2", "GetStage"),
        create=aws("apigatewayv2", "CreateStage", parameters=("Tags",)),
        change=aws("apigatewayv2", "UpdateStage"),
        undo=aws("apigatewayv2", "DeleteStage"),
    )

    def __init__(self, side: AwsSide) -> None:
        self._side = side

    def find(self, work: Work) -> Finding:
        """Look for the stage."""
        stage = self._side.read("apigatewayv2", "get_stage", ApiId=work.facts["api_id"], StageName=STAGE)
        if stage is None:
            return Finding(State.ABSENT)
        if stage.get("AutoDeploy"):
            return Finding(State.RIGHT, {"stage_api_id": work.facts["api_id"]}, ours=True, resource_id=STAGE)
        return Finding(State.DIFFERS, changes=(Change("AutoDeploy", "false", "true"),), ours=True, resource_id=STAGE)

    def create(self, work: Work, finding: Finding) -> Made:
        """Create the stage, or switch automatic deployment on."""
        api_id = work.facts["api_id"]
        with self._side.calling("apigatewayv2") as client:
            if finding.state is State.ABSENT:
                client.create_stage(ApiId=api_id, StageName=STAGE, AutoDeploy=True, Tags=self._side.tags)
            else:
                client.update_stage(ApiId=api_id, StageName=STAGE, AutoDeploy=True)
        return Made({"stage_api_id": api_id}, resource_id=STAGE)

    def undo(self, work: Work, record: Record) -> Undone:
        """Delete the stage."""
        api_id = record.facts["stage_api_id"]
        return self._side.delete("apigatewayv2", "delete_stage", ApiId=api_id, StageName=STAGE)
