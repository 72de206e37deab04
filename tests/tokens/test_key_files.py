"""Keys as people have them: every form is read, and a private one is never repeated."""

import datetime
import json

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from jwt.algorithms import RSAAlgorithm

from services.errors import ConfigurationError
from services.tokens.key_files import read_keys
from tests.gateway.signing import EC_KID, KID, ec_key, jwk, jwks, rsa_key

SPKI = rsa_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
PKCS1 = rsa_key().public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1)
EC = ec_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
PRIVATE = rsa_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _certificate() -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "acme.com")])
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder(name, name, rsa_key().public_key(), 7, now, now + datetime.timedelta(days=9))
    return builder.sign(rsa_key(), hashes.SHA256()).public_bytes(Encoding.PEM)


def test_a_key_set_gives_its_keys_by_kid_and_the_kind_of_every_one() -> None:
    found = read_keys(json.dumps(jwks()).encode())

    assert list(found.by_kid) == [KID]
    assert found.kinds == ((KID, "RSA"), (EC_KID, "EC"))
    assert [skipped.kid for skipped in found.skipped] == [EC_KID]


def test_a_single_jwk_is_read_and_without_kid_it_is_unnamed() -> None:
    named = read_keys(json.dumps(jwk()).encode())
    unnamed = read_keys(json.dumps({k: v for k, v in jwk().items() if k != "kid"}).encode())

    assert list(named.by_kid) == [KID]
    assert not unnamed.by_kid
    assert unnamed.unnamed[0].public_numbers() == rsa_key().public_key().public_numbers()


@pytest.mark.parametrize(
    "text",
    [
        SPKI,
        PKCS1,
        _certificate(),
        b"\xef\xbb\xbf" + SPKI.replace(b"\n", b"\r\n") + b"\r\n",
        SPKI.replace(b"\n", b"\\n"),
        b"Bag Attributes\n  friendlyName: acme\n" + _certificate(),
        json.dumps({"publicKey": SPKI.decode()}).encode(),
    ],
    ids=["spki", "pkcs1", "certificate", "windows lines", "escaped lines", "with a preamble", "publicKey"],
)
def test_pem_without_kid_is_an_unnamed_key(text: bytes) -> None:
    found = read_keys(text)

    assert found.by_kid == {}
    assert [key.public_numbers() for key in found.unnamed] == [rsa_key().public_key().public_numbers()]
    assert found.kinds == (("", "RSA"),)


def test_pem_by_kid_in_json_is_known_by_the_kid() -> None:
    fusionauth = read_keys(json.dumps({"publicKeys": {KID: SPKI.decode(), "ec": EC.decode()}}).encode())
    google = read_keys(json.dumps({KID: _certificate().decode()}).encode())

    assert list(fusionauth.by_kid) == list(google.by_kid) == [KID]
    assert [skipped.kid for skipped in fusionauth.skipped] == ["ec"]
    assert fusionauth.kinds == ((KID, "RSA"), ("ec", "EC"))


def test_several_pem_keys_in_one_text_are_all_read() -> None:
    assert len(read_keys(SPKI + _certificate() + EC).unnamed) == 2


@pytest.mark.parametrize(
    "text",
    [
        PRIVATE,
        SPKI + PRIVATE,
        rsa_key().private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
        json.dumps(RSAAlgorithm.to_jwk(rsa_key(), as_dict=True)).encode(),
        json.dumps({"keys": [jwk(), RSAAlgorithm.to_jwk(rsa_key(), as_dict=True)]}).encode(),
    ],
    ids=["pkcs8", "beside a public one", "pkcs1", "jwk", "in a key set"],
)
def test_a_private_key_is_refused_and_not_repeated(text: bytes) -> None:
    with pytest.raises(ConfigurationError, match="private key") as refused:
        read_keys(text)

    said = refused.value.message + refused.value.fix
    assert not any(line in said for line in text.decode().splitlines() if len(line) > 30)


@pytest.mark.parametrize(
    "text",
    [
        *(b"", b"{", b"[]", b'{"keys": 7}', b"eyJhbGciOiJSUzI1NiJ9", b"\xff\xfe\x00", b"x" * 1_000_001),
        *(SPKI[:100] + SPKI[-30:], SPKI.replace(b"MII", b"AAA")),
    ],
)
def test_what_holds_no_key_is_said_to_hold_none(text: bytes) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_keys(text)

    assert refused.value.fix
