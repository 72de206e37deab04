"""What was made in one account is never looked for in another: there it would seem deleted, and be forgotten."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from services.aws.caller import Caller, read_caller
from services.cancel import Cancellation
from services.errors import ConfigurationError
from services.workbench import Workbench
from tests.benches import Log, down, up


def test_nothing_is_done_in_another_account_than_the_one_recorded(
    new_workbench: Callable[..., Workbench], monkeypatch: pytest.MonkeyPatch
) -> None:
    workbench = new_workbench()
    for step_id in ("reach", "identity", "role"):
        up(workbench, only=step_id)
    here = workbench._to
    workbench._to = replace(here, sandbox="")  # as in a live profile
    elsewhere = Caller("arn:aws:iam::999999999999:user/me", "999999999999", "us-east-1")
    monkeypatch.setattr("services.workbench.read_caller", lambda _: elsewhere)
    log = Log()
    for act in (workbench.down, workbench.up):
        with pytest.raises(ConfigurationError, match="in the AWS account 000000000000, us-east-1; you are signed in"):
            act(log, Cancellation())
    with pytest.raises(ConfigurationError, match="signed in to 999999999999"):
        workbench.plan(Cancellation())
    assert log.events == []
    assert "role" in workbench.done()
    monkeypatch.setattr("services.workbench.read_caller", read_caller)
    assert workbench.where().account == "999999999999"
    down(workbench)
    assert workbench.where().account == "000000000000"
