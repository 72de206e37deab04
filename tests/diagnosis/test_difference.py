"""What keeps two values apart: named so that a person can act on it, and never taken away."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.diagnosis.difference import difference, remark_on
from services.diagnosis.distinctions import Kind
from tests.gateway.calm import calm

ISSUER = "https://id.example.com"
ENTRA = "https://login.microsoftonline.com/3c219e58-ed0e-4b18-ad48-f4f92793ae32"

REMARKS = [
    (ISSUER, ISSUER + "/", Kind.TRAILING_SLASH, "one character too many: a trailing slash"),
    (ISSUER + "/", ISSUER, Kind.TRAILING_SLASH, "one character too few: the trailing slash"),
    (ISSUER, ISSUER + "//", Kind.TRAILING_SLASH, "2 trailing slashes too many"),
    (ISSUER + "/x", ISSUER + "//x", Kind.DOUBLED_SLASH, "one character too many: a doubled slash"),
    (ISSUER, "http://id.example.com", Kind.SCHEME, "another scheme: http instead of https"),
    (ISSUER, "id.example.com", Kind.SCHEME, "the scheme is missing: “https://”"),
    ("api://app", "app", Kind.SCHEME, "the scheme is missing: “api://”"),
    ("app", "api://app", Kind.SCHEME, "a scheme too many: “api://”"),
    (ISSUER, ISSUER + ":443", Kind.PORT, "a port too many: “:443”, which is https's own and still counts"),
    (ISSUER, ISSUER + ":9011", Kind.PORT, "a port too many: “:9011”"),
    (ISSUER + ":9011", ISSUER, Kind.PORT, "the port is missing: “:9011”"),
    (ISSUER + ":1", ISSUER + ":2", Kind.PORT, "another port: 2 instead of 1"),
    (ISSUER, "https://ID.example.com", Kind.CASE, "upper and lower case differ"),
    (ISSUER, " " + ISSUER, Kind.BLANK, "one blank too many, at the beginning"),
    (ISSUER, ISSUER + "  ", Kind.BLANK, "2 blanks too many, at the end"),
    (ISSUER, "https://id. example.com", Kind.BLANK, "one blank too many, inside"),
    ("a b", "a\u00a0b", Kind.BLANK, "another blank: NO-BREAK SPACE (U+00A0) in place of SPACE (U+0020)"),
    (ISSUER, ISSUER + ".", Kind.TRAILING_DOT, "one character too many: a trailing full stop"),
    (ISSUER, ISSUER + "\n", Kind.INVISIBLE, "one invisible character too many, at the end: LINE FEED (U+000A)"),
    (ISSUER, "\t" + ISSUER, Kind.INVISIBLE, "one invisible character too many, at the beginning: TAB (U+0009)"),
    ("ab", "ab\u200b", Kind.INVISIBLE, "one invisible character too many, at the end: ZERO WIDTH SPACE (U+200B)"),
    (
        ISSUER,
        "\ufeff" + ISSUER,
        Kind.INVISIBLE,
        "one invisible character too many, at the beginning: ZERO WIDTH NO-BREAK SPACE (U+FEFF)",
    ),
    ("ab", "a\u00adb", Kind.INVISIBLE, "one invisible character too many, inside: SOFT HYPHEN (U+00AD)"),
    (
        "admin",
        "\u0430dmin",
        Kind.LOOK_ALIKE,
        "letters that only look the same: "
        "CYRILLIC SMALL LETTER A (U+0430) in place of LATIN SMALL LETTER A (U+0061)",
    ),
    (
        "o",
        "\u03bf",
        Kind.LOOK_ALIKE,
        "letters that only look the same: "
        "GREEK SMALL LETTER OMICRON (U+03BF) in place of LATIN SMALL LETTER O (U+006F)",
    ),
    (
        "id",
        "\uff49d",
        Kind.LOOK_ALIKE,
        "letters that only look the same: "
        "FULLWIDTH LATIN SMALL LETTER I (U+FF49) in place of LATIN SMALL LETTER I (U+0069)",
    ),
    ("caf\u00e9", "cafe\u0301", Kind.UNICODE_FORM, "the same letters in another Unicode form (decomposed)"),
    ("/a b", "/a%20b", Kind.PERCENT, "percent-encoded: “%20” for “ ”"),
    ("/a%2Fb", "/a/b", Kind.PERCENT, "not percent-encoded: “%2F” for “/” is expected"),
    (ISSUER, f'"{ISSUER}"', Kind.QUOTES, "quotation marks around the value"),
    (ISSUER, ISSUER + "?tenantId=1", Kind.QUERY, "a query or fragment too many: “?tenantId=1”"),
    (ISSUER, ISSUER + "#top", Kind.QUERY, "a query or fragment too many: “#top”"),
    (
        ISSUER,
        ISSUER + "/.well-known/openid-configuration",
        Kind.DISCOVERY_PATH,
        "the discovery document's path stands in it",
    ),
    (ISSUER, "https://id.example.org", Kind.HOST, "another host: “id.example.org” instead of “id.example.com”"),
    (ENTRA + "/v2.0", ENTRA, Kind.PATH, "another version in the path: none instead of v2.0"),
    (ENTRA, ENTRA[:-1] + "9", Kind.PATH, f"another id in the path: {ENTRA[-36:-1]}9 instead of {ENTRA[-36:]}"),
    (ISSUER, ISSUER + "/realms/x", Kind.PATH, "a path too many: “/realms/x”"),
    ("abcdef", "abc", Kind.CUT, "“def” is missing at the end"),
    ("abc", "xabc", Kind.SURPLUS, "“x” is too much at the beginning"),
    ("id0", "idO", Kind.SIMILAR, "characters that are easily taken for each other: "
     "LATIN CAPITAL LETTER O (U+004F) in place of DIGIT ZERO (U+0030)"),
    ("abc", "xyz", Kind.OTHER, "another value"),
    ("abc", "", Kind.EMPTY, "empty"),
]  # fmt: skip


@pytest.mark.parametrize(("expected", "actual", "kind", "remark"), REMARKS)
def test_each_way_to_differ_has_its_own_words(expected: str, actual: str, kind: Kind, remark: str) -> None:
    found = difference(expected, actual)
    assert found is not None
    assert (found.kinds, found.remark) == ((kind,), remark)
    assert (found.expected, found.actual) == (expected, actual)


def test_several_ways_at_once_are_all_named() -> None:
    found = difference(ISSUER, "HTTP://ID.example.com:80/ ")
    assert found is not None
    assert set(found.kinds) == {Kind.BLANK, Kind.TRAILING_SLASH, Kind.PORT, Kind.CASE, Kind.SCHEME}
    assert "0 " not in found.remark.replace("80", "")


def test_equal_values_have_no_difference() -> None:
    assert difference(ISSUER, ISSUER) is None
    assert remark_on(ISSUER, ISSUER) == ""


@calm(max_examples=150)
@given(st.text(max_size=40), st.text(max_size=40))
def test_any_two_values_are_told_apart_in_one_line(expected: str, actual: str) -> None:
    found = difference(expected, actual)
    assert (found is None) is (expected == actual)
    if found is not None:
        assert found.remark.isprintable()
        assert found.kinds
        assert all(0 <= span.start <= span.end <= len(actual) for span in found.actual_spans)
        assert all(0 <= span.start <= span.end <= len(expected) for span in found.expected_spans)


def test_huge_values_keep_nobody_waiting() -> None:
    began = time.process_time()
    assert difference("ab" * 500_000, "ba" * 500_000) is not None
    assert difference("\u0430" * 2_000, "a" * 2_000) is not None
    assert difference("%41" * 600, "A" * 600) is not None
    assert time.process_time() - began < 2
