"""A run bound to a plan does what it said, or stops: before anything is changed where that can be seen beforehand."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from services.aws.steps.role import TRUST
from services.cancel import Cancellation
from services.errors import ConfigurationError
from services.http import HttpClient
from services.provisioning.binding import BoundPlan, PlanBroken
from services.provisioning.plan import Action
from services.provisioning.step import Outcome
from services.redact import Redactor
from services.tunnel.joined import JoinedTunnel
from services.tunnel.loopback import SandboxTunnel
from services.workbench import Workbench
from tests.benches import Bench, Log, up
from tests.story.test_drift import another_issuer


def bound(workbench: Workbench) -> BoundPlan:
    return workbench.bind(workbench.plan(Cancellation()))


def test_a_run_does_what_the_plan_said_and_the_same_plan_does_not_run_twice(workbench: Workbench) -> None:
    plan = bound(workbench)
    log = Log()
    assert workbench.up(log, Cancellation(), plan=plan), log.failures
    done = {step: report.outcome for step, report in log.reports.items()}
    created = {step.id for step in plan.steps if step.action is Action.CREATE}
    assert {step for step, outcome in done.items() if outcome is Outcome.CREATED} == created
    assert [step.id for step in plan.steps if step.action is Action.CHANGE] == ["issuer"]

    again = Log()
    assert not workbench.up(again, Cancellation(), plan=plan)
    assert {type(failed.error) for failed in again.failures.values()} == {PlanBroken}


def test_somebody_elses_role_that_appeared_stops_what_needs_it(sandbox: Bench, workbench: Workbench) -> None:
    plan = bound(workbench)
    iam, policy = sandbox.client("iam"), "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    iam.create_role(RoleName=sandbox.name, AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.attach_role_policy(RoleName=sandbox.name, PolicyArn=policy)
    try:
        with pytest.raises(PlanBroken, match=r"create it\. Found: .* exists, and Gatelight did not make it"):
            workbench.verify(plan, Cancellation())
        log = Log()
        assert not workbench.up(log, Cancellation(), plan=plan)
        assert isinstance(log.failures["role"].error, PlanBroken)
        assert "function" not in {*log.reports, *log.failures}
    finally:
        iam.detach_role_policy(RoleName=sandbox.name, PolicyArn=policy)
        iam.delete_role(RoleName=sandbox.name)


def vanished(sandbox: Bench, workbench: Workbench) -> None:
    sandbox.client("apigatewayv2").delete_api(ApiId=workbench.done()["api"].resource_id)


def changed(sandbox: Bench, workbench: Workbench) -> None:
    another_issuer(sandbox, workbench)


@pytest.mark.parametrize(("step", "spoil"), [("api", vanished), ("issuer", changed)])
def test_what_vanished_or_changed_stops_before_anything_is_changed(
    sandbox: Bench, workbench: Workbench, step: str, spoil: Callable[[Bench, Workbench], None]
) -> None:
    up(workbench)
    plan = bound(workbench)
    workbench.verify(plan, Cancellation())
    spoil(sandbox, workbench)
    spoiled = sandbox.world()

    with pytest.raises(PlanBroken) as broken:
        workbench.verify(plan, Cancellation())
    assert "as it is. Found:" in broken.value.message
    log = Log()
    assert not workbench.up(log, Cancellation(), plan=plan)
    assert isinstance(log.failures[step].error, PlanBroken)
    assert sandbox.world() == spoiled
    up(workbench)  # puts it right, so that it can be taken back


@pytest.mark.parametrize(("step", "name"), [("identity", "account"), ("reach", "tenant_id")])
def test_a_plan_for_another_place_changes_nothing_here(
    sandbox: Bench, workbench: Workbench, step: str, name: str
) -> None:
    plan = bound(workbench)
    elsewhere: Any = {**msgspec.to_builtins(plan.where), name: "elsewhere"}
    plan = msgspec.structs.replace(plan, where=type(plan.where)(**elsewhere))
    before = sandbox.world()
    with pytest.raises(PlanBroken, match='"elsewhere"'):
        workbench.verify(plan, Cancellation())
    log = Log()
    assert not workbench.up(log, Cancellation(), plan=plan)
    assert step in log.failures
    assert sandbox.world()["apis"] == before["apis"]


def test_a_plan_that_would_fail_is_no_plan(sandbox: Bench, new_workbench: Callable[..., Workbench]) -> None:
    plan = new_workbench(password="").plan(Cancellation())
    assert {step.spec.id for step in plan if step.action is Action.BLOCKED} == {"user", "registration"}
    assert plan.blocked is not None
    assert "no password was given" in plan.blocked.message
    with pytest.raises(ConfigurationError, match="no password was given"):
        new_workbench(password="").bind(plan)


def test_a_tunnel_that_another_process_must_open_says_so(
    sandbox: Bench, new_workbench: Callable[..., Workbench]
) -> None:
    joined = JoinedTunnel(SandboxTunnel(HttpClient(Redactor()), sandbox.record.control), "dev")
    tunnel = next(step for step in new_workbench(tunnel=joined).plan(Cancellation()) if step.spec.id == "tunnel")
    assert tunnel.action is Action.CREATE
    assert "gatelight tunnel --profile dev" in tunnel.note


def test_planning_tells_where_and_what_it_costs(workbench: Workbench) -> None:
    plan = workbench.plan(Cancellation())
    assert (plan.where.account, plan.where.region, plan.where.tenant) == ("000000000000", "us-east-1", "Default")
    assert plan.where.caller.startswith("arn:aws:")
    assert plan.cost is not None
    assert plan.cost.region == "us-east-1"
    function = next(step for step in plan if step.spec.id == "function")
    assert {"lambda:CreateFunction", "iam:PassRole", "lambda:TagResource"} <= {one.action for one in function.needed}
