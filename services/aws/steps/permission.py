"""The permission by which the API may run the function."""

import json
from typing import Any

from services.aws.steps.side import ROUTE_PATH, AwsSide
from services.provisioning.calls import Calls, aws
from services.provisioning.step import Change, Finding, Made, MakingStep, Record, Side, State, StepSpec, Undone, Work


class InvokePermission(MakingStep):
    """One statement in the function's resource policy, for this API and this path only."""

    spec = StepSpec(
        "permission",
        Side.AWS,
        "invoke permission",
        "The function must allow the API to call it. Without it the gateway lets a good token in and then answers 500.",
        needs=("api", "function"),
    )
    calls = Calls(
        read=aws("lambda", "GetPolicy"),
        create=aws("lambda", "AddPermission"),
        change=aws("lambda", "RemovePermission", "AddPermission"),
        undo=aws("lambda", "RemovePermission"),
    )
    compares = ("api_id",)

    def __init__(self, side: AwsSide) -> None:
        self._side = side
        self._statement = f"gatelight-{side.profile}"

    def find(self, work: Work) -> Finding:
        """Look for our statement, and whether it names this API."""
        policy = self._side.read("lambda", "get_policy", FunctionName=work.facts["function_arn"])
        statements = json.loads(policy["Policy"]).get("Statement", []) if policy else []
        for statement in statements:
            if statement.get("Sid") == self._statement:
                facts = {"permission_function": work.facts["function_arn"]}
                now, wanted = _allowed(statement), source_arn(work)
                changes = () if now == wanted else (Change("SourceArn", now, wanted),)
                state = State.DIFFERS if changes else State.RIGHT
                return Finding(state, facts, changes, ours=True, resource_id=self._statement)
        return Finding(State.ABSENT)

    def create(self, work: Work, finding: Finding) -> Made:
        """Add the statement, in place of one for another API."""
        arn = work.facts["function_arn"]
        if finding.state is State.DIFFERS:
            self._remove(arn)
        with self._side.calling("lambda") as client:
            client.add_permission(
                FunctionName=arn,
                StatementId=self._statement,
                Action="lambda:InvokeFunction",
                Principal="apigateway.amazonaws.com",
                SourceArn=source_arn(work),
            )
        return Made({"permission_function": arn}, resource_id=self._statement)

    def undo(self, work: Work, record: Record) -> Undone:
        """Remove the statement."""
        return self._remove(record.facts["permission_function"])

    def _remove(self, function: str) -> Undone:
        return self._side.delete("lambda", "remove_permission", FunctionName=function, StatementId=self._statement)


def _allowed(statement: dict[str, Any]) -> str:
    """The source ARN a statement is limited to; empty where it is not limited."""
    return str(statement.get("Condition", {}).get("ArnLike", {}).get("AWS:SourceArn", ""))


def source_arn(work: Work) -> str:
    """Our route in any stage and by any method, and nothing else."""
    facts = work.facts
    return (
        f"arn:{facts['partition']}:execute-api:{facts['region']}:{facts['account']}:{facts['api_id']}/*/*{ROUTE_PATH}"
    )
