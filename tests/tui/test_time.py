"""The token's times: a countdown, human words, and the moment it expires."""

import pytest

from tests.tui.conftest import Clock, Staging
from tests.tui.double import NOW
from tui.view.words import clock as clock_time
from tui.view.words import countdown, distance, duration
from tui.widgets.countdown import times_line


async def test_the_countdown_follows_the_clock_and_the_expired_token_is_judged_again(
    stage: Staging, clock: Clock
) -> None:
    async with stage() as on:
        await on.story()
        assert "valid for 59:41" in on.shown()
        clock.now += 60
        on.main.tick()
        await on.until_shown("valid for 58:41")
        assert "in 58 min" in on.shown()
        inspections = on.double.asked.count("inspect")
        clock.now += 3600
        on.main.tick()
        await on.until_shown("expired")
        await on.until(lambda: on.double.asked.count("inspect") == inspections + 1)
        for _ in range(3):
            await on.idle()
            on.main.tick()
        await on.idle()
        assert on.double.asked.count("inspect") == inspections + 1


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.0123, "12 ms"), (0.9999, "1.0 s"), (1.44, "1.4 s"), (125, "2 min 05 s")]
)
def test_durations_are_short(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(("left", "words"), [(3581, "59:41"), (7200, "2:00:00"), (-5, "0:00"), (3 * 86_400, "3 days")])
def test_the_time_left_is_told_to_the_second(left: float, words: str) -> None:
    assert countdown(left) == words


@pytest.mark.parametrize(
    ("away", "words"), [(3590, "in 59 min"), (-7300, "2 h ago"), (86_500, "in 1 day"), (-3, "just now")]
)
def test_distances_are_coarse(away: float, words: str) -> None:
    assert distance(away) == words


def test_moments_are_local_and_dated_only_when_not_today() -> None:
    assert clock_time(NOW, NOW) == "08:00:00"
    assert clock_time(NOW + 86_400, NOW).startswith("2027-01-16 ")
    assert clock_time(1e300, NOW) == "beyond any calendar"


def test_a_token_without_exp_has_no_countdown() -> None:
    assert "no exp" in times_line(NOW, None, NOW, "", 60).plain
