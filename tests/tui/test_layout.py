"""The screen at 160×45, 100×30 and 80×24."""

import pytest

from tests.tui.conftest import Staging
from tests.tui.double import ISSUER, REFUSED_KEY, Double, agrees
from tui.view.states import StripView
from tui.widgets.agreement_strip import strip


@pytest.mark.parametrize("size", [(160, 45), (100, 30)])
async def test_all_panes_stand_beside_each_other(stage: Staging, size: tuple[int, int]) -> None:
    async with stage(size=size) as on:
        await on.story()
        shown = on.shown()
        for text in ("FusionAuth", "AWS", "Token", "discovery con", "401", "200 OK", "JWT authorizer"):
            assert text in shown
        lines = [pane.region for pane in (on.board.fusionauth, on.board.aws, on.board.token)]
        assert len({region.y for region in lines}) == 1
        assert on.board.without.region.y == on.board.with_token.region.y


async def test_a_narrow_screen_has_tabs_and_401_over_200(stage: Staging) -> None:
    async with stage(size=(80, 24)) as on:
        await on.story()
        assert "1 FusionAuth" in on.shown()
        assert "discovery contract" in on.shown()
        assert "JWT authorizer" not in on.shown()
        await on.press("2")
        await on.until_shown("JWT authorizer")
        await on.press("3")
        await on.until_shown("valid for 59:41")
        await on.press("4")
        await on.until_shown("401 Unauthorized")
        without, with_token = on.board.without.region, on.board.with_token.region
        assert without.x == with_token.x
        assert without.bottom <= with_token.y
        assert with_token.bottom <= 23
        assert "? Help" in on.keys


async def test_an_error_shows_on_a_short_screen_too(stage: Staging) -> None:
    async with stage(Double(fails={"reach": REFUSED_KEY}), size=(100, 30)) as on:
        await on.press("p")
        await on.until_shown("FusionAuth refused the")


@pytest.mark.parametrize("width", [40, 60, 76, 96, 156])
def test_the_differing_character_stays_in_sight_at_any_width(width: int) -> None:
    held = agrees(authorizer=ISSUER + "/a/very/long/path/behind/it" * 4)
    text = strip(StripView(held), width)
    assert any("reverse" in str(span.style) for span in text.spans)
    assert "authorizer ✘" in text.plain
