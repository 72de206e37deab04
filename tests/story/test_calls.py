"""Each step calls exactly what it declares, and sends exactly what the plan foretold."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from services.aws.actions import OPERATIONS, iam_actions
from services.aws.preflight import PREFLIGHT_CALLS
from services.cancel import Cancellation
from services.events import StepUndone
from services.exchange import Exchange
from services.provisioning.calls import Call, Calls
from services.provisioning.step import Outcome
from services.read_only import reads
from services.sandbox.launch import SandboxProcess
from services.workbench import Workbench
from tests.benches import Bench, down, up
from tests.story.test_drift import DRIFTS, log_made_anew_by_lambda

OPEN = re.compile(r"\\\{[a-z_]+\\\}")
USED_BY_WHAT_IS_MADE = {Outcome.CREATED: "create", Outcome.CHANGED: "change"}
SPOILS = {spoil.__name__: spoil for _, spoil in DRIFTS}
# A name taken by a deactivated application of somebody else is not met in these runs, nor is a caller who may not do
# everything (tests/permissions).
NOT_MET = {
    ("application", "GET /api/application?inactive=true"),
    *(("identity", str(call)) for call in PREFLIGHT_CALLS),
}


@dataclass(frozen=True)
class Did:
    """What a step did in a run: what it declares and what was foretold for that, and what it said."""

    step: str
    declared: tuple[Call, ...]
    exchanges: tuple[Exchange, ...]
    foretold: tuple[Exchange, ...] | None = None


@pytest.fixture(scope="module")
def runs(session_sandbox: SandboxProcess) -> Iterator[tuple[Mapping[str, Calls], list[Did]]]:
    """Up from nothing, up on drift (twice), and down, each `up` planned before."""
    sandbox = Bench(session_sandbox.record)
    workbench = sandbox.workbench(scope="gate:open")
    declared = workbench.calls
    found: list[Did] = []

    def run_up() -> None:
        plan = {step.spec.id: step for step in workbench.plan(Cancellation())}
        for step, report in up(workbench).reports.items():
            making = getattr(declared[step], USED_BY_WHAT_IS_MADE.get(report.outcome, ""), ())
            calls = (*declared[step].read, *making)
            found.append(Did(step, calls, report.exchanges, plan[step].requests))

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
            found.append(Did(event.step_id, declared[event.step_id].undo, event.exchanges))
    yield declared, found
    sandbox.end()


def test_a_step_calls_nothing_it_does_not_declare_and_declares_nothing_it_does_not_call(
    runs: tuple[Mapping[str, Calls], list[Did]],
) -> None:
    declared, found = runs
    met: set[tuple[str, str]] = set()
    for did in found:
        for exchange in did.exchanges:
            made = [call for call in did.declared if call.matches(exchange)]
            assert made, f"{did.step} declares nowhere: {exchange.summary}"
            met |= {(did.step, str(call)) for call in made}

    assert {did.step for did in found} == set(declared)
    never = {(step, str(call)) for step, calls in declared.items() for call in calls.all} - met
    assert sorted(never) == sorted(NOT_MET)


def test_the_plan_foretells_every_writing_request_and_no_other(runs: tuple[Mapping[str, Calls], list[Did]]) -> None:
    compared = 0
    for did in runs[1]:
        if did.foretold is None or did.step in ("reach", "tunnel"):  # the one asks with what cannot succeed
            continue
        said = [exchange.summary for exchange in did.exchanges if _writes(exchange)]
        assert len(said) == len(did.foretold), (did.step, said)
        for foretold, sent in zip(did.foretold, said, strict=True):
            assert re.fullmatch(OPEN.sub(".+", re.escape(foretold.summary)), sent), (foretold.summary, sent)
            compared += 1
    assert compared > 30


def _writes(exchange: Exchange) -> bool:
    return exchange.method != "GET" if exchange.aws is None else not reads(exchange.aws.operation)


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


def _other_code() -> bytes:
    import io
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.mjs", "export const handler = async () => ({ statusCode: 204 });")
    return packed.getvalue()
