"""Secrets are masked by value and by shape, in every spelling, whatever stands around them, and quickly."""

import copy
import json
import pickle
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.redact import MASK, Redactor, SafeText, Secret

SECRETS = st.lists(st.text('ab"\\$é\n%', min_size=4, max_size=12), min_size=1, max_size=5)
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJlLXNpZ25hdHVyZQ"


@given(SECRETS, st.lists(st.text('ab"\\$é\n% xyz', max_size=20), max_size=5), st.randoms())
def test_no_registered_secret_is_left_in_any_text(secrets: list[str], around: list[str], random: object) -> None:
    pieces = [*secrets, *around, *map(json.dumps, secrets), *(quote(secret, safe="") for secret in secrets)]
    random.shuffle(pieces)  # type: ignore[attr-defined]
    text = "".join(pieces)
    redacted = Redactor(map(Secret, secrets)).redact(text)
    assert not [secret for secret in secrets if secret in str(redacted)]
    assert redacted.reveal() == text


@given(st.text(max_size=200))
def test_text_without_secrets_stays_as_it_is(text: str) -> None:
    assert Redactor([Secret("not-in-there-at-all")]).redact(text).reveal() == text


def test_secrets_that_overlap_are_masked_as_one() -> None:
    redactor = Redactor([Secret("abcdef"), Secret("defghi"), Secret("bcde")])
    assert redactor.mask("<abcdefghi>") == f"<{MASK}>"


def test_secrets_side_by_side_stay_two() -> None:
    redacted = Redactor([Secret("first"), Secret("second")]).redact("firstsecond")
    assert [secret.reveal() for secret in redacted.secrets] == ["first", "second"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"Bearer {TOKEN}", f"Bearer {TOKEN.rpartition('.')[0]}.{MASK}"),
        (f'{{"token":"{TOKEN}"}}', f'{{"token":"{TOKEN.rpartition(".")[0]}.{MASK}"}}'),
        ("http://user:hunter2@host/x", f"http://{MASK}@host/x"),
        ("a -----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY----- b", f"a {MASK} b"),
        ("a -----BEGIN RSA PRIVATE KEY-----\\nMIIcut off", f"a {MASK}"),
        ("-----BEGIN PUBLIC KEY-----MII", "-----BEGIN PUBLIC KEY-----MII"),
        ("http://host:8080/a@b", "http://host:8080/a@b"),
        ("eyJ is how a header begins", "eyJ is how a header begins"),
    ],
)
def test_what_looks_like_a_secret_is_masked_unregistered(text: str, shown: str) -> None:
    assert Redactor().mask(text) == shown


def test_values_too_short_to_be_secrets_do_not_mask_ordinary_text() -> None:
    assert Redactor([Secret("abc"), Secret("")]).mask("abc") == "abc"


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "-----BEGIN PRIVATE KEY-----" * 37_000,
        "eyJaaaaaa." * 100_000,
        "eyJ" * 330_000,
        "://a:b" * 160_000,
        "://" + "a" * 1_000_000,
        '{"name":"value secret-7"},' * 40_000,
    ],
    ids=["plain", "keys", "tokens", "headers", "credentials", "user", "json"],
)
def test_a_megabyte_is_masked_quickly(text: str) -> None:
    redactor = Redactor(Secret(f"secret-{number}-of-many") for number in range(50))
    began = time.process_time()
    redactor.redact(text)
    assert time.process_time() - began < 1


def test_a_secret_shows_itself_to_nobody_but_its_user() -> None:
    secret = Secret("hunter2-canary")
    holder = SafeText(("a ", secret, " b"))
    shown = [str(secret), repr(secret), f"{secret}", f"{secret!r}", f"{[secret]}", str(holder), repr(holder)]
    assert not [text for text in shown if "hunter2" in text]
    assert (secret.reveal(), holder.reveal()) == ("hunter2-canary", "a hunter2-canary b")
    for leave in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            leave(secret)
    with pytest.raises(TypeError):
        json.dumps(secret)
    assert not hasattr(secret, "__dict__")
    assert secret == Secret("hunter2-canary") != Secret("other")
    assert not Secret("")
