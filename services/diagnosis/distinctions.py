"""The ways in which two values can differ though a person takes them for the same, and the words for each.

Nothing here makes values equal: API Gateway compares byte for byte. `without` takes away what a distinction is about,
only to find out whether it is what keeps two values apart.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from services.diagnosis.distinction_words import (
    DISCOVERY,
    DOT,
    DOUBLED,
    PORT,
    QUERY,
    QUOTES,
    SCHEME,
    Told,
    is_blank,
    told_always,
    told_characters,
    told_percent,
    told_port,
    told_query,
    told_quotes,
    told_scheme,
    told_swapped,
    told_trailing_slash,
    told_unicode_form,
)
from services.diagnosis.lookalikes import plain, similar
from services.visible import is_unseen


class Kind(StrEnum):
    """What keeps two values apart."""

    EMPTY = "empty"
    TRAILING_SLASH = "trailing slash"
    DOUBLED_SLASH = "doubled slash"
    SCHEME = "scheme"
    PORT = "port"
    CASE = "case"
    BLANK = "blank"
    INVISIBLE = "invisible character"
    TRAILING_DOT = "trailing dot"
    LOOK_ALIKE = "look-alike"
    SIMILAR = "similar characters"
    UNICODE_FORM = "Unicode form"
    PERCENT = "percent-encoding"
    QUOTES = "quotation marks"
    QUERY = "query or fragment"
    DISCOVERY_PATH = "discovery path"
    HOST = "host"
    PATH = "path"
    CUT = "cut off"
    SURPLUS = "more than it should be"
    OTHER = "another value"


@dataclass(frozen=True, slots=True)
class Distinction:
    """One way to differ. `told` says how `actual` differs from `expected` in it, in a few words."""

    kind: Kind
    without: Callable[[str], str]
    told: Told


# In the order in which they are taken away. Those that explain least likely are dropped first, see `explaining`.
DISTINCTIONS = (
    Distinction(Kind.PERCENT, unquote, told_percent),
    Distinction(
        Kind.INVISIBLE,
        lambda text: "".join(character for character in text if not is_unseen(character)),
        told_characters("invisible character", is_unseen),
    ),
    Distinction(
        Kind.BLANK,
        lambda text: "".join(character for character in text if not is_blank(character)),
        told_characters("blank", is_blank),
    ),
    Distinction(Kind.QUOTES, lambda text: text.strip(QUOTES), told_quotes),
    Distinction(Kind.UNICODE_FORM, lambda text: unicodedata.normalize("NFC", text), told_unicode_form),
    Distinction(
        Kind.LOOK_ALIKE, lambda text: "".join(map(plain, text)), told_swapped(plain, "letters that only look the same")
    ),
    Distinction(Kind.QUERY, lambda text: QUERY.sub("", text), told_query),
    Distinction(
        Kind.DISCOVERY_PATH,
        lambda text: text.removesuffix(DISCOVERY),
        told_always("the discovery document's path stands in it", "the discovery document's path is missing"),
    ),
    Distinction(Kind.TRAILING_SLASH, lambda text: text.rstrip("/"), told_trailing_slash),
    Distinction(
        Kind.TRAILING_DOT,
        lambda text: DOT.sub(r"\1", text),
        told_always("one character too many: a trailing full stop", "one character too few: the trailing full stop"),
    ),
    Distinction(Kind.PORT, lambda text: PORT.sub(r"\1", text), told_port),
    Distinction(
        Kind.DOUBLED_SLASH,
        lambda text: DOUBLED.sub("/", text),
        told_always("one character too many: a doubled slash", "a single slash instead of a doubled one"),
    ),
    Distinction(Kind.CASE, str.casefold, lambda _expected, _actual: "upper and lower case differ"),
    Distinction(
        Kind.SIMILAR,
        lambda text: "".join(map(similar, text)),
        told_swapped(similar, "characters that are easily taken for each other"),
    ),
    Distinction(Kind.SCHEME, lambda text: SCHEME.sub("", text), told_scheme),
)

_LEAST_LIKELY = (
    Kind.SIMILAR,
    Kind.LOOK_ALIKE,
    Kind.UNICODE_FORM,
    Kind.PERCENT,
    Kind.QUERY,
    Kind.DISCOVERY_PATH,
    Kind.QUOTES,
    Kind.TRAILING_DOT,
    Kind.DOUBLED_SLASH,
    Kind.PORT,
    Kind.SCHEME,
    Kind.CASE,
    Kind.BLANK,
    Kind.INVISIBLE,
    Kind.TRAILING_SLASH,
)


def explaining(expected: str, actual: str) -> tuple[tuple[Kind, str], ...]:
    """What keeps the two apart, kind by kind and in words, none needlessly; nothing where these are not enough."""
    kept = list(DISTINCTIONS)
    if _without(kept, expected) != _without(kept, actual):
        return ()
    for kind in _LEAST_LIKELY:
        fewer = [distinction for distinction in kept if distinction.kind is not kind]
        if _without(fewer, expected) == _without(fewer, actual):
            kept = fewer
    return tuple((distinction.kind, _told(distinction, kept, expected, actual)) for distinction in kept)


def _told(distinction: Distinction, kept: list[Distinction], expected: str, actual: str) -> str:
    """One distinction in words, with the others out of the way."""
    others = [other for other in kept if other is not distinction]
    return distinction.told(_without(others, expected), _without(others, actual))


def _without(distinctions: list[Distinction], text: str) -> str:
    for distinction in distinctions:
        text = distinction.without(text)
    return text
