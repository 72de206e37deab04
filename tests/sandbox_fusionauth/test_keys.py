"""The Key Master, its certificates and the published key set."""

import base64
import hashlib
import uuid

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from services.sandbox.fusionauth.key_pairs import ALGORITHMS
from tests.sandbox_fusionauth.conftest import SIGNING_KEY_ID, Client, codes, empty


def generate(fusionauth: Client, **properties: object) -> dict[str, object]:
    body = {"key": {"name": f"key {uuid.uuid4()}", **properties}}
    key: dict[str, object] = fusionauth.ok("POST", "/api/key/generate", body)["key"]
    return key


def test_a_fresh_installation_has_two_hmac_keys_and_one_published_rsa_pair(fusionauth: Client) -> None:
    keys = fusionauth.ok("GET", "/api/key")["keys"]
    assert sorted((key["type"], key["algorithm"]) for key in keys) == [
        ("HMAC", "HS256"),
        ("HMAC", "HS256"),
        ("RSA", "RS256"),
    ]
    names = {key["name"]: key["id"] for key in keys}
    tenant = fusionauth.ok("GET", "/api/tenant")["tenants"][0]
    assert tenant["jwtConfiguration"]["accessTokenKeyId"] == names["Default signing key"]
    assert tenant["jwtConfiguration"]["idTokenKeyId"] == "092dbedc-30af-4149-9c61-b578f2c72f59"
    published = fusionauth.using(None).ok("GET", "/.well-known/jwks.json")["keys"]
    assert [key["kid"] for key in published] == [key["kid"] for key in keys if key["type"] == "RSA"]


@pytest.mark.parametrize("length", [2048, "3072", 4096])
def test_an_rsa_pair_comes_with_a_certificate_that_gives_its_kid(fusionauth: Client, length: int | str) -> None:
    body = {"key": {"algorithm": "RS384", "name": "pair", "length": length, "issuer": "my issuer"}}
    key = fusionauth.ok("POST", f"/api/key/generate/{SIGNING_KEY_ID}", body)["key"]
    assert key["length"] == int(length)
    assert (key["type"], key["hasPrivateKey"], key["issuer"]) == ("RSA", True, "my issuer")
    assert not {"privateKey", "secret"} & set(key)
    certificate = x509.load_pem_x509_certificate(key["certificate"].encode())
    der = certificate.public_bytes(Encoding.DER)
    assert base64.urlsafe_b64encode(hashlib.sha1(der).digest()).rstrip(b"=").decode() == key["kid"]
    assert len(key["kid"]) == 27
    assert certificate.serial_number == uuid.UUID(SIGNING_KEY_ID).int
    assert certificate.subject.rfc4514_string() == certificate.issuer.rfc4514_string() == "CN=my issuer"
    assert (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days == 3652
    assert not list(certificate.extensions)
    information = key["certificateInformation"]
    assert information["sha1Thumbprint"] == key["kid"]
    assert information["validTo"] == key["expirationInstant"]
    assert information["sha256Fingerprint"] == hashlib.sha256(der).digest().hex(":").upper()
    assert fusionauth.ok("GET", f"/api/key/{SIGNING_KEY_ID}")["key"] == key


def test_the_published_entry_of_a_pair_has_its_numbers_and_its_certificate(fusionauth: Client) -> None:
    key = generate(fusionauth, algorithm="RS256", length=2048)
    published = fusionauth.using(None).ok("GET", "/.well-known/jwks.json")["keys"]
    entry = next(item for item in published if item["kid"] == key["kid"])
    assert set(entry) == {"alg", "e", "kid", "kty", "n", "use", "x5c", "x5t", "x5t#S256"}
    assert (entry["alg"], entry["kty"], entry["use"], entry["x5t"]) == ("RS256", "RSA", "sig", key["kid"])
    der = base64.b64decode(entry["x5c"][0])
    assert x509.load_der_x509_certificate(der).public_key() == jwt.PyJWK(entry).key


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm_signs_tokens_that_validate(fusionauth: Client, algorithm: str) -> None:
    key = generate(fusionauth, algorithm=algorithm, length=2048)
    jwt_configuration = {"enabled": True, "accessTokenKeyId": key["id"], "idTokenKeyId": key["id"]}
    application = fusionauth.new_application(jwtConfiguration=jwt_configuration)
    user = fusionauth.new_user()
    fusionauth.register(user, application)
    token = fusionauth.login(user, application).json()["token"]
    assert jwt.get_unverified_header(token) == {"alg": algorithm, "typ": "JWT", "kid": key["kid"]}
    claims = fusionauth.using(f"Bearer {token}").ok("GET", "/api/jwt/validate")["jwt"]
    assert claims["sub"] == user["id"]
    kids = [item["kid"] for item in fusionauth.ok("GET", "/.well-known/jwks.json")["keys"]]
    assert (key["kid"] in kids) is (key["type"] != "HMAC")


def test_the_certificates_issuer_defaults_to_the_default_tenants(fusionauth: Client) -> None:
    assert generate(fusionauth, algorithm="ES256")["issuer"] == "acme.com"
    issuer = "https://" + "long." * 30 + "example.com"
    fusionauth.ok("PATCH", f"/api/tenant/{fusionauth.store.tenant_id}", {"tenant": {"issuer": issuer}})
    assert generate(fusionauth, algorithm="ES256")["issuer"] == issuer
    assert "issuer" not in generate(fusionauth, algorithm="HS512")


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({}, {"[blank]key.algorithm", "[blank]key.name"}),
        ({"name": "x", "algorithm": "RS256"}, {"[blank]key.length"}),
        ({"name": "x", "algorithm": "RS256", "length": 1024}, {"[invalid]key.length"}),
        ({"name": "x", "algorithm": "none"}, {"[invalid]key.algorithm"}),
        ({"name": "x", "algorithm": "RS256", "length": "long"}, {"[invalidJSON]key.length"}),
    ],
)
def test_a_key_that_cannot_be_made_is_refused(
    fusionauth: Client, properties: dict[str, object], expected: set[str]
) -> None:
    assert codes(fusionauth.call("POST", "/api/key/generate", {"key": properties})) == expected


