"""The raw form of a token: its segments, and everything about them that a careful reader would stumble over.

What is odd is pointed out and never put right: the gateway gets the same bytes. Sources: RFC 7515 section 2 (base64url
without padding), RFC 4648 section 3.5 (unused bits are zero), RFC 8259 (JSON is UTF-8, names should be unique).
"""

import re
from dataclasses import dataclass
from typing import Any

from services.tokens.decode import DecodedToken, MalformedToken, decode_segment

HEADERS_LIMIT = 10_240  # bytes: API Gateway's quota for the request line and all headers together
_NAMES = ("header", "claims", "signature")
_ENCRYPTED = ("header", "encrypted key", "initialization vector", "ciphertext", "authentication tag")  # RFC 7516
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_UNUSED_BITS = {2: 0b1111, 3: 0b11}  # of the last character, by the number of characters in the last group
_NOT_IN_A_TOKEN = re.compile(r"[^A-Za-z0-9._=-]+")
_MEMBER = re.compile(rb'"\s*:')
_AROUND = 4  # odd bytes are shown with as many on either side
_SHOWN = 16  # odd bytes at one place; more are counted


@dataclass(frozen=True, slots=True)
class Remark:
    """Something odd about the text of a token. `id` is stable, `sentence` is for people."""

    id: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: its text, and how many bytes it decodes to (None where it does not)."""

    name: str
    text: str
    size: int | None


def segments(compact: str) -> tuple[Segment, ...]:
    """The segments of any text with dots; five of them are those of an encrypted token (JWE)."""
    texts = compact.split(".", 20)
    names = _ENCRYPTED if len(texts) == 5 else _NAMES
    return tuple(
        Segment(names[index] if index < len(names) else f"segment {index + 1}", text, _size(text))
        for index, text in enumerate(texts)
    )


def _size(text: str) -> int | None:
    try:
        return len(decode_segment(text, ""))
    except MalformedToken:
        return None


def remarks_on(compact: str, decoded: DecodedToken | None) -> tuple[Remark, ...]:
    """All that is odd about a compact token's text; `decoded` where it could be read."""
    remarks = [*_odd_characters(compact)]
    if compact.count(".") == 4:
        sentence = "It has five segments: an encrypted token (JWE), which only its addressee can read."
        remarks.append(Remark("jwe", sentence))
    if compact.count(".") == 2:
        remarks += [remark for segment in segments(compact) for remark in _of_segment(segment)]
    if decoded is not None and decoded.duplicates:
        names = ", ".join(f"“{name}”" for name in decoded.duplicates[:5])
        remarks.append(Remark("duplicates", f"Stands more than once, and the last one counts: {names}."))
    if len(compact) > HEADERS_LIMIT - 100:
        sentence = f"It has {len(compact):,} characters; API Gateway takes {HEADERS_LIMIT:,} bytes of headers in all."
        remarks.append(Remark("size", sentence))
    return tuple(remarks)


def plain_json(text: str, members: dict[str, Any]) -> bytes | None:
    """The JSON of a segment that certainly has nothing odd about it, on one line; None where a closer look is needed.

    For whoever reads thousands: there are as many members as names were read, so none stands twice.
    """
    if "=" in text or _unused_bits(text):
        return None
    data = decode_segment(text, "")
    if not data.isascii() or b"\n" in data or b"\r" in data or len(_MEMBER.findall(data)) != len(members):
        return None
    return data


def is_canonical(text: str) -> bool:
    """Whether a segment is spelled in the one way there is: no padding, no unused bits set."""
    return "=" not in text and not _unused_bits(text)


def hex_around(data: bytes, start: int, end: int) -> str:
    """The bytes from `start` to `end` in brackets, with their neighbours."""
    before, odd, after = data[max(0, start - _AROUND) : start], data[start:end], data[end : end + _AROUND]
    shown = odd[:_SHOWN].hex(" ") + (f" and {len(odd) - _SHOWN} more" if len(odd) > _SHOWN else "")
    return " ".join(part for part in (before.hex(" "), f"[{shown}]", after.hex(" ")) if part)


def _odd_characters(compact: str) -> list[Remark]:
    found = list(_NOT_IN_A_TOKEN.finditer(compact))
    if not found:
        return []
    first = found[0]
    data = compact.encode("utf-8", "surrogatepass")
    start = len(compact[: first.start()].encode("utf-8", "surrogatepass"))
    end = start + len(first.group().encode("utf-8", "surrogatepass"))
    more = f" There are {len(found) - 1} more such places." if len(found) > 1 else ""
    sentence = f"At position {first.start()} stand bytes that no token has: {hex_around(data, start, end)}.{more}"
    return [Remark("characters", sentence)]


def _of_segment(segment: Segment) -> list[Remark]:
    remarks = []
    text = segment.text.rstrip("=")
    if segment.text.endswith("="):
        count = len(segment.text) - len(text)
        sentence = (
            f"The {segment.name} segment ends with {count} “=”: a token has no padding, and strict readers refuse it."
        )
        remarks.append(Remark("padding", sentence))
    if segment.size is None:
        return remarks
    if segment.text and _unused_bits(text):
        last = _ALPHABET[_ALPHABET.index(text[-1]) & ~_UNUSED_BITS[len(text) % 4]]
        sentence = (
            f"The {segment.name} segment ends with “{text[-1]}”, whose last bits stand for nothing; the one canonical "
            f"spelling ends with “{last}”. Another spelling decodes to the same bytes."
        )
        remarks.append(Remark("canonical", sentence))
    if segment.name in ("header", "claims"):
        remarks += _odd_bytes(segment.name, decode_segment(segment.text, segment.name))
    return remarks


def _unused_bits(text: str) -> bool:
    mask = _UNUSED_BITS.get(len(text) % 4, 0)
    return bool(mask) and text[-1] in _ALPHABET and bool(_ALPHABET.index(text[-1]) & mask)


def _odd_bytes(name: str, data: bytes) -> list[Remark]:
    if data.startswith(b"\xef\xbb\xbf"):
        return [Remark("byte order mark", f"The {name} begin with a byte order mark: {hex_around(data, 0, 3)}.")]
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        where = hex_around(data, error.start, error.end)
        return [Remark("utf-8", f"The {name} segment is not UTF-8 at byte {error.start}: {where}.")]
    return []
