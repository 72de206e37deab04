"""The ledger and both sides next to each other: who is off, whatever else is."""

from collections.abc import Callable

from services.cancel import Cancellation
from services.errors import Unreachable
from services.provisioning.step import Side
from services.provisioning.stock import Standing, Stock
from services.workbench import Workbench
from tests.benches import Bench, up
from tests.story.test_drift import deactivated_application

MakeWorkbench = Callable[..., Workbench]
WELL = {Standing.IN_PLACE, Standing.HOLDS}


def stock(workbench: Workbench) -> dict[str, Stock]:
    return {step.spec.id: step for step in workbench.stock(Cancellation())}


def off(found: dict[str, Stock]) -> dict[str, Standing]:
    return {step_id: step.standing for step_id, step in found.items() if step.standing not in WELL}


def test_who_is_off_is_named_and_nobody_else_though_others_need_it(
    sandbox: Bench, new_workbench: MakeWorkbench
) -> None:
    ledger = sandbox.ledger()
    up(new_workbench(ledger=ledger))
    workbench = new_workbench(ledger=ledger)  # as another process, which does not wait for what was just made
    assert off(stock(workbench)) == {}
    iam = sandbox.client("iam")
    iam.detach_role_policy(RoleName=sandbox.name, PolicyArn=workbench.done()["role"].facts["policy_arn"])
    iam.delete_role(RoleName=sandbox.name)
    sandbox.client("lambda").update_function_configuration(FunctionName=sandbox.name, Handler="index.other")
    change = deactivated_application(sandbox, workbench)
    before = sandbox.world()

    found = stock(workbench)

    assert sandbox.world() == before
    assert off(found) == {
        "application": Standing.CHANGED,
        "role": Standing.GONE,
        "function": Standing.CHANGED,
    }
    assert change in found["application"].changes
    assert {step_id for step_id, step in found.items() if step.alone} == {"application", "role"}
    assert found["application"].record is not None
    assert found["application"].record.since
    up(workbench, only="role")
    up(workbench)
    assert off(stock(workbench)) == {}


def test_without_the_ledger_what_is_ours_is_told_from_what_is_not_made(
    sandbox: Bench, new_workbench: MakeWorkbench
) -> None:
    fresh = stock(new_workbench())
    assert set(off(fresh).values()) == {Standing.NOT_MADE, Standing.NOT_YET}
    up(new_workbench())
    lost = stock(new_workbench())
    assert {lost[step].standing for step in ("application", "role", "api", "authorizer")} == {Standing.UNRECORDED}
    assert lost["issuer"].standing is Standing.THERE


def test_a_side_that_does_not_answer_leaves_the_other_readable(sandbox: Bench, new_workbench: MakeWorkbench) -> None:
    ledger = sandbox.ledger()
    up(new_workbench(ledger=ledger))
    found = stock(new_workbench(ledger=ledger, dead=Side.FUSIONAUTH))
    assert isinstance(found["reach"].error, Unreachable)
    aws = {step_id: step.standing for step_id, step in found.items() if step.spec.side is Side.AWS}
    assert set(aws.values()) == WELL
