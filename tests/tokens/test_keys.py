"""Reading discovery documents and key sets, and checking signatures with them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tokens.decode import decode
from services.tokens.keys import KeyDocumentError, parse_discovery, parse_jwks
from services.tokens.verify import is_signed_by
from tests.gateway.calm import calm
from tests.gateway.signing import EC_KID, KID, claims, jwk, jwks, rsa_key, sign, with_flipped_signature


def test_rsa_keys_are_kept_by_kid_and_others_are_named_with_the_reason() -> None:
    keys = parse_jwks(json.dumps(jwks()))
    assert list(keys.by_kid) == [KID]
    assert keys.by_kid[KID].public_numbers() == rsa_key().public_key().public_numbers()
    assert [(key.kid, "EC" in key.reason) for key in keys.skipped] == [(EC_KID, True)]


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        (7, "not a JSON object"),
        ({"kty": "oct", "k": "AA", "kid": "a"}, "only RSA"),
        ({**jwk(), "use": "enc"}, "not signing"),
        ({**jwk(), "n": None}, "'n' is missing"),
        ({**jwk(), "n": "!"}, "not base64url"),
        ({**jwk(), "e": "AA"}, "no usable RSA key"),
        ({key: value for key, value in jwk().items() if key != "kid"}, "no kid"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_key_that_cannot_be_used_is_skipped_and_the_others_are_kept(member: Any, reason: str) -> None:
    keys = parse_jwks(json.dumps({"keys": [member, jwk("good")]}))
    assert list(keys.by_kid) == ["good"]
    assert reason in keys.skipped[0].reason


def test_of_two_keys_with_one_kid_the_first_counts() -> None:
    keys = parse_jwks(json.dumps({"keys": [jwk(), jwk(key=rsa_key("other"))]}))
    assert keys.by_kid[KID].public_numbers() == rsa_key().public_key().public_numbers()
    assert len(keys.skipped) == 1


def test_a_single_key_is_a_key_set_too() -> None:
    assert list(parse_jwks(json.dumps(jwk())).by_kid) == [KID]


def test_a_discovery_document_gives_issuer_and_jwks_uri() -> None:
    found = parse_discovery(b'{"issuer":"https://x","jwks_uri":"https://x/keys"}')
    assert (found.issuer, found.jwks_uri) == ("https://x", "https://x/keys")


@pytest.mark.parametrize("document", ["", "[]", "{}", '{"jwks_uri":7}', '{"jwks_uri":""}'])
def test_a_discovery_document_without_jwks_uri_is_refused(document: str) -> None:
    with pytest.raises(KeyDocumentError):
        parse_discovery(document)


@calm()
@given(
    st.binary()
    | st.recursive(st.none() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)).map(
        lambda value: json.dumps(value).encode()
    )
)
def test_no_document_raises_anything_but_its_own_error(document: bytes) -> None:
    for parse in (parse_jwks, parse_discovery):
        try:
            parse(document)
        except KeyDocumentError as error:
            assert str(error)


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512"])
@pytest.mark.parametrize("bits", [1024, 2048, 4096])
def test_rs_signatures_verify_with_their_key_only(algorithm: str, bits: int) -> None:
    key = rsa_key("sized", bits)
    compact = sign(claims("https://x"), algorithm=algorithm, key=key)
    assert is_signed_by(decode(compact), key.public_key())
    assert not is_signed_by(decode(compact), rsa_key().public_key())
    assert not is_signed_by(decode(with_flipped_signature(compact)), key.public_key())


@pytest.mark.parametrize("algorithm", ["PS256", "PS384", "PS512"])
def test_ps_signatures_verify_with_their_key_only(algorithm: str) -> None:
    compact = sign(claims("https://x"), algorithm=algorithm)
    assert is_signed_by(decode(compact), rsa_key().public_key())
    assert not is_signed_by(decode(compact), rsa_key("other").public_key())
    assert not is_signed_by(decode(compact), rsa_key("small", 1024).public_key())
    assert not is_signed_by(decode(with_flipped_signature(compact)), rsa_key().public_key())


def test_no_other_algorithm_verifies() -> None:
    assert not is_signed_by(decode(sign(claims("https://x"), algorithm="ES256")), rsa_key().public_key())