def test_an_id_is_used_once_and_must_be_a_uuid(fusionauth: Client) -> None:
    body = {"key": {"name": "x", "algorithm": "HS256"}}
    fusionauth.ok("POST", f"/api/key/generate/{SIGNING_KEY_ID}", body)
    again = fusionauth.call("POST", f"/api/key/generate/{SIGNING_KEY_ID}", body)
    assert codes(again) == {"[duplicate]key.id"}
    assert codes(fusionauth.call("POST", "/api/key/generate/mine", body)) == {"[couldNotConvert]keyId"}


def test_a_key_can_be_renamed_and_deleted_unless_something_signs_with_it(fusionauth: Client) -> None:
    key = generate(fusionauth, algorithm="HS256")
    path = f"/api/key/{key['id']}"
    assert fusionauth.ok("PUT", path, {"key": {"name": "renamed"}})["key"]["name"] == "renamed"
    configuration = {"enabled": True, "accessTokenKeyId": key["id"]}
    application = fusionauth.new_application(jwtConfiguration=configuration)
    assert fusionauth.call("DELETE", path).status_code == 400
    fusionauth.ok("DELETE", f"/api/application/{application['id']}?hardDelete=true")
    fusionauth.ok("DELETE", path)
    assert empty(fusionauth.call("GET", path), 404)


def test_public_keys_are_given_by_kid_by_application_or_all(fusionauth: Client) -> None:
    key = generate(fusionauth, algorithm="RS256", length=2048)
    signing = fusionauth.new_application(jwtConfiguration={"enabled": True, "accessTokenKeyId": key["id"]})
    hmac = fusionauth.new_application()
    anybody, path = fusionauth.using(None), "/api/jwt/public-key"
    assert anybody.ok("GET", f"{path}?kid={key['kid']}") == {"publicKey": key["publicKey"]}
    assert anybody.ok("GET", f"{path}?applicationId={signing['id']}") == {"publicKey": key["publicKey"]}
    assert anybody.ok("GET", path)["publicKeys"][key["kid"]] == key["publicKey"]
    assert empty(anybody.call("GET", f"{path}?kid=unknown"), 404)
    assert empty(anybody.call("GET", f"{path}?applicationId={hmac['id']}"), 404)
