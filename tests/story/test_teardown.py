"""Taking back is whole: seen from outside, with a side that is dead, a lost ledger, or half of it gone already."""

from collections.abc import Callable
from pathlib import Path

import pytest

from services.cancel import Cancellation
from services.errors import ConfigurationError
from services.events import Event, StepUndone
from services.provisioning.step import Outcome, Side, Undone
from services.provisioning.teardown import TornDown
from services.workbench import Workbench
from tests.benches import Bench, Log, up

MakeWorkbench = Callable[..., Workbench]


def take_down(workbench: Workbench, **options: object) -> tuple[TornDown, Log]:
    log = Log()
    return workbench.take_down(log, Cancellation(), **options), log  # type: ignore[arg-type]


def left(ended: TornDown) -> dict[Side, list[str]]:
    return {side.side: [each.step_id for each in side.left] for side in ended.sides}


def test_both_sides_are_read_again_and_what_is_left_is_named(sandbox: Bench, workbench: Workbench) -> None:
    before = sandbox.world()
    up(workbench)
    gateway = sandbox.client("apigatewayv2")
    tag = {"gatelight:profile": sandbox.name}
    twin = gateway.create_api(Name="twin", ProtocolType="HTTP", Tags=tag)["ApiId"]

    ended, _ = take_down(workbench)

    assert ended.succeeded
    assert ended.exit_code == 1
    assert left(ended) == {Side.FUSIONAUTH: [], Side.AWS: ["api"]}
    assert [each.resource_id for side in ended.sides for each in side.left] == [twin]
    assert "000000000000" in ended.sides[1].survey.place
    gateway.delete_api(ApiId=twin)
    assert take_down(workbench)[0].exit_code == 0
    assert sandbox.world() == before


def test_a_log_that_lambda_made_anew_for_late_lines_goes_too(sandbox: Bench, workbench: Workbench) -> None:
    before = sandbox.world()
    up(workbench)

    def late(event: Event) -> None:
        if isinstance(event, StepUndone) and event.step_id == "log_group":
            sandbox.client("logs").create_log_group(logGroupName=f"/aws/lambda/{sandbox.name}")

    ended = workbench.take_down(Log(late), Cancellation())

    assert ended.exit_code == 0, left(ended)
    assert sandbox.world() == before


@pytest.mark.parametrize("dead", list(Side))
def test_a_dead_side_holds_up_only_itself_and_a_later_run_finishes(
    sandbox: Bench, new_workbench: MakeWorkbench, tmp_path: Path, dead: Side
) -> None:
    before = sandbox.world()
    ledger = tmp_path / "ledger.json"
    up(new_workbench(ledger=ledger))

    ended, log = take_down(new_workbench(ledger=ledger, dead=dead))

    assert not ended.succeeded
    assert ended.exit_code == 3
    lost, alive = sorted(ended.sides, key=lambda side: side.side is not dead)
    assert lost.nothing_left is None
    assert alive.nothing_left
    assert alive.remaining == ()
    assert {"application", "tenant issuer"} <= set(lost.remaining) or {"HTTP API", "role"} <= set(lost.remaining)
    world = sandbox.world()
    untouched = ("apis", "functions", "roles", "log groups") if dead is Side.FUSIONAUTH else ("tenants", "keys")
    assert {name for name in untouched if world[name] != before[name]} == set()
    assert world != before
    assert (log.undone.get("issuer") is Undone.RESTORED) == (dead is Side.AWS)

    assert take_down(new_workbench(ledger=ledger))[0].exit_code == 0
    assert sandbox.world() == before


def test_without_its_ledger_everything_that_bears_the_mark_goes_and_the_issuer_is_given_back(
    sandbox: Bench, new_workbench: MakeWorkbench
) -> None:
    before = sandbox.world()
    ledger = sandbox.ledger()
    first = new_workbench(ledger=ledger, scope="read")
    up(first)
    first.call(first.get_token(Cancellation()), Cancellation())
    iam = sandbox.client("iam")
    iam.detach_role_policy(RoleName=sandbox.name, PolicyArn=first.done()["role"].facts["policy_arn"])
    iam.delete_role(RoleName=sandbox.name)
    sandbox.client("apigatewayv2").create_api(
        Name="twin", ProtocolType="HTTP", Tags={"gatelight:profile": sandbox.name, "other": "tag"}
    )
    second = new_workbench(function="renamed-since", role="renamed-since")
    assert second.undo_plan() == ()

    lost = second.look_without_ledger()

    assert sorted(each.step_id for each in lost.found) == [
        "access_token_key", "api", "api", "application", "function", "id_token_key", "log_group", "login_key",
        "scope_lambda", "user",
    ]  # fmt: skip
    assert lost.issuer is not None
    assert lost.issuer.ours
    records = [*(each.record for each in lost.found), lost.issuer.restored_to("acme.com")]
    ended, log = take_down(second, found=records)
    assert log.undone["issuer"] is Undone.RESTORED
    assert ended.exit_code == 0
    sandbox.switch_tunnel(is_open=False)  # nothing tells whose it was
    assert sandbox.world() == before
    assert take_down(new_workbench(ledger=ledger, scope="read"))[0].exit_code == 0


def test_an_issuer_that_somebody_set_since_is_not_restored(sandbox: Bench, new_workbench: MakeWorkbench) -> None:
    lost = new_workbench().look_without_ledger()
    assert lost.found == ()
    assert lost.issuer is not None
    assert not lost.issuer.ours
    with pytest.raises(ConfigurationError, match="which Gatelight did not set"):
        lost.issuer.restored_to("https://before.example")


def test_what_was_adopted_stays_and_is_said_to(sandbox: Bench, new_workbench: MakeWorkbench) -> None:
    logs, group = sandbox.client("logs"), f"/aws/lambda/{sandbox.name}"
    logs.create_log_group(logGroupName=group)
    before = sandbox.world()
    workbench = new_workbench()
    log = Log()
    assert workbench.up(log, Cancellation(), adopt=("log_group",)), log.failures
    assert log.reports["log_group"].outcome is Outcome.ADOPTED
    assert f"function log ({group}): adopted" in workbench.staying()
    assert not [line for line in workbench.undo_plan() if "log" in line and group in line]

    assert take_down(workbench)[0].exit_code == 0

    assert sandbox.world() == before
    logs.delete_log_group(logGroupName=group)
