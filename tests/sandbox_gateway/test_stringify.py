"""Claims as the function sees them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sandbox.gateway.stringify import claim_string, claim_strings
from services.tokens.decode import decode_compact
from tests.gateway.calm import calm
from tests.gateway.signing import segment


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b'"plain"', "plain"),
        (b"1672137288", "1672137288"),
        (b"1.50", "1.50"),
        (b"1e3", "1e3"),
        (b"12345678901234567890123", "12345678901234567890123"),
        (b"true", "true"),
        (b"false", "false"),
        (b"[]", "[]"),
        (b'["a","b c"]', "[a b c]"),
        (b"[1,[2,null]]", "[1 [2 <nil>]]"),
        (b"{}", "map[]"),
        (b'{"b":{"x":["y@z"]},"a":true}', "map[a:true b:map[x:[y@z]]]"),
        (
            b'{"sign_in_provider":"password","identities":{"email":["x@y.z"]}}',
            "map[identities:map[email:[x@y.z]] sign_in_provider:password]",
        ),
    ],
    ids=str,
)
def test_each_kind_of_value_has_its_text(value: bytes, text: str) -> None:
    payload = segment(b'{"c":' + value + b"}")
    token = decode_compact(f"e30.{payload}.AA")
    assert claim_strings(token.claims) == {"c": text}


def test_null_claims_are_left_out_and_names_are_sorted_bytewise() -> None:
    claims = {"b": 1, "authenticationType": "PASSWORD", "auth_time": 2, "nothing": None}
    assert list(claim_strings(claims)) == ["auth_time", "authenticationType", "b"]


def test_nesting_deeper_than_pythons_stack_is_written() -> None:
    value: Any = "x"
    for _ in range(5_000):
        value = [value]
    assert claim_string(value) == "[" * 5_000 + "x" + "]" * 5_000


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def go(value: Any) -> str:
    """The same rule, written recursively."""
    if isinstance(value, list):
        return f"[{' '.join(map(go, value))}]"
    if isinstance(value, dict):
        return f"map[{' '.join(f'{name}:{go(value[name])}' for name in sorted(value))}]"
    return (
        {None: "<nil>", True: "true", False: "false"}[value]
        if value is None or value is True or value is False
        else str(value)
    )


@calm()
@given(_json)
def test_any_value_is_written_as_the_recursive_rule_says(value: Any) -> None:
    assert claim_string(value) == go(value)
