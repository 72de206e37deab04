"""Issuer and audience across their places: where they break, which characters differ, and in which words it is said."""

import time
from difflib import SequenceMatcher
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.diagnosis.agreement import Place, Strand, agreement
from services.diagnosis.difference import Span, differing_spans, remark_on

ISSUER = "https://id.example.com"
TEXTS = st.text("ab/:é", max_size=30) | st.text(max_size=30)


@pytest.mark.parametrize(
    ("actual", "spans", "remark"),
    [
        (ISSUER + "/", [(22, 23)], "one character too many: a trailing slash"),
        ("https://ID.example.com", [(8, 10)], "upper and lower case differ"),
        ("http://id.example.com", [(4, 4)], "another scheme: http instead of https"),
        (" " + ISSUER, [(0, 1)], "one blank too many, at the beginning"),
        (ISSUER + "\n", [(22, 23)], "one invisible character too many, at the end: LINE FEED (U+000A)"),
        ("", [(0, 0)], "empty"),
        ("https://id.exbmple.com", [(13, 14)], "another host: “id.exbmple.com” instead of “id.example.com”"),
    ],
)
def test_the_differing_characters_are_marked_and_named(actual: str, spans: list[tuple[int, int]], remark: str) -> None:
    assert [(span.start, span.end) for span in differing_spans(ISSUER, actual)] == spans
    assert remark_on(ISSUER, actual) == remark


def test_a_missing_slash_is_named_where_the_expected_value_has_one() -> None:
    assert differing_spans(ISSUER + "/", ISSUER) == (Span(22, 22),)
    assert remark_on(ISSUER + "/", ISSUER) == "one character too few: the trailing slash"


@given(TEXTS, TEXTS)
def test_what_is_not_marked_stands_in_both_values_in_the_same_order(expected: str, actual: str) -> None:
    spans = differing_spans(expected, actual)
    assert (spans == ()) is (expected == actual)
    kept, position = "", 0
    for span in spans:
        assert position <= span.start <= span.end <= len(actual)
        kept += actual[position : span.start]
        position = span.end
    kept += actual[position:]
    letters = iter(expected)
    assert all(letter in letters for letter in kept)


@given(st.text("ab", min_size=1, max_size=10), st.text("ab", max_size=10), st.text("XY", min_size=1, max_size=5))
def test_something_put_in_is_marked_and_nothing_else(head: str, tail: str, inserted: str) -> None:
    spans = differing_spans(head + tail, head + inserted + tail)
    marked = "".join((head + inserted + tail)[span.start : span.end] for span in spans)
    assert marked == inserted


def test_hostile_lengths_do_not_keep_anybody_waiting() -> None:
    began = time.process_time()
    long = tuple(f"{'cab' * 300}{number}" for number in range(50_000))
    found = agreement(
        tenant=Place("tenant", ("ab" * 500_000,)),
        token_issuer=Place("token", ("ba" * 500_000,)),
        application=Place("application", ("abc" * 300,)),
        token_audience=Place("token", long),
    )
    assert found.issuer.disagreements[0].spans
    assert found.audience.disagreements[0].remark == "another value"
    assert time.process_time() - began < 2


def test_an_audience_among_several_agrees_and_none_of_several_shows_the_nearest() -> None:
    places = (Place("application", ("app-1",)), Place("token", ("other", "app-1")), Place("authorizer", ("x", "app-2")))
    strand = Strand("AUDIENCE", places)
    assert [strand.agrees(place) for place in places] == [True, True, False]
    assert [(broken.place, broken.actual) for broken in strand.disagreements] == [("authorizer", "app-2")]


def test_what_is_unread_is_unknown_and_what_could_not_be_read_breaks() -> None:
    assert agreement().holds is None
    whole = Place("x", ("v",))
    assert Strand("T", (whole, Place("token"))).holds is None
    assert Strand("T", (whole, Place("token", problem="gone"))).holds is False
    assert Strand("T", (whole, Place("token", ()))).disagreements[0].remark == "empty"
    assert Strand("T", (whole, whole)).holds is True


def test_one_broken_strand_breaks_the_agreement() -> None:
    same = Place("p", ("v",))
    issuer: dict[str, Any] = {"tenant": same, "discovery": same, "token_issuer": same, "authorizer_issuer": same}
    audience: dict[str, Any] = {"application": same, "token_audience": same, "authorizer_audience": same}
    assert agreement(**issuer, **audience).holds is True
    assert agreement(**issuer, **{**audience, "token_audience": Place("token", ("w",))}).holds is False
    assert agreement(**issuer).holds is None


def test_hostile_text_is_compared_as_it_is() -> None:
    hostile = "[/b]\x1b[31m\u202e" + ISSUER
    assert differing_spans(ISSUER, hostile) == (Span(0, len(hostile) - len(ISSUER)),)
    assert SequenceMatcher(a=ISSUER, b=hostile).ratio() < 1


def test_what_the_profile_wants_is_the_reference_so_that_the_first_place_can_be_the_odd_one() -> None:
    read = agreement(
        tenant=Place("tenant", ("acme.com",)),
        discovery=Place("discovery", ("acme.com",)),
        authorizer_issuer=Place("authorizer", ("https://auth.example.com",)),
        wanted_issuer="https://auth.example.com",
    )
    assert [odd.place for odd in read.issuer.disagreements] == ["tenant", "discovery"]
    assert read.issuer.reference_name == "authorizer"
    assert agreement(tenant=Place("tenant", ("a",)), wanted_issuer="b").issuer.reference_name == "wanted"
