"""The tunnel on the screen: its health in the top line, who came in its step, and what is told at once."""

from dataclasses import replace

import pytest

from services.tunnel.provider import Condition, Health
from services.tunnel.sighting import Sighting
from services.tunnel.visit import Visit
from tests.tui.conftest import Staging
from tests.tui.double import NOW, Double
from tests.tui.screen import Stage

URL = "http://127.0.0.1:40001"
UP = Sighting(Health(Condition.UP, "Discovery and keys came through in 12 ms.", seconds=0.012), URL)
DOWN = replace(UP, health=Health(Condition.NO_FUSIONAUTH, "Nothing answers [/] behind it.", "Start FusionAuth."))
FETCHES = (
    Visit(NOW - 5, "GET", "/.well-known/jwks.json", 200, 0.01, ""),
    Visit(NOW - 6, "GET", "/.well-known/openid-configuration", 200, 0.01, "Amazon [/red]"),
    Visit(NOW - 7, "GET", "/admin/", 404, 0.0, "curl/8"),
)


async def top(on: Stage) -> str:
    """The first line of the screen."""
    return on.shown().splitlines()[0]


async def test_its_health_stands_in_the_top_line_as_glyph_and_word(stage: Staging) -> None:
    double = Double()
    async with stage(double) as on:
        await on.press("p")
        await on.idle()
        for seen, shown in (
            (UP, "✔ up 127.0.0.1:40001"),
            (replace(UP, health=Health(Condition.RECONNECTING, "It keeps trying.")), "◐ reconnecting 127.0.0.1:40001"),
            (replace(UP, losses=2), "✔ up (2 reconnects)"),
            (DOWN, "✘ FusionAuth is down"),
            (replace(UP, health=Health(Condition.CLOSED, "The tunnel is closed.", "Open it.")), "✘ closed"),
        ):
            double.sightings.put(seen)
            await on.until_shown(f"tunnel {shown}")
            assert f"tunnel {shown}" in await top(on)


async def test_a_broken_tunnel_marks_its_step_and_keeps_its_place_on_a_narrow_screen(stage: Staging) -> None:
    double = Double()
    async with stage(double, size=(80, 24)) as on:
        await on.press("p")
        await on.idle()
        double.sightings.put(UP)
        double.sightings.put(DOWN)
        await on.until_shown("✘ FusionAuth is down")
        row = next(row for row in on.board.rows if row.spec.id == "tunnel")
        assert row.phase.value == "drifted"
        double.sightings.put(UP)
        await on.until(lambda: next(row for row in on.board.rows if row.spec.id == "tunnel").phase.value == "done")


async def test_a_closed_tunnel_that_nobody_opened_is_nothing_to_worry_about(stage: Staging) -> None:
    double = Double()
    async with stage(double) as on:
        double.sightings.put(Sighting(Health(Condition.CLOSED, "The tunnel is closed.", "Open it.")))
        await on.until_shown("tunnel closed")
        assert "✘" not in on.shown()


async def test_enter_on_its_step_shows_how_it_is_what_the_world_sees_and_who_came(stage: Staging) -> None:
    double = Double()
    async with stage(double) as on:
        await on.press("p")
        await on.idle()
        double.sightings.put(replace(UP, visits=FETCHES, losses=1, slept=720.0, woke_at=NOW - 60))
        await on.until_shown("up (1 reconnect)")
        on.board.select_step("tunnel")
        await on.until_shown("who came")  # the last ones stand below the steps already
        await on.press("enter")
        await on.until_shown("the world")
        shown = on.shown()
        for text in (
            "✔ up  Discovery and keys came through in 12 ms.",
            "sees discovery and keys alone",
            "lost its session once since it was opened; slept 12 min 00 s, until 07:59:00",
            "07:59:55 ✔ 200 keys  AWS, or another program",
            "07:59:54 ✔ 200 discovery  AWS, or another program  “Amazon [/red]”",
            "07:59:53 ✘ 404 GET /admin/  a stranger  “curl/8”",
        ):
            assert text in shown, shown


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (DOWN, "Tunnel: FusionAuth is down. Nothing answers [/] behind it."),
        (replace(UP, url="http://127.0.0.1:40002", former_url=URL), "another address now: http://127.0.0.1:40002"),
        (replace(UP, slept=720.0, woke_at=NOW), "Woke from sleep after 12 min 00 s: the tunnel is up."),
    ],
)
async def test_what_cannot_wait_is_told_at_once(seen: Sighting, told: str, stage: Staging) -> None:
    double = Double()
    async with stage(double) as on:
        await on.press("p")
        await on.idle()
        double.sightings.put(UP)
        await on.until_shown("tunnel ✔ up")
        double.sightings.put(seen)
        await on.until(lambda: any(told in note.message for note in on.app._notifications))


async def test_when_it_comes_or_goes_every_place_is_read_again(stage: Staging) -> None:
    double = Double()
    async with stage(double) as on:
        await on.press("p")
        await on.idle()
        double.sightings.put(UP)
        await on.until_shown("tunnel ✔ up")
        await on.until(lambda: double.asked.count("agreement") >= 1)
        before = double.asked.count("agreement")
        double.sightings.put(DOWN)
        await on.until(lambda: double.asked.count("agreement") == before + 1)
