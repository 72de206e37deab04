"""What is odd about a token's text is pointed out, with the bytes; what is plain is left in peace."""

import pytest

from services.tokens.anatomy import plain_json, remarks_on, segments
from services.tokens.decode import DecodedToken, MalformedToken, decode_compact
from services.tokens.odd_text import odd_text
from tests.gateway.signing import claims, segment, sign

HEADER = segment({"alg": "RS256"})


def with_claims(raw: bytes) -> str:
    return f"{HEADER}.{segment(raw)}.AA"


def remarks(compact: str) -> dict[str, str]:
    try:
        decoded: DecodedToken | None = decode_compact(compact)
    except MalformedToken:
        decoded = None
    return {remark.id: remark.sentence for remark in remarks_on(compact, decoded)}


def test_a_token_as_libraries_make_it_has_nothing_odd() -> None:
    compact = sign(claims("https://auth.example.com"))
    assert remarks(compact) == {}
    assert [(part.name, part.size) for part in segments(compact)][2] == ("signature", 256)


@pytest.mark.parametrize(
    ("compact", "remark", "said"),
    [
        (f"{HEADER}.e30=.AA", "padding", "claims segment ends with 1 “=”"),
        (f"{HEADER}.e31.AA", "canonical", "ends with “1”"),
        (f"{HEADER}.e30.AB", "canonical", "the one canonical spelling ends with “A”"),
        (with_claims(b'{"a":1,"b":2,"a":3}'), "duplicates", "“a”"),
        (with_claims(b'{"a":{"x":1,"x":2}}'), "duplicates", "“x”"),
        (with_claims(b'{"a":"\xff\xfe"}'), "utf-8", "22 3a 22 [ff] fe 22 7d"),
        (with_claims(b"\xef\xbb\xbf{}"), "byte order mark", "[ef bb bf] 7b 7d"),
        (f"{HEADER}.e30\u200b.AA", "characters", "2e 65 33 30 [e2 80 8b] 2e 41 41"),
        ("a.b.c.d.e", "jwe", "encrypted"),
        (f"{HEADER}.{segment({'a': 'x' * 9_000})}.AA", "size", "10,240 bytes"),
    ],
)
def test_what_a_careful_reader_would_stumble_over_is_said(compact: str, remark: str, said: str) -> None:
    assert said in remarks(compact)[remark]


@pytest.mark.parametrize(
    "raw", [b'{"a":1,"a":2}', b'{"a" :1,"a":2}', b'{"a":1,\n"b":2}', '{"a":"ü"}'.encode(), b'{"a":{"b":1}}']
)
def test_the_quick_look_passes_nothing_that_needs_the_careful_one(raw: bytes) -> None:
    decoded = decode_compact(with_claims(raw))
    assert plain_json(decoded.segments[1], decoded.claims) is None
    plain = decode_compact(with_claims(b'{"a":1,"b":"x"}'))
    assert plain_json(plain.segments[1], plain.claims) == b'{"a":1,"b":"x"}'


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("https://auth.example.com", ""),
        ("Zoë Müller", ""),
        ("a\u200bb", "has U+200B at position 1: 61 [e2 80 8b] 62"),
        ("a\nb", "has U+000A at position 1: 61 [0a] 62"),
        ("a\u00a0b", "has U+00A0 at position 1: 61 [c2 a0] 62"),
        ("a ", "ends with a blank"),
        (" a", "begins with a blank"),
    ],
)
def test_characters_that_nobody_sees_are_named_with_their_bytes(text: str, odd: str) -> None:
    assert odd_text(text) == odd
