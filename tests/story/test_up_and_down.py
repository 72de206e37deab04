"""The whole story against the sandbox: up, up again, down, up; looked at from outside each time."""

from collections.abc import Callable

from services.cancel import Cancellation
from services.events import RunFinished, RunKind
from services.exchange import Exchange
from services.provisioning.step import Outcome, Undone
from services.workbench import Workbench
from tests.benches import Bench, Log, down, up

MakeWorkbench = Callable[..., Workbench]
CREATED = {
    "tunnel", "access_token_key", "id_token_key", "application", "user", "registration", "login_key",
    "role", "log_group", "function", "api", "stage", "integration", "authorizer", "route", "permission",
}  # fmt: skip
CHECKS = {"reach", "discovery", "identity", "ready"}


def writing(exchange: Exchange) -> bool:
    """Whether a request could have changed anything; AWS's query protocol posts even to read."""
    if exchange.aws:
        return not exchange.aws.operation.startswith(("Get", "List", "Describe"))
    return exchange.method != "GET"


def test_the_first_up_makes_everything_and_the_gate_opens_for_the_token_alone(
    sandbox: Bench, workbench: Workbench
) -> None:
    log = up(workbench)

    outcomes = {step: report.outcome for step, report in log.reports.items()}
    assert outcomes == {
        **dict.fromkeys(CREATED, Outcome.CREATED),
        **dict.fromkeys(CHECKS, Outcome.HOLDS),
        "issuer": Outcome.CHANGED,
    }
    token = workbench.get_token(Cancellation())
    pair = workbench.call(token, Cancellation())
    assert (pair.without.status, pair.with_token and pair.with_token.status) == (401, 200)
    assert pair.opens_as_it_should
    assert pair.as_predicted
    assert workbench.agreement(token).holds
    assert workbench.next_step() is None


def test_a_second_up_changes_nothing_and_sends_no_writing_request(sandbox: Bench, workbench: Workbench) -> None:
    up(workbench)
    before, records = sandbox.world(), dict(workbench.done())

    log = up(workbench)

    assert sandbox.world() == before
    assert dict(workbench.done()) == records
    said = [
        exchange
        for step, report in log.reports.items()
        for exchange in report.exchanges
        if step != "reach" or exchange.status == 200  # it asks what the key may do with calls that cannot succeed
    ]
    assert len(said) >= len(log.reports)
    assert [exchange for exchange in said if writing(exchange)] == []
    assert {report.outcome for step, report in log.reports.items() if step not in CHECKS} == {Outcome.FOUND}


def test_down_leaves_the_world_as_it_was(sandbox: Bench, workbench: Workbench) -> None:
    before = sandbox.world()
    up(workbench)
    assert sandbox.world() != before

    log = down(workbench)

    assert sandbox.world() == before
    assert set(before["tenants"].values()) == {"acme.com"}
    assert log.undone["issuer"] is Undone.RESTORED
    assert {log.undone[step] for step in CREATED} == {Undone.DELETED}
    assert dict(workbench.done()) == {}
    assert workbench.undo_plan() == ()


def test_up_works_again_after_down(sandbox: Bench, workbench: Workbench) -> None:
    up(workbench)
    down(workbench)

    log = up(workbench)

    assert log.reports["application"].outcome is Outcome.CREATED
    assert workbench.call(workbench.get_token(Cancellation()), Cancellation()).opens_as_it_should


def test_down_on_nothing_is_quietly_done(workbench: Workbench) -> None:
    log = down(workbench)
    assert log.events[-1].kind is RunKind.DOWN if isinstance(log.events[-1], RunFinished) else False
    assert log.undone == {}


def test_the_undo_plan_names_what_goes_and_what_comes_back(sandbox: Bench, workbench: Workbench) -> None:
    up(workbench)
    plan = workbench.undo_plan()
    api_id = workbench.done()["api"].resource_id
    assert f"delete HTTP API ({api_id})" in plan
    assert 'restore tenant issuer to "acme.com"' in plan
    assert plan.index(f"delete HTTP API ({api_id})") < plan.index('restore tenant issuer to "acme.com"')
    assert len(plan) == len(CREATED) + 1


def test_steps_run_one_by_one_in_the_order_a_presenter_takes_them(sandbox: Bench, workbench: Workbench) -> None:
    visited = []
    while (step := workbench.next_step()) is not None:
        up(workbench, only=step)
        visited.append(step)
    looking = ["reach", "tunnel", "identity"]  # nothing is changed before both sides were found to allow it
    assert visited == looking + [spec.id for spec in workbench.steps if spec.id not in looking]
    assert workbench.call(workbench.get_token(Cancellation()), Cancellation()).opens_as_it_should


def test_what_was_deleted_by_hand_is_made_again_and_down_still_leaves_nothing(
    sandbox: Bench, workbench: Workbench
) -> None:
    before = sandbox.world()
    up(workbench)
    sandbox.client("apigatewayv2").delete_api(ApiId=workbench.done()["api"].resource_id)
    sandbox.fusionauth("DELETE", f"/api/user/{workbench.done()['user'].resource_id}?hardDelete=true")

    log = up(workbench)

    assert log.reports["api"].outcome is Outcome.CREATED
    assert log.reports["user"].outcome is Outcome.CREATED
    assert log.reports["permission"].changes
    assert workbench.call(workbench.get_token(Cancellation()), Cancellation()).opens_as_it_should
    down(workbench)
    assert sandbox.world() == before


def test_what_was_deleted_by_hand_is_no_error_for_down(sandbox: Bench, workbench: Workbench) -> None:
    before = sandbox.world()
    up(workbench)
    sandbox.client("apigatewayv2").delete_api(ApiId=workbench.done()["api"].resource_id)
    sandbox.client("lambda").delete_function(FunctionName=sandbox.name)
    sandbox.switch_tunnel(is_open=False)

    log = down(workbench)

    assert {log.undone[step] for step in ("api", "route", "function", "permission", "tunnel")} == {Undone.GONE}
    assert sandbox.world() == before


def test_the_plan_says_beforehand_what_up_will_do_and_changes_nothing(sandbox: Bench, workbench: Workbench) -> None:
    before = sandbox.world()
    fresh = {planned.spec.id: planned.action.value for planned in workbench.plan(Cancellation())}
    assert sandbox.world() == before
    looking = {"reach": "check", "identity": "check", "discovery": "later", "ready": "later"}
    assert fresh == {**dict.fromkeys(CREATED, "create"), "issuer": "change", **looking}

    up(workbench)
    after = {planned.spec.id: planned.action.value for planned in workbench.plan(Cancellation())}
    assert after == {**dict.fromkeys(CREATED | {"issuer"}, "nothing"), **dict.fromkeys(CHECKS, "check")}


def test_events_begin_and_end_each_step_once(workbench: Workbench) -> None:
    log = up(workbench)
    names = [type(event).__name__ for event in log.events]
    assert names[0] == "RunStarted"
    assert names[-1] == "RunFinished"
    assert names.count("StepStarted") == names.count("StepDone") == len(workbench.steps)
    assert isinstance(log, Log)
