"""The ways to a token in the app: the chooser, the browser, the second factor and renewal."""

import pytest

from services.errors import RemoteError
from services.redact import Secret
from tests.tui.conftest import Clock, Staging
from tests.tui.double import REFRESH, STATE, Double
from tests.tui.screen import Stage
from tui.screens.code import CodeScreen
from tui.screens.visit import VisitScreen

ANSWER = f"http://127.0.0.1:8765/gatelight/x?code=c&state={STATE}"


@pytest.fixture(autouse=True)
def no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test opens a browser, whatever the machine has."""
    monkeypatch.setattr("tui.obtaining.has_browser", lambda: False)


async def _provisioned(on: Stage) -> None:
    await on.press("p")
    await on.idle()


async def _visit(on: Stage) -> None:
    await _provisioned(on)
    await on.press("T")
    await on.until_shown("Its access token comes")
    await on.press("down", "enter")
    await on.until(lambda: isinstance(on.app.screen, VisitScreen))
    await on.until_shown("state")


async def test_every_way_says_beforehand_what_its_token_carries_and_why_it_is_not_possible(stage: Staging) -> None:
    async with stage() as on:
        await _provisioned(on)
        await on.press("T")
        await on.until_shown("✔ with     aud")
        assert "– without  gty     no OAuth grant took place" in on.shown()
        await on.press("j", "j")
        await on.until_shown("not now: a refresh token comes with a login")
        await on.press("enter")
        assert "Ways to a token" in on.shown()
        assert "token" not in on.double.asked


async def test_t_takes_the_way_that_was_chosen_last(stage: Staging) -> None:
    async with stage() as on:
        await on.story()
        await on.press("T")
        await on.until_shown("Its access token comes")
        await on.press("up", "enter")
        await on.until(lambda: "refresh at oauth" in on.double.asked)
        await on.idle()
        await on.press("t")
        await on.until(lambda: on.double.asked.count("refresh at oauth") == 2)
        await on.idle()
        await on.press("T")
        await on.until_shown("❯ Refresh token at /oauth2/token")


async def test_a_chosen_refresh_without_a_refresh_token_shows_the_ways_again(stage: Staging) -> None:
    async with stage() as on:
        await on.story()
        await on.press("T")
        await on.until_shown("Its access token comes")
        await on.press("up", "enter")
        await on.idle()
        on.main.board.forget_results()
        await on.press("t")
        await on.until_shown("not now")


async def test_what_a_browser_needs_behind_the_tunnel_is_said_before_and_during_the_login(stage: Staging) -> None:
    async with stage(Double(login_note="The login page is not [/] shown to the world.")) as on:
        await _visit(on)
        await on.until_shown("The login page is not [/] shown to the world.")


async def test_a_login_in_the_browser_waits_in_sight_and_ends_with_what_is_pasted(stage: Staging, clock: Clock) -> None:
    async with stage() as on:
        await _visit(on)
        await on.until_shown("5:00 left")
        assert STATE not in on.shown(), "the state stays hidden"
        assert "comes back: the answer is this login's" in on.shown()
        clock.now += 61
        await on.until_shown("3:59 left")
        await on.press("enter")
        await on.pilot.press(*"nonsense", "enter")
        await on.until_shown("What was pasted is not the address [/].")
        await on.press("enter")
        on.app.screen.query_one("Input").value = ANSWER  # type: ignore[attr-defined]
        await on.press("enter")
        await on.until(lambda: on.board.token.state.inspection is not None)
        assert on.app.screen is on.main
        assert "Authorization Code with PKCE" in on.shown()


async def test_a_paste_anywhere_is_the_answer(stage: Staging) -> None:
    from textual.events import Paste

    async with stage() as on:
        await _visit(on)
        on.app.post_message(Paste(ANSWER))
        await on.until(lambda: on.board.token.state.inspection is not None)


async def test_the_address_is_copied_whole_and_shown_only_when_asked(stage: Staging) -> None:
    async with stage(size=(80, 24)) as on:
        await _visit(on)
        await on.press("y")
        assert f"state={STATE}" in on.app.clipboard
        assert STATE not in on.shown()
        await on.press("v")
        await on.until(lambda: STATE in on.shown().replace("\n", ""))


async def test_giving_up_cancels_the_login_and_keeps_the_token_in_hand(stage: Staging) -> None:
    async with stage() as on:
        await on.story()
        before = on.board.token.state
        await on.press("T")
        await on.until_shown("Its access token comes")
        await on.press("down", "enter")
        await on.until(lambda: isinstance(on.app.screen, VisitScreen))
        await on.press("q", "escape")
        await on.idle()
        assert on.app.screen is on.main
        assert on.board.token.state == before


async def test_quitting_lets_a_waiting_login_take_its_redirect_url_back_first(stage: Staging) -> None:
    async with stage() as on:
        await _visit(on)
        await on.pilot.press("ctrl+q")
        await on.until(lambda: on.app._exit)
        asked = on.double.asked
    assert asked[-2:] == ["taken back", "closed"]


async def test_a_palette_over_the_waiting_login_does_not_keep_it_open(stage: Staging) -> None:
    async with stage() as on:
        await _visit(on)
        visit = on.app.screen
        assert isinstance(visit, VisitScreen)
        await on.press("ctrl+p")
        await on.until(lambda: on.app.screen is not visit)
        visit._visit.paste(ANSWER)
        await on.idle()
        await on.press("escape")
        await on.until(lambda: on.app.screen is on.main)


async def test_a_second_factor_s_code_is_asked_for_and_asked_for_again(stage: Staging) -> None:
    double = Double(codes_wanted=2)
    async with stage(double) as on:
        await _provisioned(on)
        await on.press("t")
        await on.until(lambda: isinstance(on.app.screen, CodeScreen))
        await on.until_shown("the code from the authenticator app")
        await on.pilot.press("enter", *"111111", "enter")
        await on.until_shown("That code was wrong.")
        await on.pilot.press(*"222222", "enter")
        await on.until(lambda: on.board.token.state.inspection is not None)
        assert on.double.asked[-4:-1] == ["code 111111", "code 222222", "inspect"]


async def test_leaving_the_code_out_cancels_the_login(stage: Staging) -> None:
    async with stage(Double(codes_wanted=1)) as on:
        await _provisioned(on)
        await on.press("t")
        await on.until(lambda: isinstance(on.app.screen, CodeScreen))
        await on.press("escape")
        await on.idle()
        assert on.app.screen is on.main
        assert on.board.token.state.inspection is None


async def test_the_token_renews_itself_before_its_end_while_that_is_wanted(stage: Staging, clock: Clock) -> None:
    async with stage() as on:
        await on.story()
        await on.press("a")
        await on.until_shown("↻ renews itself at")
        assert "↻ auto-renew" in on.shown()
        clock.now += 3581 - 61
        on.main.tick()
        assert "refresh at api" not in on.double.asked
        clock.now += 1
        on.main.tick()
        await on.until(lambda: "refresh at api" in on.double.asked)
        await on.idle()
        on.main.tick()
        assert on.double.asked.count("refresh at api") == 1
        await on.press("a")
        await on.until(lambda: "↻" not in on.shown())


async def test_a_renewal_that_fails_is_told_beside_the_token_and_not_tried_again(stage: Staging, clock: Clock) -> None:
    async with stage() as on:
        await on.story()
        await on.press("a")
        on.double.token_error = RemoteError("It is revoked [/].", "Log in again.")
        clock.now += 3600
        on.main.tick()
        await on.until_shown("It is revoked [/].")
        assert on.board.token.state.inspection is not None
        assert "↻" not in on.shown()
        for _ in range(3):
            on.main.tick()
            await on.idle()
        assert on.double.asked.count("refresh at api") == 1


async def test_without_a_refresh_token_nothing_renews_itself(stage: Staging) -> None:
    async with stage(Double(refresh_token=Secret(""))) as on:
        await on.story()
        assert "Auto-renew" not in on.keys
        await on.press("a")
        assert "↻" not in on.shown()


async def test_no_refresh_token_stands_on_the_screen_even_revealed(stage: Staging) -> None:
    async with stage() as on:
        await on.story()
        await on.press("v", "3", "enter")
        await on.pilot.pause()
        assert REFRESH.reveal() not in on.shown()
