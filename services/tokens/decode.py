"""A compact JWT taken apart without verifying anything, as quickly as plain Python allows.

The reading is that of Go's `dgrijalva/jwt-go` v3.2.0 (`parser.go`), whose error texts API Gateway's refusals match:
padding at a segment's end is tolerated, the last of two members of one name wins, invalid UTF-8 becomes U+FFFD.
"""

import binascii
import contextlib
import json
import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Never

import msgspec

DEPTH = 300
"""How deep a token may be nested. A choice: Python's own limit moves with whatever else the process has loaded."""

_SHORT_HEADER = 1_000  # characters of a header that is kept

_TO_STANDARD = bytes.maketrans(b"-_+/", b"+/!!")  # base64url to base64; what only base64 has becomes invalid
_PADDING = (b"", b"===", b"==", b"=")
_NOT_BASE64URL = re.compile(r"[^A-Za-z0-9_-]")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)


class Flaw(StrEnum):
    """What is wrong with a malformed token."""

    SEGMENTS = "segments"
    BASE64 = "base64"
    JSON = "json"
    NOT_AN_OBJECT = "not an object"


class MalformedToken(Exception):
    """The text is not a compact JWT. `segment` is "header", "claims" or "signature" ("" for the whole)."""

    def __init__(self, flaw: Flaw, reason: str, *, segment: str = "", position: int = 0, found: str = "") -> None:
        super().__init__(reason)
        self.flaw = flaw
        self.reason = reason
        self.segment = segment
        self.position = position
        self.found = found


class ExactFloat(float):
    """A JSON number with a fraction or an exponent; `digits` is how it was written."""

    __slots__ = ("digits",)
    digits: str

    def __new__(cls, digits: str) -> "ExactFloat":
        """The number that `digits` denotes; too large a one becomes infinite."""
        number = super().__new__(cls, digits)
        number.digits = digits
        return number


@dataclass(slots=True, eq=False)
class DecodedToken:
    """The parts of a compact JWT, to be read only: tokens may share a header. Nothing in it is verified."""

    header: dict[str, Any]
    claims: dict[str, Any]
    segments: tuple[str, str, str]

    @property
    def compact(self) -> str:
        """The token as it was given, without a `Bearer` prefix."""
        return ".".join(self.segments)

    @property
    def signing_input(self) -> bytes:
        """The bytes the signature covers."""
        return f"{self.segments[0]}.{self.segments[1]}".encode("ascii")

    @property
    def signature(self) -> bytes:
        """The signature's bytes. Raises MalformedToken when the third segment is not base64url."""
        return decode_segment(self.segments[2], "signature")

    @property
    def duplicates(self) -> tuple[str, ...]:
        """Names that stand more than once in the header or the claims (only the last one counts)."""
        names: list[str] = []

        def note(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            names.extend(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
            return dict(pairs)

        for segment in self.segments[:2]:
            text = decode_segment(segment, "").decode("utf-8", "replace")
            json.loads(text, object_pairs_hook=note, parse_int=ExactFloat)
        return tuple(dict.fromkeys(names))


def decode(text: str) -> DecodedToken:
    """Decode a token, with or without `Bearer ` (any case) and white space around it. Raises only MalformedToken."""
    text = text.strip()
    if text[:7].lower() == "bearer ":
        text = text[7:].lstrip()
    return decode_compact(text)


def decode_compact(compact: str) -> DecodedToken:
    """Decode exactly this text. Raises only MalformedToken."""
    segments = compact.split(".")
    if len(segments) != 3:
        count = len(segments)
        reason = f"a token has 3 segments separated by dots, this text has {count}"
        raise MalformedToken(Flaw.SEGMENTS, reason, found=str(count))
    header, claims, signature = segments
    return DecodedToken(
        _header(header) if len(header) <= _SHORT_HEADER else _json_object(decode_segment(header, "header"), "header"),
        _json_object(decode_segment(claims, "claims"), "claims"),
        (header, claims, signature),
    )


@lru_cache(maxsize=256)
def _header(segment: str) -> dict[str, Any]:
    """A header, shared by all tokens that have it: those of one key all do."""
    return _json_object(decode_segment(segment, "header"), "header")


def decode_segment(segment: str, name: str) -> bytes:
    """The bytes of one base64url segment; `name` goes into the MalformedToken it may raise."""
    try:
        data = segment.encode("ascii").translate(_TO_STANDARD)
        return binascii.a2b_base64(data + _PADDING[len(data) & 3], strict_mode=True)
    except ValueError:
        bad = _NOT_BASE64URL.search(segment.rstrip("="))
        position = bad.start() if bad else len(segment)
        what = f"{bad.group()!r} at position {position}" if bad else f"its length of {len(segment)} is impossible"
        reason = f"the {name} segment is not base64url: {what}"
        raise MalformedToken(Flaw.BASE64, reason, segment=name, position=position) from None


def _refuse_constant(text: str) -> Never:
    raise ValueError(text)  # NaN and Infinity are not JSON


_loads = json.JSONDecoder(parse_float=ExactFloat, parse_constant=_refuse_constant).decode
# Python refuses to convert integers of thousands of digits; as text they are only slow to compare.
_loads_huge = json.JSONDecoder(parse_float=ExactFloat, parse_int=ExactFloat, parse_constant=_refuse_constant).decode


# Reads what it accepts as `_loads` does, some times as fast. What it does not, `_loads` has the last word on.
_read_quickly = msgspec.json.Decoder(dict[str, Any], float_hook=ExactFloat).decode


def _json_object(data: bytes, name: str) -> dict[str, Any]:
    if data.count(b"[") + data.count(b"{") <= DEPTH:
        with contextlib.suppress(ValueError, RecursionError):
            return _read_quickly(data)
    return _read_carefully(data, name)


def _read_carefully(data: bytes, name: str) -> dict[str, Any]:
    text = data.decode("utf-8", "replace")
    if "\\u" in text:
        text = _ESCAPE.sub(lambda match: "\\ufffd" if match.group(1) else match.group(), text)
    if text.count("[") + text.count("{") > DEPTH and _depth(text) > DEPTH:
        reason = f"the {name} segment is nested more than {DEPTH} deep"
        raise MalformedToken(Flaw.JSON, reason, segment=name, found="[" if "[" in text else "{")
    try:
        value = _loads(text)
    except json.JSONDecodeError as error:
        raise _not_json(name, text, error.pos) from None
    except ValueError:
        try:
            value = _loads_huge(text)
        except ValueError:
            raise _not_json(name, text, 0) from None
    if type(value) is not dict:
        kind = {list: "array", str: "string", bool: "bool", type(None): "null"}.get(type(value), "number")
        reason = f"the {name} segment holds a JSON {kind}, not an object"
        raise MalformedToken(Flaw.NOT_AN_OBJECT, reason, segment=name, found=kind)
    return value


def _depth(text: str) -> int:
    """How deep arrays and objects are nested; brackets in strings do not count."""
    deepest = depth = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _not_json(name: str, text: str, position: int) -> MalformedToken:
    found = text[position : position + 1]
    what = f"unexpected {found!r} at position {position}" if found else "it ends too early"
    reason = f"the {name} segment is not JSON: {what}"
    return MalformedToken(Flaw.JSON, reason, segment=name, position=position, found=found)
