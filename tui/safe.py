"""Text from outside, made harmless before it reaches the screen.

A response body, a header, a claim or an error message may hold anything: terminal escapes, marks that turn the writing
direction round, a megabyte on one line. Nothing of it may move the cursor, hide a character or hold up the screen, so
every such text passes `harmless` (and then goes into a `Content`, which reads no markup).
"""

import json
from contextlib import suppress

from services.visible import Visible, visible

SHOWN_CHARACTERS = 4_000
SHOWN_LINES = 400
ONE_LINE_JSON = 60

_LINES = Visible({0x0A: "\n", 0x09: "    "})


def harmless(text: str, limit: int = SHOWN_CHARACTERS) -> str:
    """`text` on one line: at most `limit` characters, everything invisible made visible, and what was cut counted."""
    return visible(text[:limit]) + _cut(len(text) - limit)


def harmless_lines(text: str, limit: int = SHOWN_CHARACTERS, lines: int = SHOWN_LINES) -> str:
    """Like `harmless`, but line breaks stay; at most `lines` lines."""
    kept = "\n".join(text[:limit].replace("\r\n", "\n").split("\n", lines)[:lines])
    return kept.translate(_LINES) + _cut(len(text) - max(limit, 0) if len(text) > limit else 0)


def readable_json(text: str, limit: int = SHOWN_CHARACTERS) -> str:
    """`text` as `harmless_lines`, indented first where it is JSON short enough to be shown whole."""
    if len(text) <= limit and text.lstrip()[:1] in ("{", "["):
        with suppress(ValueError, RecursionError):  # not JSON, or nested beyond what Python reads: shown as it came
            value = json.loads(text)
            short = json.dumps(value, ensure_ascii=False)
            text = short if len(short) <= ONE_LINE_JSON else json.dumps(value, indent=2, ensure_ascii=False)
    return harmless_lines(text, limit)


def _cut(characters: int) -> str:
    return f" … {characters:,} more characters not shown" if characters > 0 else ""
