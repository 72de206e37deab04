"""The words for each way in which two values differ: how `actual` differs from `expected` in it."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from urllib.parse import unquote

from services.visible import quoted

Told = Callable[[str, str], str]

DISCOVERY = "/.well-known/openid-configuration"
SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://")
PORT = re.compile(r"^((?:[A-Za-z][A-Za-z0-9+.-]*://)?(?:[^/:?#\[\]]+|\[[^\]/]*\])):(\d+)(?=[/?#]|$)")
DOT = re.compile(r"^((?:[A-Za-z][A-Za-z0-9+.-]*://)?[^/:?#]*[^/:?#.])\.+(?=[:/?#]|$)")
DOUBLED = re.compile(r"(?<!:)/{2,}")
QUERY = re.compile(r"[?#].*$", re.DOTALL)
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
QUOTES = "\"'`“”‘’„«»<>"
_OWN_PORTS = {"https://": "443", "http://": "80"}
_CONTROLS = {0x09: "TAB", 0x0A: "LINE FEED", 0x0D: "CARRIAGE RETURN", 0x00: "NULL", 0x1B: "ESCAPE"}
_NAMED = 3  # how many characters a remark names


def character_name(character: str) -> str:
    """A character by name and code point: `ZERO WIDTH SPACE (U+200B)`."""
    name = unicodedata.name(character, "") or _CONTROLS.get(ord(character), "CONTROL CHARACTER")
    return f"{name} (U+{ord(character):04X})"


def _too_many(name: str, count: int, where: str = "") -> str:
    what = f"one {name}" if abs(count) == 1 else f"{abs(count)} {name}s"
    return f"{what} too {'many' if count > 0 else 'few'}{where}"


def is_blank(character: str) -> bool:
    """Whether a character is a blank of any kind."""
    return unicodedata.category(character) == "Zs"


def told_characters(name: str, belongs: Callable[[str], bool]) -> Told:
    """How many characters of a kind there are too many or too few, where, and which."""

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


def told_trailing_slash(expected: str, actual: str) -> str:
    """Slashes at the end."""
    count = (len(actual) - len(actual.rstrip("/"))) - (len(expected) - len(expected.rstrip("/")))
    if count == 1:
        return "one character too many: a trailing slash"
    if count == -1:
        return "one character too few: the trailing slash"
    return _too_many("trailing slash", count).replace("slashs", "slashes")


def told_scheme(expected: str, actual: str) -> str:
    """The scheme of a URL."""
    want, have = (match[0] if (match := SCHEME.match(text)) else "" for text in (expected, actual))
    if not have:
        return f"the scheme is missing: {quoted(want)}"
    if not want:
        return f"a scheme too many: {quoted(have)}"
    return f"another scheme: {have[:-3]} instead of {want[:-3]}"


def told_port(expected: str, actual: str) -> str:
    """The port of a URL, which counts even where it is the scheme's own."""
    want, have = (match[2] if (match := PORT.match(text)) else "" for text in (expected, actual))
    if have and want:
        return f"another port: {have} instead of {want}"
    scheme = match[0].lower() if (match := SCHEME.match(actual or expected)) else ""
    own = f", which is {scheme[:-3]}'s own and still counts" if _OWN_PORTS.get(scheme) == (have or want) else ""
    return f"a port too many: “:{have}”{own}" if have else f"the port is missing: “:{want}”{own}"


def told_query(expected: str, actual: str) -> str:
    """The query or fragment of a URL."""
    want, have = (match[0] if (match := QUERY.search(text)) else "" for text in (expected, actual))
    if have and want:
        return f"another query or fragment: {quoted(have, 60)} instead of {quoted(want, 60)}"
    return f"a query or fragment too many: {quoted(have, 60)}" if have else f"{quoted(want, 60)} is missing at the end"


def told_percent(expected: str, actual: str) -> str:
    """Percent-encoding on one side."""
    want, have = (set(_PERCENT.findall(text)) for text in (expected, actual))
    coded = sorted(have - want) or sorted(want - have)
    pairs = ", ".join(f"{quoted(code, 30)} for {quoted(unquote(code), 30)}" for code in coded[:_NAMED])
    return f"percent-encoded: {pairs}" if have - want or not coded else f"not percent-encoded: {pairs} is expected"


def told_swapped(fold: Callable[[str], str], words: str) -> Told:
    """Characters in place of others that `fold` makes one."""

    def told(expected: str, actual: str) -> str:
        if len(expected) == len(actual):
            pairs = [(b, a) for a, b in zip(expected, actual, strict=True) if a != b and fold(a) == fold(b)]
        else:
            pairs = [(b, fold(b)) for b in actual if fold(b) != b and b not in expected]
        named = [f"{character_name(found)} in place of {character_name(meant)}" for found, meant in pairs if meant]
        listed = ", ".join(dict.fromkeys(named[:50]))
        return f"{words}: {listed}" if 0 < len(set(named)) <= _NAMED else words

    return told


def told_unicode_form(_expected: str, actual: str) -> str:
    """Composed on one side, decomposed on the other."""
    composed = unicodedata.normalize("NFC", actual) == actual
    return f"the same letters in another Unicode form ({'composed' if composed else 'decomposed'})"


def told_quotes(_expected: str, actual: str) -> str:
    """Quotation marks around a value."""
    return (
        "quotation marks around the value"
        if len(actual.strip(QUOTES)) < len(actual)
        else "its quotation marks are missing"
    )


def told_always(more: str, less: str) -> Told:
    """One of two remarks, by which value is the longer one."""
    return lambda expected, actual: more if len(actual) > len(expected) else less
