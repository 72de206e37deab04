"""Characters a person could not see, turned into ones they can: for sentences and for screens alike."""

import unicodedata
from collections.abc import Mapping

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_QUOTED = 200  # characters of a value that a sentence quotes


class Visible(dict[int, str]):
    """A table for `str.translate` that learns; what stands in it from the start is kept as it is given."""

    def __init__(self, kept: Mapping[int, str] | None = None) -> None:
        super().__init__(kept or {})

    def __missing__(self, code: int) -> str:
        character = chr(code)
        shown = character
        if code < 0x20:
            shown = chr(0x2400 + code)  # the Unicode pictures of the control characters: ␀ to ␟
        elif code == 0x7F:
            shown = "␡"
        elif is_unseen(character):
            shown = f"⟨U+{code:04X}⟩"
        self[code] = shown
        return shown


def is_unseen(character: str) -> bool:
    """Whether a character prints nothing of its own: controls, format characters, unassigned and private ones."""
    return unicodedata.category(character) in _UNSEEN


_ONE_LINE = Visible()


def visible(text: str) -> str:
    """`text` on one line, with every invisible character shown."""
    return text.translate(_ONE_LINE)


def quoted(value: str, limit: int = _QUOTED) -> str:
    """A value as sentences quote it: between “ and ”, on one line, odd blanks shown, cut after `limit` characters."""
    more = f" … ({len(value):,} characters)" if len(value) > limit else ""
    shown = "".join(_blank(character) for character in visible(value[:limit]))
    return f"“{shown}{more}”"


def _blank(character: str) -> str:
    is_unusual = character != " " and unicodedata.category(character) == "Zs"
    return f"⟨U+{ord(character):04X}⟩" if is_unusual else character
