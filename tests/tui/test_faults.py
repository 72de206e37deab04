"""Putting a fault in, seeing it through, and taking it out, in the app."""

from tests.tui.conftest import Staging
from tests.tui.double import CLAIMS, Double, token
from tests.tui.screen import Stage


async def break_it(on: Stage, *keys: str) -> None:
    """Open the chooser, press keys in it, and wait until all that follows is done."""
    await on.press("b")
    await on.until_shown("Break it: put a real fault in")
    await on.press(*keys)
    await on.until(lambda: on.double.asked[-1].startswith("call") or "agreement" in on.double.asked[-1])
    await on.idle()


async def test_a_fault_goes_in_and_a_new_token_and_a_call_show_it(stage: Staging) -> None:
    async with stage() as on:
        await on.story()
        del on.double.asked[:]
        await break_it(on, "down", "enter")
        await on.until_shown("fault in: issuer in capitals")
        work = [asked for asked in on.double.asked if asked not in ("agreement", "inspect")]
        assert work == ["break issuer-case", "token", "call with token"]
        authorizer = next(row for row in on.board.rows if row.spec.id == "authorizer")
        assert authorizer.phase == "drifted"


async def test_the_chooser_stands_at_what_is_in_and_enter_takes_it_out(stage: Staging) -> None:
    async with stage() as on:
        await on.story()
        await break_it(on, "down", "enter")
        await on.press("b")
        await on.until_shown("take it out")
        assert "issuer in capitals is in" in on.shown()
        del on.double.asked[:]
        await on.press("enter")
        await on.until(lambda: "call with token" in on.double.asked)
        await on.idle()
        assert [asked for asked in on.double.asked if asked not in ("agreement", "inspect")] == [
            "mend issuer-case",
            "token",
            "call with token",
        ]
        await on.until(lambda: "fault in" not in on.shown())


async def test_the_token_that_has_a_fault_is_used_and_a_new_one_is_its_cure(stage: Staging) -> None:
    double = Double()
    async with stage(double) as on:
        await on.story()
        double.faults.token = token(CLAIMS)
        del on.double.asked[:]
        await break_it(on, *["down"] * 8, "enter")
        await on.until_shown("fault in: expired token")
        assert [asked for asked in double.asked if asked != "agreement"] == [
            "break expired-token",
            "inspect",
            "call with token",
        ]
        await on.press("t")
        await on.until(lambda: "fault in" not in on.shown())


async def test_enter_on_the_strip_repairs_a_fault_the_strip_cannot_show(stage: Staging) -> None:
    async with stage() as on:
        await on.story()
        await break_it(on, *["down"] * 9, "enter")
        await on.until_shown("fault in: missing scope")
        del on.double.asked[:]
        await on.press("0", "enter")
        await on.until_shown("A fault is in: missing scope")
        on.double.faults.broken.clear()
        await on.press("enter")
        await on.until(lambda: "call with token" in on.double.asked)
        assert [asked for asked in on.double.asked if asked not in ("agreement", "inspect")] == [
            "up route",
            "token",
            "call with token",
        ]
        await on.until(lambda: "fault in" not in on.shown())


async def test_a_live_profile_is_broken_only_once_its_name_is_typed(stage: Staging) -> None:
    async with stage(Double(target="live")) as on:
        await on.story()
        await on.press("b")
        await on.until_shown("Break it: put a real fault in")
        await on.press("enter")
        await on.until_shown("A fault on a live profile: trailing slash")
        for named in ("FusionAuth 127.0.0.1:9011, tenant Default", "AWS 000000000000, us-east-1"):
            assert named in on.shown()
        await on.press("enter", *"sand", "enter")
        assert not any(asked.startswith("break") for asked in on.double.asked)
        await on.press(*"box", "enter")
        await on.until(lambda: "break trailing-slash" in on.double.asked)


async def test_leaving_the_chooser_breaks_nothing(stage: Staging) -> None:
    async with stage() as on:
        await on.press("b")
        assert "Break it: put" not in on.shown()
        await on.story()
        await on.press("b", "escape")
        await on.idle()
        assert not any(asked.startswith("break") for asked in on.double.asked)


async def test_the_chooser_fits_a_small_terminal(stage: Staging) -> None:
    async with stage(size=(80, 24)) as on:
        await on.story()
        await on.press("b")
        await on.until_shown("unguarded route")
        assert "You will see" in on.shown()
