"""What each step declares that it may call is exactly what it calls."""

from collections.abc import Callable

import pytest

from services.aws.actions import OPERATIONS, iam_actions
from services.aws.preflight import PREFLIGHT_CALLS
from services.events import StepUndone
from services.exchange import Exchange
from services.provisioning.calls import Call
from services.provisioning.step import Outcome
from services.workbench import Workbench
from tests.benches import Bench, down, up
from tests.story.test_drift import DRIFTS, log_made_anew_by_lambda

USED_BY_WHAT_IS_MADE = {Outcome.CREATED: "create", Outcome.CHANGED: "change"}
SPOILS = {spoil.__name__: spoil for _, spoil in DRIFTS}
# A name taken by a deactivated application of somebody else is not met in these runs, nor is a caller who may not do
# everything (tests/permissions).
NOT_MET = {
    ("application", "GET /api/application?inactive=true"),
    *(("identity", str(call)) for call in PREFLIGHT_CALLS),
}


@pytest.fixture
def runs(sandbox: Bench, new_workbench: Callable[..., Workbench]) -> list[tuple[str, tuple[Call, ...], list[Exchange]]]:
    """Step, what it declares for what it did, and what it said: up from nothing, up on drift (twice), and down."""
    workbench = new_workbench(scope="gate:open")
    declared = workbench.calls
    found: list[tuple[str, tuple[Call, ...], list[Exchange]]] = []

    def run_up() -> None:
        for step, report in up(workbench).reports.items():
            making = getattr(declared[step], USED_BY_WHAT_IS_MADE.get(report.outcome, ""), ())
            found.append((step, (*declared[step].read, *making), list(report.exchanges)))

    run_up()
    log_made_anew_by_lambda(sandbox, workbench)  # while the function still runs
    for name in sorted(SPOILS.keys() - {"deactivated_application", "log_made_anew_by_lambda"}):
        SPOILS[name](sandbox, workbench)
    lambda_path = f"/api/lambda/{workbench.done()['scope_lambda'].resource_id}"
    sandbox.fusionauth("PATCH", lambda_path, {"lambda": {"body": "function populate(jwt, user, registration) {}"}})
    sandbox.client("lambda").update_function_code(FunctionName=sandbox.name, ZipFile=_other_code())
    run_up()
    SPOILS["deactivated_application"](sandbox, workbench)
    run_up()
    for event in down(workbench).events:
        if isinstance(event, StepUndone):
            found.append((event.step_id, declared[event.step_id].undo, list(event.exchanges)))
    return found


def test_a_step_calls_nothing_it_does_not_declare_and_declares_nothing_it_does_not_call(
    runs: list[tuple[str, tuple[Call, ...], list[Exchange]]], workbench: Workbench
) -> None:
    met: set[tuple[str, str]] = set()
    for step, declared, exchanges in runs:
        for exchange in exchanges:
            made = [call for call in declared if call.matches(exchange)]
            assert made, (
                f"{step} called {_said(exchange)}, which it declares nowhere: {[str(call) for call in declared]}"
            )
            met |= {(step, str(call)) for call in made}

    steps = {step for step, _, _ in runs}
    assert steps >= set(workbench.calls) | {"scope_lambda"}
    never = {(step, str(call)) for step, calls in workbench.calls.items() for call in calls.all} - met
    assert sorted(never) == sorted(NOT_MET)


def test_every_step_declares_what_it_reads_and_every_operation_has_its_iam_actions(workbench: Workbench) -> None:
    assert all(calls.read for calls in workbench.calls.values())
    for calls in workbench.calls.values():
        for call in calls.all:
            if not call.path:
                actions = iam_actions(call.service, call.operation, call.parameters)
                assert actions or call.operation == "GetCallerIdentity"
    assert {action.action for action in iam_actions("lambda", "CreateFunction", ("Tags",))} == {
        "lambda:CreateFunction",
        "lambda:TagResource",
    }


def test_an_action_names_its_resource_with_what_is_known() -> None:
    known = {"partition": "aws-cn", "region": "cn-north-1", "account": "123456789012", "api": "abc123"}
    assert OPERATIONS["apigatewayv2:UpdateRoute"][0].on(known) == (
        "arn:aws-cn:apigateway:cn-north-1::/apis/abc123/routes/*"
    )


def _said(exchange: Exchange) -> str:
    return f"{exchange.aws.service}:{exchange.aws.operation}" if exchange.aws else f"{exchange.method} {exchange.url}"


def _other_code() -> bytes:
    import io
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.mjs", "export const handler = async () => ({ statusCode: 204 });")
    return packed.getvalue()
