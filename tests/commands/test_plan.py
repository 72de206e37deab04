"""`gatelight plan`, kept in a file and run; and what a person is asked before a live profile is changed."""

from collections.abc import Callable
from pathlib import Path

import click
import pytest

from services.cancel import Cancellation
from services.errors import ConfigurationError, ExpectationFailed
from services.provisioning.plan import Action
from services.workbench import Workbench
from tests.benches import PASSWORD, Bench
from tests.commands.conftest import Running
from tui.commands.agreeing import Agreement
from tui.commands.output import Output


def test_a_plan_is_kept_run_once_and_then_broken(running: Running, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    shown = running.run("plan", "--out", str(path), "--json")
    assert (shown.code, path.stat().st_mode & 0o777) == (0, 0o600)
    document = shown.json()
    assert document["place"]["account"] == document["where"]["account"] == "000000000000"
    assert document["place"]["tenant"] == document["where"]["tenant"] == "Default"
    assert document["cost"]["sentence"].startswith("about $0 a month at 1,000 calls")
    steps = {step["id"]: step for step in document["steps"]}
    assert [call["operation"] for call in steps["role"]["calls"]] == ["CreateRole", "AttachRolePolicy"]
    assert {"action": "iam:PassRole", "resource": "arn:aws:iam::000000000000:role/gatelight-function"}.items() <= next(
        one for one in steps["function"]["iam"] if one["action"] == "iam:PassRole"
    ).items()
    for secret in (running.endpoints["fusionauth"]["api_key"], running.endpoints["user"]["password"]):
        assert secret not in path.read_text() + shown.out

    done = running.run("up", "--plan", str(path), "--json")
    assert done.json()["succeeded"] is True
    again = running.run("up", "--plan", str(path))
    assert again.code == 1
    assert "is not as planned. The plan says: change" in again.err
    told = running.run("plan")
    assert 'Plan for AWS account 000000000000, region us-east-1 and tenant "Default" of the sandbox' in told.out
    assert running.run("down", "--yes").code == 0
    assert running.run("up", "--plan", str(tmp_path / "none")).code == 2


@pytest.fixture
def live(new_workbench: Callable[..., Workbench]) -> Workbench:
    """A workbench of a profile that says it is live, so that somebody must be asked."""
    return new_workbench(target="live")


def agreement(workbench: Workbench, *, adopt: tuple[str, ...] = (), yes: bool = False) -> Agreement:
    steps = tuple(spec.id for spec in workbench.steps)
    return Agreement(Output(), workbench, Cancellation(), steps, adopt, yes)


def test_nobody_is_there_to_be_asked(live: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(ConfigurationError) as refused:
        agreement(live).on_a_new_plan()
    assert refused.value.message.endswith('in AWS account 000000000000, region us-east-1 and tenant "Default".')
    assert "--yes" in refused.value.fix
    assert agreement(live, yes=True).on_a_new_plan()[0].where.account == "000000000000"


def test_whoever_is_asked_sees_what_and_where(
    live: Workbench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(click, "confirm", lambda question, **_: asked.append(question))
    plan, _ = agreement(live).on_a_new_plan()
    assert asked == ['Do this in AWS account 000000000000, region us-east-1 and tenant "Default"?']
    said = capsys.readouterr().err
    assert '"acme.com" → ' in said
    assert "Cost: about $0 a month at 1,000 calls" in said
    assert agreement(live).on_this(plan) is plan
    assert len(asked) == 2


def test_what_is_not_ours_is_refused_before_anybody_is_asked(
    sandbox: Bench, new_workbench: Callable[..., Workbench]
) -> None:
    made = sandbox.fusionauth("POST", "/api/user", {"user": {"email": sandbox.email, "password": PASSWORD}})
    assert made.status_code == 200
    live = new_workbench(target="live")
    with pytest.raises(ExpectationFailed, match="Gatelight did not make it") as refused:
        agreement(live, yes=True).on_a_new_plan()
    assert "--adopt user" in refused.value.fix
    plan, _ = agreement(live, yes=True, adopt=("user",)).on_a_new_plan()
    assert next(step.action for step in plan.steps if step.id == "user") is Action.ADOPT
