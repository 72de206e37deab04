"""The app on a sandbox process of its own: real servers, real tokens, a real 401 and a real 200."""

import psutil

from services.profile.store import load_profile
from tests.tui.screen import PATIENCE_SECONDS, Stage
from tui.app import GatelightApp
from tui.keymap import Focus
from tui.wiring import DEFAULT_PROFILE, sandbox_workbench


async def test_the_whole_story_ends_in_401_and_200_and_leaves_no_process() -> None:
    named = load_profile(DEFAULT_PROFILE)
    app = GatelightApp(
        lambda progress, cancellation, _: sandbox_workbench(named, progress=progress, cancellation=cancellation)
    )
    others = set(psutil.Process().children(recursive=True))
    async with app.run_test(size=(160, 45), notifications=True) as pilot:
        on = Stage(app, pilot)
        await on.until(lambda: on.board.focus_kind is Focus.STEPS)
        children = set(psutil.Process().children(recursive=True)) - others
        assert children
        await on.story()
        shown = on.shown()
        assert "with the token · 200 OK" in shown
        assert "without a token · 401 Unauthorized" in shown
        assert "as predicted" in shown
        await on.until(lambda: on.main.situation.job is None and on.board.strip.state.agreement is not None)
        agreement = on.board.strip.state.agreement
        assert agreement is not None
        assert agreement.holds
        await on.press("enter")
        await on.until_shown("The same as a command")
        await on.press("escape")
        await on.press("u")
        await on.until_shown("restore tenant issuer")
        await on.press("y")
        await on.until(lambda: on.main.situation.job is None and not on.main.situation.something_made)
        await on.press("p")
        await on.idle()
        assert all(row.done for row in on.board.rows)
        await on.press("q")
    gone, alive = psutil.wait_procs(children, timeout=PATIENCE_SECONDS)
    assert gone
    assert not alive
