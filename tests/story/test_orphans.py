"""Whatever bears Gatelight's mark is found, whoever made it; only what no ledger knows can be deleted without one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from services.cancel import Cancellation
from services.events import StepUndone
from services.orphans import Orphanage
from services.profile.paths import state_folder
from services.provisioning.step import Side, Undone
from services.workbench import Workbench
from tests.benches import Bench, Log, up

MakeWorkbench = Callable[..., Workbench]
EVERYTHING = {
    "access_token_key", "id_token_key", "scope_lambda", "application", "user", "login_key",
    "api", "function", "log_group", "role",
}  # fmt: skip


def steps(found: Orphanage, profile: str) -> set[str]:
    return {orphan.belonging.step_id for orphan in found.of(profile)}


@pytest.fixture
def stranger(sandbox: Bench) -> Bench:
    """Another profile on the same sandbox, whose ledger and profile nobody has any more."""
    return Bench(sandbox.record)


def test_what_a_profile_left_that_is_no_more_is_found_by_another_and_deleted_with_nothing_else(
    sandbox: Bench, new_workbench: MakeWorkbench, stranger: Bench
) -> None:
    before = sandbox.world()
    mine = new_workbench(ledger=state_folder() / "ledgers" / f"{sandbox.name}@s.json")
    up(mine)
    with_mine = sandbox.world()
    up(stranger.workbench(scope="read"))
    logs = sandbox.client("logs")
    logs.create_log_group(logGroupName="/somebody/else", tags={"gatelight": "profile"})

    found = mine.orphans.find()

    assert steps(found, stranger.name) == EVERYTHING
    assert steps(found, sandbox.name) == EVERYTHING - {"scope_lambda"}
    assert {orphan.known for orphan in found.of(sandbox.name)} == {True}
    assert {orphan.known for orphan in found.of(stranger.name)} == {False}
    assert all(orphan.belonging.made for orphan in found.orphans)
    assert [survey.place for survey in found.surveys] == [
        f'{sandbox.record.endpoints.fusionauth.url}, tenant "Default"', "account 000000000000, region us-east-1",
    ]  # fmt: skip
    assert not any(survey.blind for survey in found.surveys)

    lost = mine.orphans.look_for(stranger.name)
    log = Log()
    ended = mine.orphans.take_down(stranger.name, [each.record for each in lost.found], log, Cancellation())

    assert ended.exit_code == 0
    assert {event.undone for event in log.events if isinstance(event, StepUndone)} == {Undone.DELETED}
    logs.delete_log_group(logGroupName="/somebody/else")
    assert sandbox.world() == with_mine
    assert mine.orphans.find().profiles == (sandbox.name,)
    sandbox.end()
    assert sandbox.world() == before


def test_a_side_that_does_not_answer_is_said_to_and_the_other_is_read(
    sandbox: Bench, new_workbench: MakeWorkbench, tmp_path: Path
) -> None:
    up(new_workbench(ledger=tmp_path / "ledger.json"), only="reach")
    found = new_workbench(dead=Side.AWS).orphans.find()
    fusionauth, aws = found.surveys
    assert fusionauth.error is None
    assert aws.error is not None
    assert "did not answer" in aws.error.message
