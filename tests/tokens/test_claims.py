"""What claims mean, for a table and for a person."""

import pytest

from services.tokens.claims import CLAIMS, HEADER, Meaning, is_time


@pytest.mark.parametrize("meaning", [*CLAIMS.values(), *HEADER.values()], ids=lambda meaning: meaning.name)
def test_a_meaning_fits_a_table_cell_and_a_sentence(meaning: Meaning) -> None:
    assert 1 <= len(meaning.short.split()) <= 8
    assert meaning.sentence.endswith(".")


def test_the_registered_claims_and_those_of_a_fusionauth_token_are_explained() -> None:
    registered = {"iss", "sub", "aud", "exp", "nbf", "iat", "jti"}
    fusionauth = {"applicationId", "roles", "tid", "authenticationType", "auth_time", "sid", "scope", "email_verified"}
    assert registered | fusionauth <= CLAIMS.keys()
    assert {"alg", "kid", "typ", "gty"} <= HEADER.keys()


def test_only_moments_are_times() -> None:
    assert [name for name in CLAIMS if is_time(name)] == ["exp", "nbf", "iat", "auth_time"]
    assert not is_time("anything")
