"""Two values that should be one: exactly which characters keep them apart, and what a person should make of it."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from services.diagnosis.distinctions import Kind, explaining
from services.visible import quoted

# How many characters are compared one by one (the time grows with their square), and how many are looked into at all.
COMPARED = 300
_EXAMINED = 2_048
_URL = re.compile(r"^(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<host>[^/:?#]*)(?P<port>:\d*)?(?P<path>[^?#]*)")
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_VERSION = re.compile(r"(?<=/)v\d+(?:\.\d+)?(?=/|$)")
_SHORT = 60


@dataclass(frozen=True, slots=True)
class Span:
    """Where in a value it differs from the other: `text[start:end]`; empty where something is missing."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Two values that should be one, never made equal: what differs in each, of which kinds, and a remark on it."""

    expected: str
    actual: str
    expected_spans: tuple[Span, ...]
    actual_spans: tuple[Span, ...]
    remark: str
    kinds: tuple[Kind, ...] = ()


def difference(expected: str, actual: str) -> Difference | None:
    """How `actual` differs from `expected`; None when they are equal, byte for byte. The time is bounded."""
    if expected == actual:
        return None
    kinds, remark = _explained(expected, actual)
    spans = differing_spans(actual, expected), differing_spans(expected, actual)
    return Difference(expected, actual, *spans, remark, kinds)


def differing_spans(expected: str, actual: str) -> tuple[Span, ...]:
    """Where `actual` differs from `expected`. A missing piece is an empty span at the place it belongs."""
    if expected == actual:
        return ()
    head = _common(expected, actual)
    tail = _common(expected[head:][::-1], actual[head:][::-1])
    inner_expected, inner = expected[head : len(expected) - tail], actual[head : len(actual) - tail]
    if max(len(inner_expected), len(inner)) > COMPARED:
        return (Span(head, head + len(inner)),)
    blocks = SequenceMatcher(a=inner_expected, b=inner, autojunk=False).get_opcodes()
    return tuple(Span(head + start, head + end) for tag, _, _, start, end in blocks if tag != "equal")


def remark_on(expected: str, actual: str) -> str:
    """The difference in a few words a person can act on; empty when there is none."""
    return "" if expected == actual else _explained(expected, actual)[1]


def likeness(expected: str, actual: str) -> float:
    """How much two values look alike, from 0 to 1, by their beginnings."""
    return SequenceMatcher(a=expected[:COMPARED], b=actual[:COMPARED], autojunk=False).ratio()


def _explained(expected: str, actual: str) -> tuple[tuple[Kind, ...], str]:
    if not actual:
        return (Kind.EMPTY,), "empty"
    if max(len(expected), len(actual)) <= _EXAMINED:
        found = explaining(expected, actual)
        if found:
            return tuple(kind for kind, _ in found), "; ".join(told for _, told in found)
        parts = _url_parts(expected, actual)
        if parts:
            return parts
    return _by_its_ends(expected, actual)


def _url_parts(expected: str, actual: str) -> tuple[tuple[Kind, ...], str] | None:
    """What differs between two URLs, part by part; None unless both are URLs and the host or the path differs."""
    want, have = _URL.match(expected), _URL.match(actual)
    if want is None or have is None:
        return None
    found: list[tuple[Kind, str]] = []
    if want["scheme"] != have["scheme"]:
        found.append((Kind.SCHEME, f"another scheme: {have['scheme']} instead of {want['scheme']}"))
    if want["host"] != have["host"]:
        found.append((Kind.HOST, f"another host: {quoted(have['host'], _SHORT)} instead of {_short(want['host'])}"))
    if want["port"] != have["port"]:
        port, wanted = (match["port"] or "none" for match in (have, want))
        found.append((Kind.PORT, f"another port: {port.lstrip(':')} instead of {wanted.lstrip(':')}"))
    if want["path"] != have["path"]:
        found.append((Kind.PATH, _path(want["path"], have["path"])))
    if not {Kind.HOST, Kind.PATH} & {kind for kind, _ in found}:
        return None
    return tuple(kind for kind, _ in found), "; ".join(told for _, told in found)


def _path(expected: str, actual: str) -> str:
    wanted, found = _GUID.findall(expected), _GUID.findall(actual)
    if len(wanted) == len(found) == 1 and wanted != found and expected.replace(wanted[0], found[0]) == actual:
        return f"another id in the path: {found[0]} instead of {wanted[0]}"
    if _VERSION.sub("", expected).rstrip("/") == _VERSION.sub("", actual).rstrip("/"):
        version, due = (match[0] if (match := _VERSION.search(path)) else "none" for path in (actual, expected))
        return f"another version in the path: {version} instead of {due}"
    if not expected.strip("/"):
        return f"a path too many: {_short(actual)}"
    if not actual.strip("/"):
        return f"the path is missing: {_short(expected)}"
    return f"another path: {_short(actual)} instead of {_short(expected)}"


def _by_its_ends(expected: str, actual: str) -> tuple[tuple[Kind, ...], str]:
    """Whether one value is a piece of the other."""
    for whole, piece, kind, words in (
        (expected, actual, Kind.CUT, "is missing"),
        (actual, expected, Kind.SURPLUS, "is too much"),
    ):
        if piece and whole.startswith(piece):
            return (kind,), f"{_short(whole[len(piece) :])} {words} at the end"
        if piece and whole.endswith(piece):
            return (kind,), f"{_short(whole[: len(whole) - len(piece)])} {words} at the beginning"
    return (Kind.OTHER,), "another value"


def _short(text: str) -> str:
    return quoted(text, _SHORT)


def _common(one: str, other: str) -> int:
    """How many characters both begin with."""
    return next(
        (index for index, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]),
        min(len(one), len(other)),
    )
