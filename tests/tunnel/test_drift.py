"""Another address of the tunnel: seen at the right places, and set right on both sides by one yes."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.cancel import Cancellation
from services.diagnosis.diagnose import diagnose
from services.diagnosis.diagnosis import ALL_STEPS, Weight
from services.diagnosis.in_hand import presented_by
from services.diagnosis.intake import Intake
from services.tunnel.ngrok.provider import NgrokTunnel
from services.workbench import Workbench
from tests.benches import Bench, up
from tests.diagnosis.cases import ISSUER, authorizer, facts
from tests.tui.screen import Stage
from tests.tunnel.cloud import Cloud
from tests.tunnel.conftest import AUTHTOKEN
from tests.tunnel.live import Live
from tui.app import GatelightApp
from tui.commands.cure import offer_cure
from tui.commands.output import Output
from tui.keymap import Focus

MOVED = "https://other-words.ngrok-free.dev"


@pytest.fixture
def moving_cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """An account that gets another address at every start, as paid ones without a domain do."""
    cloud = Cloud(stable=False)
    monkeypatch.setenv("STAND_IN_CLOUD", cloud.address)
    monkeypatch.setenv("NGROK_AUTHTOKEN", AUTHTOKEN)
    yield cloud
    cloud.close()


def tenant_issuer(sandbox: Bench) -> str:
    """The issuer as FusionAuth has it."""
    tenant = sandbox.record.endpoints.fusionauth.tenant_id
    return str(sandbox.fusionauth("GET", f"/api/tenant/{tenant}").json()["tenant"]["issuer"])


def test_the_doctor_names_the_address_as_what_everything_else_comes_from() -> None:
    case = facts(gateway=authorizer(), moved_to=MOVED, provisioned_by="dev")
    diagnosis = diagnose(case)
    finding = diagnosis.finding("tunnel-address")
    assert (finding.expected, finding.actual, finding.weight) == (MOVED, ISSUER, Weight.WARNS)
    assert (finding.fix.step_id, finding.fix.new_token) == (ALL_STEPS, True)
    assert finding.fix.command == "gatelight up --profile dev"
    gone = diagnose(facts(gateway=authorizer(ISSUER + "x"), moved_to=MOVED, provisioned_by="dev"))
    assert gone.deciding is not None
    assert gone.deciding.id == "issuer"
    assert gone.root is not None
    assert gone.root.id == "tunnel-address"
    assert diagnose(facts(gateway=authorizer(), moved_to=MOVED)).findings == ()  # a gate of somebody else's


async def test_in_the_app_the_strip_turns_red_and_one_yes_repairs_tenant_authorizer_and_token(
    moving_cloud: Cloud,
    sandbox: Bench,
    new_tunnel: Callable[..., NgrokTunnel],
    new_workbench: Callable[..., Workbench],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.tunnel.watcher.GLANCE_SECONDS", 0.1)
    tunnel = new_tunnel(sandbox.record.endpoints.fusionauth.url)
    workbench = new_workbench(tunnel=tunnel)
    app = GatelightApp(lambda progress, cancellation, person: workbench)
    async with app.run_test(size=(160, 45), notifications=True) as pilot:
        on = Stage(app, pilot)
        await on.until(lambda: on.board.focus_kind is Focus.STEPS)
        await on.story()
        first = tunnel.current()
        assert first
        await on.until_shown("tunnel ✔ up")

        tunnel.close()  # the agent is gone, as after a crash
        await on.until_shown("tunnel ✘ closed")
        second = tunnel.open(Cancellation())
        await on.until_shown("tunnel ✔ up")
        await on.until(lambda: _red(on) == {"tenant", "discovery", "token", "authorizer"})
        assert f'"{first}"' in on.shown()
        await on.press("0", "enter")
        await on.until_shown("The tunnel has another address now")
        await on.press("enter")
        await on.until_shown("esc leave it")
        assert second in on.shown()
        assert tenant_issuer(sandbox) == first  # nothing happens before the yes
        await on.press("enter")
        await on.until_shown("Nothing is wrong")
        await on.press("escape")
        await on.until(lambda: not _red(on) and on.main.situation.job is None)
        assert tenant_issuer(sandbox) == workbench.authorizer().issuer == second
        inspection = on.board.token.state.inspection
        assert inspection is not None
        assert inspection.token.decoded.claims["iss"] == second
        answers = on.board.without.state, on.board.with_token.state
        assert [one and one.answer and one.answer.status for one in answers] == [401, 200]

        await on.press("u")
        await on.until_shown('restore tenant issuer to "acme.com"')
        await on.press("y")
        await on.until(lambda: on.main.situation.job is None and not on.main.situation.something_made)
        assert tenant_issuer(sandbox) == "acme.com"
        assert tunnel.current() is None


def _red(on: Stage) -> set[str]:
    """The places of the issuer that are shown to disagree."""
    agreement = on.board.strip.state.agreement
    return (
        {place.name for place in agreement.issuer.places if agreement.issuer.agrees(place) is False}
        if agreement
        else set()
    )


@pytest.fixture
def live(moving_cloud: Cloud, sandbox: Bench, agent: Path, tmp_path: Path) -> Iterator[Live]:
    """A live profile for line commands."""
    live = Live(tmp_path / "home", moving_cloud, sandbox, agent)
    yield live
    live.end()


def test_on_the_line_status_tells_it_and_up_repairs_it(live: Live) -> None:
    first = live.keep_tunnel()["public_url"]
    up = live.run("up", "--yes")
    assert up.code == 0, up.out + up.err
    assert live.run("tunnel", "--stop").code == 0
    closed = live.run("status")
    assert closed.code == 1
    assert "· tunnel closed" in closed.out
    assert "API Gateway goes on with the keys it has read, for up to two hours" in closed.out
    second = live.keep_tunnel()["public_url"]
    assert second != first

    status = live.run("status")
    assert status.code == 1
    assert f"✔ tunnel up {second}" in status.out
    assert f'is "{first}", should be "{second}"' in status.out
    assert live.run("up", "--yes").code == 0
    assert tenant_issuer(live.sandbox) == second
    assert json.loads(live.run("call", "--json").out)["with_token"]["status"] == 200
    assert live.run("down", "--yes").code == 0
    assert tenant_issuer(live.sandbox) == "acme.com"


def test_the_doctor_on_the_line_repairs_it_after_one_yes(
    moving_cloud: Cloud,
    sandbox: Bench,
    new_tunnel: Callable[..., NgrokTunnel],
    new_workbench: Callable[..., Workbench],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tunnel = new_tunnel(sandbox.record.endpoints.fusionauth.url)
    workbench = new_workbench(tunnel=tunnel)
    up(workbench)
    token = workbench.get_token(Cancellation())
    tunnel.close()
    second = tunnel.open(Cancellation())
    asked: list[str] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.confirm", lambda text, **_: asked.append(text))
    diagnosis = diagnose(workbench.examine(Intake(presented=presented_by(token)), Cancellation()))
    assert diagnosis.root is not None
    assert diagnosis.root.id == "tunnel-address"
    cured = offer_cure(Output(), workbench, diagnosis, token, Cancellation())
    assert cured is not None
    assert cured.token is not None
    assert len(asked) == 1
    out = capsys.readouterr().out
    order = [out.index(step) for step in ("tenant issuer", "discovery contract", "JWT authorizer")]
    assert order == sorted(order)
    assert tenant_issuer(sandbox) == workbench.authorizer().issuer == second
    assert workbench.call(cured.token, Cancellation()).opens_as_it_should
    healthy = diagnose(workbench.examine(Intake(presented=presented_by(cured.token)), Cancellation()))
    assert healthy.healthy is True
