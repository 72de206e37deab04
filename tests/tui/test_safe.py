"""Text from outside cannot move the cursor, hide anything, act as markup or hold up the screen."""

import json
import time

import pytest

from tests.busy import within
from tests.tui.conftest import Staging
from tests.tui.double import CLAIMS, Double, answer
from tui.safe import harmless, harmless_lines, readable_json
from tui.widgets.canvas import Canvas


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[/] [bold]x", "[/] [bold]x"),
        ("\x1b[31mred", "␛[31mred"),
        ("a\rb\nc\td", "a␍b␊c␉d"),
        ("\x7f", "␡"),
        ("\x9b31m", "⟨U+009B⟩31m"),
        ("abc\u202egnp", "abc⟨U+202E⟩gnp"),
        ("a\u200bb\ufeff", "a⟨U+200B⟩b⟨U+FEFF⟩"),
        ("\ud800", "⟨U+D800⟩"),
        ("grün – ✔", "grün – ✔"),
    ],
)
def test_what_cannot_be_seen_becomes_visible(text: str, shown: str) -> None:
    assert harmless(text) == shown
    harmless(text).encode()


def test_lines_stay_lines_and_nothing_else_changes_the_row() -> None:
    assert harmless_lines("a\r\nb\x0bc\n\td") == "a\nb␋c\n    d"


def test_a_megabyte_is_cut_and_counted_quickly() -> None:
    began = time.perf_counter()
    shown = harmless("x" * 1_000_000, 4_000)
    many_lines = harmless_lines("\n" * 1_000_000)
    assert time.perf_counter() - began < within(0.5)
    assert shown.endswith(" … 996,000 more characters not shown")
    assert many_lines.count("\n") <= 400


def test_json_is_indented_only_when_it_is_json() -> None:
    assert readable_json('{"message":"Unauthorized"}') == '{"message": "Unauthorized"}'
    assert readable_json("{not json") == "{not json"
    assert readable_json("[" * 2_000) == "[" * 2_000
    assert "\n" in readable_json(json.dumps({"a": "x" * 80}))


HOSTILE = "[/] \x1b[31m \u202e " + "A" * 1_000_000


async def test_hostile_claims_headers_and_bodies_are_shown_harmlessly(stage: Staging) -> None:
    claims = {**CLAIMS, "evil": HOSTILE, "[/x]": [HOSTILE], "exp": 10**400, "iat": 1e300}
    hostile = answer(200, "[/]", HOSTILE, (("apigw-requestid", HOSTILE), ("[/]", "\x1b]0;title\x07")))
    async with stage(Double(claims=claims, with_token=hostile)) as on:
        began = time.perf_counter()
        await on.story()
        for pane in ("3", "4"):
            await on.press(pane)
            await on.press("enter")
            await on.press("escape")
        assert time.perf_counter() - began < 10
        shown = on.shown()
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert "more characters not shown" in on.board.with_token.query_one(Canvas).text
