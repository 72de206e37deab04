"""The private function behind the gateway."""

from dataclasses import replace
from typing import Any

from services.aws.package import HANDLER, RUNTIME, code_sha256, function_package
from services.aws.steps.side import AwsSide
from services.errors import ExpectationFailed, RemoteError
from services.provisioning.calls import Calls, aws
from services.provisioning.step import (
    Change,
    Finding,
    Foreign,
    Made,
    MakingStep,
    Record,
    Side,
    State,
    StepSpec,
    Undone,
    Work,
)

ROLE_SECONDS = 60.0  # a new role is assumable after 5 to 15 s as a rule
ACTIVE_SECONDS = 60.0
_NOT_ASSUMABLE = "cannot be assumed by Lambda"


class Function(MakingStep):
    """Deploy `lambda_template/index.mjs`; it answers with the claims the gateway passed on."""

    spec = StepSpec(
        "function",
        Side.AWS,
        "function",
        "The private thing behind the gate: a function that answers with the claims of whoever was let in. "
        "It never sees a request that the gateway refuses.",
        needs=("role", "log_group"),
    )
    calls = Calls(
        read=aws("lambda", "GetFunction"),
        create=(
            *aws("lambda", "CreateFunction", parameters=("Role", "Tags")),
            *aws("lambda", "GetFunctionConfiguration"),
        ),
        change=(
            *aws("lambda", "UpdateFunctionConfiguration", parameters=("Role",)),
            *aws("lambda", "UpdateFunctionCode", "GetFunctionConfiguration"),
        ),
        undo=aws("lambda", "GetFunction", "DeleteFunction"),
    )
    compares = ("role_arn",)

    def __init__(self, side: AwsSide) -> None:
        self._side = side
        self._name = side.settings.function

    def find(self, work: Work) -> Finding:
        """Look for the function and compare code, runtime, handler and role."""
        found = self._side.read("lambda", "get_function", FunctionName=self._name)
        if found is None:
            partition, region, account = (work.facts[name] for name in ("partition", "region", "account"))
            arn = f"arn:{partition}:lambda:{region}:{account}:function:{self._name}"  # it will have
            return Finding(State.ABSENT, {"function_arn": arn})
        configuration = found["Configuration"]
        wanted = {
            "CodeSha256": code_sha256(function_package()),
            "Runtime": RUNTIME,
            "Handler": HANDLER,
            "Role": work.facts["role_arn"],
        }
        changes = tuple(
            Change(name, str(configuration.get(name, "")), value)
            for name, value in wanted.items()
            if configuration.get(name) != value
        )
        if not self._side.is_ours(found.get("Tags")):
            return self._foreign(configuration, work, changes)
        return self._finding(configuration, State.DIFFERS if changes else State.RIGHT, changes)

    def create(self, work: Work, finding: Finding) -> Made:
        """Create the function (waiting until the new role can be assumed), or bring it up to date."""
        configuration = self._create(work) if finding.state is State.ABSENT else self._update(work, finding)
        self._until_active(work)
        made = self._finding(configuration, State.RIGHT, ())
        return Made(made.facts, resource_id=made.resource_id, link=made.link)

    def undo(self, work: Work, record: Record) -> Undone:
        """Delete the function, if it still bears our tag: another one may have been put in its place."""
        found = self._side.read("lambda", "get_function", FunctionName=record.resource_id)
        if found is not None and not self._side.is_ours(found.get("Tags")):
            return Undone.KEPT
        return self._side.delete("lambda", "delete_function", FunctionName=record.resource_id)

    def _create(self, work: Work) -> dict[str, Any]:
        waited, pause = 0.0, 0.5
        while True:
            try:
                with self._side.calling("lambda") as client:
                    made: dict[str, Any] = client.create_function(
                        FunctionName=self._name,
                        Runtime=RUNTIME,
                        Handler=HANDLER,
                        Role=work.facts["role_arn"],
                        Code={"ZipFile": function_package()},
                        Description="Answers with the claims that the JWT authorizer passed on",
                        Tags=self._side.tags,
                    )
                return made
            except RemoteError as error:
                if _NOT_ASSUMABLE not in error.message or waited >= ROLE_SECONDS:
                    raise
            work.waiting("until Lambda can assume the new role", ROLE_SECONDS - waited)
            work.cancellation.wait(pause)
            waited, pause = waited + pause, min(pause * 2, 5.0)

    def _update(self, work: Work, finding: Finding) -> dict[str, Any]:
        names = {change.name for change in finding.changes}
        configuration: dict[str, Any] = {}
        with self._side.calling("lambda") as client:
            if names - {"CodeSha256"}:
                configuration = client.update_function_configuration(
                    FunctionName=self._name, Runtime=RUNTIME, Handler=HANDLER, Role=work.facts["role_arn"]
                )
                self._until_active(work)
            if "CodeSha256" in names:
                configuration = client.update_function_code(FunctionName=self._name, ZipFile=function_package())
        return configuration

    def _until_active(self, work: Work) -> None:
        waited, pause = 0.0, 0.05
        while True:
            with self._side.calling("lambda") as client:
                state = client.get_function_configuration(FunctionName=self._name)
            busy = state.get("State") == "Pending" or state.get("LastUpdateStatus") == "InProgress"
            if not busy:
                break
            if waited >= ACTIVE_SECONDS:
                raise ExpectationFailed(
                    f'The function "{self._name}" is still {state.get("State", "not active").lower()} after '
                    f"{ACTIVE_SECONDS:.0f} s.",
                    "Look at it in the Lambda console, then run the step again.",
                )
            work.waiting("until the function is active", ACTIVE_SECONDS - waited)
            work.cancellation.wait(pause)
            waited, pause = waited + pause, min(pause * 1.5, 2.0)
        if state.get("State") == "Failed" or state.get("LastUpdateStatus") == "Failed":
            reason = state.get("StateReason") or state.get("LastUpdateStatusReason") or "no reason given"
            raise ExpectationFailed(f'The function "{self._name}" failed: {reason}', "Run the step again.")

    def _foreign(self, configuration: dict[str, Any], work: Work, changes: tuple[Change, ...]) -> Finding:
        """Somebody's function can stand behind the gate as it is, whatever it does."""
        facts = work.facts
        what, where = f'The function "{self._name}"', f"in account {facts['account']}, {facts['region']}"
        names = ", ".join(change.name for change in changes)
        return replace(
            self._finding(configuration, State.RIGHT, ()),
            ours=False,
            foreign=Foreign(what, where, "aws.function"),
            note=f"It is not the function Gatelight would deploy: {names} differ." if changes else "",
        )

    def _finding(self, configuration: dict[str, Any], state: State, changes: tuple[Change, ...]) -> Finding:
        return Finding(
            state,
            {"function_arn": configuration["FunctionArn"]},
            changes,
            ours=True,
            resource_id=configuration["FunctionName"],
            link=self._side.console(f"lambda/home#/functions/{configuration['FunctionName']}"),
        )
