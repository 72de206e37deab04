"""The ways in which two values can differ though a person takes them for the same, and the words for each.

Nothing here makes values equal: API Gateway compares byte for byte. `without` takes away what a distinction is about,
only to find out whether it is what keeps two values apart.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from services.diagnosis.lookalikes import plain, similar
from services.visible import is_unseen, quoted

Told = Callable[[str, str], str]

_DISCOVERY = "/.well-known/openid-configuration"
_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://")
_PORT = re.compile(r"^((?:[A-Za-z][A-Za-z0-9+.-]*://)?(?:[^/:?#\[\]]+|\[[^\]/]*\])):(\d+)(?=[/?#]|$)")
_DOT = re.compile(r"^((?:[A-Za-z][A-Za-z0-9+.-]*://)?[^/:?#]*[^/:?#.])\.+(?=[:/?#]|$)")
_DOUBLED = re.compile(r"(?<!:)/{2,}")
_QUERY = re.compile(r"[?#].*$", re.DOTALL)
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_QUOTES = "\"'`“”‘’„«»<>"
_OWN_PORTS = {"https://": "443", "http://": "80"}
_CONTROLS = {0x09: "TAB", 0x0A: "LINE FEED", 0x0D: "CARRIAGE RETURN", 0x00: "NULL", 0x1B: "ESCAPE"}
_NAMED = 3  # how many characters a remark names


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


def character_name(character: str) -> str:
    """A character by name and code point: `ZERO WIDTH SPACE (U+200B)`."""
    name = unicodedata.name(character, "") or _CONTROLS.get(ord(character), "CONTROL CHARACTER")
    return f"{name} (U+{ord(character):04X})"


def _too_many(name: str, count: int, where: str = "") -> str:
    what = f"one {name}" if abs(count) == 1 else f"{abs(count)} {name}s"
    return f"{what} too {'many' if count > 0 else 'few'}{where}"


def _is_blank(character: str) -> bool:
    return unicodedata.category(character) == "Zs"


def _characters(name: str, belongs: Callable[[str], bool]) -> Told:
    def told(expected: str, actual: str) -> str:
        have, want = (Counter(filter(belongs, text)) for text in (actual, expected))
        extra, missing = have - want, want - have
        if extra and missing:
            found, meant = (next(iter(odd)) for odd in (extra, missing))
            return f"another {name}: {character_name(found)} in place of {character_name(meant)}"
        text, odd, sign = (actual, extra, 1) if extra else (expected, missing, -1)
        if not odd:
            return f"{name}s at other places"
        named = [character_name(character) for character in odd if character != " "][:_NAMED]
        where = _where(text, odd)
        return _too_many(name, sign * odd.total(), where) + (f": {', '.join(named)}" if named else "")

    return told


def _where(text: str, odd: Counter[str]) -> str:
    """Whether the odd characters stand at one end; nothing where they are spread."""
    characters = "".join(odd)
    count = odd.total()
    if len(text) - len(text.lstrip(characters)) >= count:
        return ", at the beginning"
    if len(text) - len(text.rstrip(characters)) >= count:
        return ", at the end"
    inside = text.strip(characters)
    return ", inside" if sum(inside.count(character) for character in odd) >= count else ""


def _trailing_slash(expected: str, actual: str) -> str:
    count = (len(actual) - len(actual.rstrip("/"))) - (len(expected) - len(expected.rstrip("/")))
    if count == 1:
        return "one character too many: a trailing slash"
    if count == -1:
        return "one character too few: the trailing slash"
    return _too_many("trailing slash", count).replace("slashs", "slashes")


def _scheme(expected: str, actual: str) -> str:
    want, have = (match[0] if (match := _SCHEME.match(text)) else "" for text in (expected, actual))
    if not have:
        return f"the scheme is missing: {quoted(want)}"
    if not want:
        return f"a scheme too many: {quoted(have)}"
    return f"another scheme: {have[:-3]} instead of {want[:-3]}"


def _port(expected: str, actual: str) -> str:
    want, have = (match[2] if (match := _PORT.match(text)) else "" for text in (expected, actual))
    if have and want:
        return f"another port: {have} instead of {want}"
    scheme = match[0].lower() if (match := _SCHEME.match(actual or expected)) else ""
    own = f", which is {scheme[:-3]}'s own and still counts" if _OWN_PORTS.get(scheme) == (have or want) else ""
    return f"a port too many: “:{have}”{own}" if have else f"the port is missing: “:{want}”{own}"


def _query(expected: str, actual: str) -> str:
    want, have = (match[0] if (match := _QUERY.search(text)) else "" for text in (expected, actual))
    if have and want:
        return f"another query or fragment: {quoted(have, 60)} instead of {quoted(want, 60)}"
    return f"a query or fragment too many: {quoted(have, 60)}" if have else f"{quoted(want, 60)} is missing at the end"


def _percent(expected: str, actual: str) -> str:
    want, have = (set(_PERCENT.findall(text)) for text in (expected, actual))
    coded = sorted(have - want) or sorted(want - have)
    pairs = ", ".join(f"{quoted(code, 30)} for {quoted(unquote(code), 30)}" for code in coded[:_NAMED])
    return f"percent-encoded: {pairs}" if have - want or not coded else f"not percent-encoded: {pairs} is expected"


def _swapped(fold: Callable[[str], str], words: str) -> Told:
    def told(expected: str, actual: str) -> str:
        if len(expected) == len(actual):
            pairs = [(b, a) for a, b in zip(expected, actual, strict=True) if a != b and fold(a) == fold(b)]
        else:
            pairs = [(b, fold(b)) for b in actual if fold(b) != b and b not in expected]
        named = [f"{character_name(found)} in place of {character_name(meant)}" for found, meant in pairs if meant]
        listed = ", ".join(dict.fromkeys(named[:50]))
        return f"{words}: {listed}" if 0 < len(set(named)) <= _NAMED else words

    return told


def _unicode_form(_expected: str, actual: str) -> str:
    composed = unicodedata.normalize("NFC", actual) == actual
    return f"the same letters in another Unicode form ({'composed' if composed else 'decomposed'})"


def _quotes(_expected: str, actual: str) -> str:
    return (
        "quotation marks around the value"
        if len(actual.strip(_QUOTES)) < len(actual)
        else "its quotation marks are missing"
    )


def _always(more: str, less: str) -> Told:
    return lambda expected, actual: more if len(actual) > len(expected) else less


# In the order in which they are taken away. Those that explain least likely are dropped first, see `explaining`.
DISTINCTIONS = (
    Distinction(Kind.PERCENT, unquote, _percent),
    Distinction(
        Kind.INVISIBLE,
        lambda text: "".join(character for character in text if not is_unseen(character)),
        _characters("invisible character", is_unseen),
    ),
    Distinction(
        Kind.BLANK,
        lambda text: "".join(character for character in text if not _is_blank(character)),
        _characters("blank", _is_blank),
    ),
    Distinction(Kind.QUOTES, lambda text: text.strip(_QUOTES), _quotes),
    Distinction(Kind.UNICODE_FORM, lambda text: unicodedata.normalize("NFC", text), _unicode_form),
    Distinction(
        Kind.LOOK_ALIKE, lambda text: "".join(map(plain, text)), _swapped(plain, "letters that only look the same")
    ),
    Distinction(Kind.QUERY, lambda text: _QUERY.sub("", text), _query),
    Distinction(
        Kind.DISCOVERY_PATH,
        lambda text: text.removesuffix(_DISCOVERY),
        _always("the discovery document's path stands in it", "the discovery document's path is missing"),
    ),
    Distinction(Kind.TRAILING_SLASH, lambda text: text.rstrip("/"), _trailing_slash),
    Distinction(
        Kind.TRAILING_DOT,
        lambda text: _DOT.sub(r"\1", text),
        _always("one character too many: a trailing full stop", "one character too few: the trailing full stop"),
    ),
    Distinction(Kind.PORT, lambda text: _PORT.sub(r"\1", text), _port),
    Distinction(
        Kind.DOUBLED_SLASH,
        lambda text: _DOUBLED.sub("/", text),
        _always("one character too many: a doubled slash", "a single slash instead of a doubled one"),
    ),
    Distinction(Kind.CASE, str.casefold, lambda _expected, _actual: "upper and lower case differ"),
    Distinction(
        Kind.SIMILAR,
        lambda text: "".join(map(similar, text)),
        _swapped(similar, "characters that are easily taken for each other"),
    ),
    Distinction(Kind.SCHEME, lambda text: _SCHEME.sub("", text), _scheme),
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
