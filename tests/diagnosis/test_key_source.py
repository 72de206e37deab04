"""Where keys come from: a file, an address a person names, or (only with consent) the issuer a token names."""

import json
from pathlib import Path

import pytest

from services.diagnosis.facts import Fetched
from services.diagnosis.given_token import given_token
from services.diagnosis.inspection import inspect_token
from services.diagnosis.key_source import keys_from, keys_of_issuer
from services.diagnosis.public_fetch import Document
from services.errors import ConfigurationError, GatelightError
from services.gateway.verdict import Outcome
from services.http import HttpClient
from services.redact import Redactor
from tests.gateway.signing import KID, NOW, claims, jwks, sign

ISSUER = "https://auth.example.com"
HTTP = HttpClient(Redactor())


def published(url: str) -> Document:
    """An issuer that publishes discovery and keys."""
    is_discovery = url.endswith("/openid-configuration")
    document = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks"} if is_discovery else jwks()
    return Document(Fetched(url, 200, "application/json"), json.dumps(document).encode())


def test_the_issuer_a_token_names_verifies_its_signature() -> None:
    found = inspect_token(given_token(sign(claims(ISSUER))), now=NOW, given=keys_of_issuer(ISSUER, published))
    assert found.signature.outcome is Outcome.PASS
    assert f"“{KID}” of {ISSUER}" in found.signature.sentence
    assert found.gateway.checked is False


def test_an_issuer_that_cannot_be_asked_leaves_the_signature_unchecked_with_address_and_reason() -> None:
    def redirected(url: str) -> Document:
        return Document(Fetched(url, 302, redirect_to="http://169.254.169.254/", problem="it redirects"))

    given = keys_of_issuer(ISSUER, redirected)
    found = inspect_token(given_token(sign(claims(ISSUER))), now=NOW, given=given)
    assert found.signature.checked is False
    assert f"{ISSUER}/.well-known/openid-configuration: it redirects" in found.signature.sentence


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]", "localhost"])
def test_no_address_of_this_machine_or_a_private_network_is_asked_for_a_token(host: str) -> None:
    given = keys_of_issuer(f"https://{host}")
    assert given.key_set is None
    assert "not public" in given.failure


def test_keys_are_read_from_a_file_and_what_holds_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(jwks()))
    given = keys_from(str(path), HTTP)
    assert given.origin == "keys.json"
    assert given.key_set is not None
    assert list(given.key_set.by_kid) == [KID]
    with pytest.raises(ConfigurationError, match=r"no-such.json.*no such file"):
        keys_from(str(tmp_path / "no-such.json"), HTTP)


@pytest.mark.parametrize(
    "url", ["http://auth.example.com/jwks", "ftp://x/y", "file:///etc/passwd", "http://127.0.0.1:1/"]
)
def test_keys_are_read_from_https_or_loopback_alone(url: str) -> None:
    with pytest.raises(GatelightError):
        keys_from(url, HTTP)
