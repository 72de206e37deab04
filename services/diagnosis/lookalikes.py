"""Characters that look like others, folded to the one a person most likely meant.

The letters are those of Unicode's confusables (Unicode Technical Standard #39) that stand for ASCII in common fonts;
full-width and other compatibility forms come from Unicode's own normalisation.
"""

import unicodedata
from functools import lru_cache

_LOOK = {
    # Cyrillic
    "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "һ": "h", "і": "i", "ј": "j", "ӏ": "l", "о": "o",
    "р": "p", "ԛ": "q", "ѕ": "s", "ѵ": "v", "ԝ": "w", "х": "x", "у": "y", "А": "A", "В": "B", "С": "C",
    "Е": "E", "Н": "H", "І": "I", "Ј": "J", "К": "K", "М": "M", "О": "O", "Р": "P", "Ѕ": "S", "Т": "T",
    "Х": "X", "У": "Y", "Ԝ": "W",
    # Greek
    "α": "a", "ο": "o", "ν": "v", "ρ": "p", "τ": "t", "υ": "u", "ι": "i", "κ": "k", "χ": "x", "γ": "y",
    "Α": "A", "Β": "B", "Ε": "E", "Ζ": "Z", "Η": "H", "Ι": "I", "Κ": "K", "Μ": "M", "Ν": "N", "Ο": "O",
    "Ρ": "P", "Τ": "T", "Υ": "Y", "Χ": "X", "ϲ": "c", "ϳ": "j",
    # Latin, Armenian and others
    "ı": "i", "ɡ": "g", "ɑ": "a", "ʏ": "y", "օ": "o", "ո": "n", "ս": "u", "հ": "h", "ց": "g", "ԍ": "G",
    # Punctuation
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "﹘": "-", "⁄": "/", "∕": "/", "⧸": "/",
    "․": ".", "。": ".", "·": ".", "∶": ":", "꞉": ":", "ː": ":", "׃": ":", "＿": "_",
}  # fmt: skip
_ALIKE = str.maketrans({"O": "0", "o": "0", "I": "1", "l": "1", "|": "1", "S": "5", "B": "8", "Z": "2"})


@lru_cache(maxsize=4096)
def plain(character: str) -> str:
    """The ASCII character that this one only looks like; itself where there is none."""
    if character.isascii():
        return character
    folded = _LOOK.get(character) or unicodedata.normalize("NFKC", character)
    return folded if folded.isascii() and len(folded) == 1 else character


def similar(character: str) -> str:
    """One of the characters that are mistaken for each other when copied by hand (0 and O; 1, l and I), for all."""
    return character.translate(_ALIKE)
