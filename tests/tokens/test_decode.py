"""Decoding a token: what is read, what is refused, and that nothing else is ever raised."""

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tokens import decode as module
from services.tokens.decode import DEPTH, DecodedToken, ExactFloat, Flaw, MalformedToken, decode, decode_compact
from tests.gateway.calm import calm
from tests.gateway.signing import claims, segment, sign

HEADER = segment({"alg": "RS256"})


def with_claims(raw: bytes) -> DecodedToken:
    return decode_compact(f"{HEADER}.{segment(raw)}.AA")


def test_a_token_is_read_with_its_prefix_and_white_space() -> None:
    payload = claims("https://auth.example.com")
    compact = sign(payload)
    for text in (compact, f"Bearer {compact}", f"  bearer  {compact}\n"):
        token = decode(text)
        assert (token.claims, token.compact) == (payload, compact)
        assert token.header["alg"] == "RS256"
        assert len(token.signature) == 256


@pytest.mark.parametrize(
    ("text", "flaw", "part"),
    [
        ("", Flaw.SEGMENTS, ""),
        ("opaque", Flaw.SEGMENTS, ""),
        ("a.b.c.d", Flaw.SEGMENTS, ""),
        ("a!.b.c", Flaw.BASE64, "header"),
        ("a.b.c", Flaw.BASE64, "header"),
        (f"{HEADER}.ü.x", Flaw.BASE64, "claims"),
        (f"{HEADER}.a+b/.x", Flaw.BASE64, "claims"),
        (f"{HEADER}.{segment(b'{')}.x", Flaw.JSON, "claims"),
        (f"{HEADER}.{segment(b'')}.x", Flaw.JSON, "claims"),
        (f"{HEADER}.{segment(b'{}x')}.x", Flaw.JSON, "claims"),
        (f"{HEADER}.{segment(b'[' * 100_000)}.x", Flaw.JSON, "claims"),
        (f"{segment([1])}.e30.x", Flaw.NOT_AN_OBJECT, "header"),
        (f"{HEADER}.{segment(None)}.x", Flaw.NOT_AN_OBJECT, "claims"),
    ],
)
def test_what_is_wrong_with_a_malformed_token_is_said(text: str, flaw: Flaw, part: str) -> None:
    with pytest.raises(MalformedToken) as caught:
        decode(text)
    assert (caught.value.flaw, caught.value.segment) == (flaw, part)
    assert caught.value.reason


def test_numbers_keep_their_digits() -> None:
    token = with_claims(b'{"a":1.50,"b":1e3,"c":12345678901234567890123,"d":1E999}')
    assert isinstance(token.claims["a"], ExactFloat)
    assert (token.claims["a"].digits, token.claims["b"].digits) == ("1.50", "1e3")
    assert token.claims["a"] == 1.5
    assert token.claims["c"] == 12345678901234567890123
    assert token.claims["d"].digits == "1E999"


def test_integers_of_thousands_of_digits_are_read() -> None:
    number = with_claims(b'{"exp":' + b"9" * 5000 + b"}").claims["exp"]
    assert isinstance(number, ExactFloat)
    assert number.digits == "9" * 5000


def test_the_last_of_two_members_counts_and_the_name_is_noted() -> None:
    token = with_claims(b'{"aud":"one","sub":"x","aud":"two"}')
    assert token.claims == {"aud": "two", "sub": "x"}
    assert token.duplicates == ("aud",)
    assert with_claims(b'{"a":{"x":1},"b":{"x":1}}').duplicates == ()


def test_text_that_is_not_unicode_is_replaced_and_can_be_sent_on() -> None:
    token = with_claims(b'{"bad":"\xff","lone":"\\ud800","pair":"\\ud83d\\ude00","escaped":"\\\\ud800"}')
    assert token.claims == {"bad": "\ufffd", "lone": "\ufffd", "pair": "😀", "escaped": "\\ud800"}
    json.dumps(token.claims, ensure_ascii=False).encode("utf-8")


def test_padding_at_the_end_of_a_segment_is_tolerated() -> None:
    assert decode_compact("e30=.e30=.AA==").claims == {}


def test_a_signature_that_is_not_base64url_is_found_when_it_is_needed() -> None:
    token = decode_compact("e30.e30.!!")
    with pytest.raises(MalformedToken) as caught:
        _ = token.signature
    assert caught.value.segment == "signature"


def test_nesting_is_bounded_by_a_number_of_our_own_not_by_the_interpreters_state() -> None:
    def nested(levels: int) -> str:
        content = b'{"a":' + b"[" * levels + b"]" * levels + b"}"
        return f"{segment(b'{}')}.{segment(content)}.AAAA"

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10_000)  # as a library that the sandbox loads does
    try:
        decode(nested(DEPTH - 1))
        with pytest.raises(MalformedToken, match=f"more than {DEPTH} deep"):
            decode(nested(DEPTH))
    finally:
        sys.setrecursionlimit(limit)
    brackets_in_text = segment(json.dumps({"a": "[" * 1_000 + '\\"{'}).encode())
    assert decode(f"{segment(b'{}')}.{brackets_in_text}.AAAA").claims["a"].startswith("[")


_part = st.text(max_size=10) | st.binary(max_size=30).map(segment)


@calm()
@given(st.text() | st.lists(_part, max_size=5).map(".".join))
def test_no_text_raises_anything_but_malformed_token(text: str) -> None:
    try:
        decode(text).duplicates  # noqa: B018
    except MalformedToken as error:
        assert error.reason


_SCRAPS = [
    *'{}[]:,"\\ \t\n\x01\x7fé\ud83d0-1.5e',
    "\\u0000",
    "\\ud800",
    "\\ud83d\\ude00",
    "NaN",
    "-0",
    "1E400",
    "true",
    "null",
    '"a"',
]
_TEXTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
).map(lambda value: json.dumps({"a": value}, ensure_ascii=False))


def _exactly(value: object) -> object:
    """The value with what `==` overlooks: types, digits, order."""
    if isinstance(value, dict):
        return [(name, _exactly(member)) for name, member in value.items()]
    if isinstance(value, list):
        return [_exactly(member) for member in value]
    return type(value), getattr(value, "digits", repr(value))


@calm()
@given(
    _TEXTS | st.lists(st.sampled_from(_SCRAPS)).map(lambda scraps: '{"a":' + "".join(scraps) + "}"),
    st.integers(0, 80),
    st.binary(max_size=2),
)
def test_the_quick_reading_is_the_careful_one(text: str, where: int, scrap: bytes) -> None:
    raw = text.encode("utf-8", "surrogatepass")
    raw = raw[:where] + scrap + raw[where:]
    try:
        careful: object = _exactly(module._read_carefully(raw, "claims"))
    except MalformedToken as error:
        careful = (error.flaw, error.reason, error.found)
    try:
        quick: object = _exactly(module._json_object(raw, "claims"))
    except MalformedToken as error:
        quick = (error.flaw, error.reason, error.found)
    assert quick == careful
