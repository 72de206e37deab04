"""Errors appear where they happened, say what to do, and the work can be done again."""

from services.errors import RemoteError
from tests.tui.conftest import Staging
from tests.tui.double import REFUSED_KEY, Double, token
from tui.view.steps import Phase


async def test_a_failed_step_says_why_and_can_run_again(stage: Staging) -> None:
    double = Double(fails={"user": REFUSED_KEY})
    async with stage(double) as on:
        await on.press("p")
        await on.idle()
        selected = on.board.selected_step
        assert selected is not None
        assert (selected.spec.id, selected.phase) == ("user", Phase.FAILED)
        shown = on.shown()
        assert "FusionAuth refused the API key" in shown
        assert "GATELIGHT_FUSIONAUTH_API_KEY" in shown
        assert "Traceback" not in shown
        double.fails.clear()
        await on.press("r")
        await on.until(lambda: "up user" in double.asked)
        await on.idle()
        assert on.board.steps(selected.spec.side).row("user").done  # type: ignore[union-attr]


async def test_a_start_that_fails_is_told_and_can_be_tried_again(stage: Staging) -> None:
    async with stage(fails=REFUSED_KEY) as on:
        await on.until_shown("FusionAuth refused the API key")
        await on.until(lambda: "Try again" in on.keys)
        assert "Provision" not in on.keys


async def test_a_token_that_is_refused_is_told_in_the_token_pane(stage: Staging) -> None:
    double = Double(token_error=RemoteError("The password was refused [/].", "Set GATELIGHT_USER_PASSWORD."))
    async with stage(double) as on:
        await on.press("p")
        await on.idle()
        await on.press("t")
        await on.until_shown("The password was refused [/].")
        assert "Set GATELIGHT_USER_PASSWORD." in on.shown()


async def test_something_unforeseen_is_an_error_on_the_screen_and_no_crash(stage: Staging) -> None:
    async with stage(Double(call_error=RuntimeError("[/] boom"))) as on:
        await on.press("p")
        await on.idle()
        await on.press("c")
        await on.until_shown("RuntimeError: [/] boom")
        assert on.app.is_running
        assert "Call" in on.keys


async def test_late_news_of_a_replaced_run_changes_nothing(stage: Staging) -> None:
    from services.events import RunKind, RunStarted
    from tui.messages import RunNews, TokenArrived

    async with stage() as on:
        before = on.board.rows
        on.main.post_message(RunNews(999, RunStarted(RunKind.UP, ("reach",))))
        on.main.post_message(TokenArrived(999, on.double.inspect(token())))
        await on.pilot.pause()
        assert on.board.rows == before
        assert on.board.token.state.inspection is None
