"""The inspector: three verdicts told apart, tokens pasted and compared in memory, and nothing shown by accident."""

import time
from pathlib import Path

from textual import events

from services.gateway.verdict import Outcome
from tests.tui.conftest import Clock, Staging
from tests.tui.double import CLAIMS, NOW, Double, check, compact, verdict
from tests.tui.screen import Stage
from tui.screens.inspector import InspectorScreen
from tui.screens.paste import PasteScreen
from tui.widgets.canvas import Canvas
from tui.widgets.countdown import Countdown

OTHER = {**CLAIMS, "aud": "another", "sub": "somebody", "exp": int(NOW) - 60}


async def opened(on: Stage) -> None:
    """The story, then the inspector on its token."""
    await on.story()
    await on.press("3")
    await on.until(lambda: "Inspect" in on.keys)
    await on.press("enter")
    await on.until(lambda: isinstance(on.app.screen, InspectorScreen))
    await on.until_shown("token 1 of 1")


def paste(on: Stage, text: str) -> None:
    """What a terminal does when a person pastes."""
    on.app.post_message(events.Paste(text))


def written_with(text: str, folder: Path) -> list[Path]:
    """The files that have a text in them."""
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def body(on: Stage) -> str:
    """All that scrolls."""
    return on.app.screen.query_one("#body", Canvas).text


async def test_the_three_verdicts_stand_in_place_and_say_what_was_not_checked(stage: Staging) -> None:
    unknown = check("signature", Outcome.UNKNOWN, "not asked")
    async with stage(Double(inspected=verdict(unknown))) as on:
        await opened(on)
        shown = on.shown()
        assert "NOT CHECKED  the issuer was not asked for its keys" in shown
        assert "valid for 59:41" in shown
        assert "not sure: not asked" in shown
        assert "2027-01-15 08:59:41 UTC · in 59 min" in body(on)
        assert "whom the token is about" not in body(on)  # FusionAuth's own meaning of sub
        assert "the user's id" in body(on)


async def test_the_countdown_runs_and_a_token_that_expires_is_looked_at_again(stage: Staging, clock: Clock) -> None:
    async with stage() as on:
        await opened(on)
        inspector = on.app.screen
        assert isinstance(inspector, InspectorScreen)
        clock.now += 60
        inspector.tick()
        await on.until(lambda: "58:41" in inspector.query_one(Countdown).text)
        clock.now += 3_600
        inspector.tick()
        await on.until(lambda: "expired" in inspector.query_one(Countdown).text)
        await on.until(lambda: "ago" in body(on))


async def test_a_pasted_token_joins_the_session_and_is_compared_with_the_one_before(stage: Staging) -> None:
    async with stage() as on:
        await opened(on)
        paste(on, f"Authorization: Bearer {compact(OTHER)}\n")
        await on.until_shown("token 2 of 2")
        assert "expired" in on.shown()
        assert "another" in body(on)
        await on.press("c")
        await on.until_shown("compared with token 1")
        assert "≠ aud" in body(on)
        assert "1 h 41 s earlier" in body(on)
        assert "= jti" not in body(on)
        await on.press("left")
        await on.until_shown("token 1 of 2")
        await on.press("c")
        await on.until(lambda: "What the gateway checks" in body(on))
        await on.press("escape", "enter")
        await on.until_shown("token 1 of 2")  # the session's tokens are still there


async def test_the_line_for_a_token_is_masked_and_takes_every_line_of_a_paste(stage: Staging) -> None:
    token = compact(OTHER)
    async with stage() as on:
        await on.press("3")
        await on.press("enter")
        await on.until_shown("No token yet")
        await on.press("p")
        await on.until(lambda: isinstance(on.app.screen, PasteScreen))
        await on.press(*token[:30])
        await on.until_shown("•" * 30)
        assert token[:10] not in on.shown()
        paste(on, f"{token[:50]}\n{token[50:]}\n")
        await on.until_shown("token 1 of 1")
        await on.until_shown("were joined")


async def test_the_signature_is_shown_only_while_revealed_and_never_copied_or_written(
    stage: Staging, clock: Clock, tmp_path: Path
) -> None:
    signature = compact(CLAIMS).rpartition(".")[2]
    async with stage() as on:
        await opened(on)
        assert signature[:24] not in body(on)
        await on.press("v")
        await on.until(lambda: signature in body(on).replace("\n", ""))
        await on.press("y")
        await on.until(lambda: on.app.clipboard.count(".") == 2)
        assert signature[:24] not in on.app.clipboard
        clock.now += 11
        on.app.hide_secrets_when_due()
        await on.until(lambda: signature not in body(on).replace("\n", ""))
    assert not written_with(signature, tmp_path)


async def test_a_hostile_token_moves_nothing_and_does_not_hold_up_the_screen(stage: Staging) -> None:
    hostile = {
        "[/]": "[/b] \x1b[31m \u202e",
        "big": "x" * 100_000,
        "exp": 10**400,
        **{f"c{n}": [n] for n in range(900)},
    }
    async with stage(size=(80, 24)) as on:
        await opened(on)
        began = time.perf_counter()
        for text in (compact(hostile), "[/]\x1b[2J", "a.b.c.d.e"):
            paste(on, text)
            await on.until_shown("NOT CHECKED")
            await on.press("end", "home")
        assert time.perf_counter() - began < 10
        await on.press("left", "left")
        await on.until(lambda: "more: gatelight inspect --json" in body(on))
        assert "has U+001B at position 5: 2f 62 5d 20 [1b]" in body(on)
        assert not {"\x1b", "\u202e"} & set(on.shown() + body(on))
