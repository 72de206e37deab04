"""What stands between the tunnel and FusionAuth: what it hands on, and how."""

from collections.abc import Iterator

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from services.tunnel.publish import Publish
from services.tunnel.publisher import Publisher
from tests.tunnel.conftest import Upstream

TENANT = "30663132-6464-6665-3032-326466613934"


@pytest.fixture
def published(upstream: Upstream) -> Iterator[Publisher]:
    """A publisher of discovery alone."""
    publisher = Publisher(upstream.url)
    yield publisher
    publisher.close()


def ask(publisher: Publisher, path: str, method: str = "GET", **headers: str) -> requests.Response:
    """One request as the tunnel's agent would hand it on."""
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, f"http://127.0.0.1:{publisher.port}{path}", headers=headers, timeout=10)


@pytest.mark.parametrize(
    "path",
    [
        "/.well-known/openid-configuration",
        "/.well-known/jwks.json",
        "/.well-known/openid-configuration?tenantId=1",
        f"/{TENANT}/.well-known/openid-configuration",
    ],
)
def test_discovery_and_keys_are_published(path: str, published: Publisher, upstream: Upstream) -> None:
    assert ask(published, path).status_code == 200
    assert upstream.requests[-1][1] == path


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/admin/"),
        ("GET", "/.well-known/../admin/"),
        ("GET", "/.well-known/%2e%2e/admin"),
        ("GET", "/.well-known/a/../../api/user"),
        ("GET", "/x/.well-known/jwks.json"),
        ("GET", "//admin"),
        ("POST", "/.well-known/jwks.json"),
        ("DELETE", "/.well-known/jwks.json"),
        ("POST", "/api/login"),
    ],
)
def test_nothing_else_is(method: str, path: str, upstream: Upstream) -> None:
    publisher = Publisher(upstream.url)
    try:
        assert not publisher.is_published(method, path)
        assert ask(publisher, "/x", method).status_code == 404
        assert upstream.requests == []
    finally:
        publisher.close()


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60))
def test_no_path_leads_out_of_well_known(path: str) -> None:
    publisher = Publisher.__new__(Publisher)
    publisher.publish = Publish.DISCOVERY
    if publisher.is_published("GET", "/" + path):
        before, found, name = ("/" + path).partition("?")[0].rpartition("/.well-known/")
        assert found
        assert "/" not in name
        assert before == "" or len(before) == 37


def test_https_gets_the_port_that_an_old_fusionauth_needs(published: Publisher, upstream: Upstream) -> None:
    ask(published, "/.well-known/jwks.json", **{"X-Forwarded-Proto": "https", "X-Forwarded-Host": "a.ngrok.dev"})
    assert upstream.requests[-1][2]["X-Forwarded-Port"] == "443"
    assert upstream.requests[-1][2]["X-Forwarded-Host"] == "a.ngrok.dev"
    ask(published, "/.well-known/jwks.json", **{"X-Forwarded-Proto": "https", "X-Forwarded-Port": "8443"})
    assert upstream.requests[-1][2]["X-Forwarded-Port"] == "8443"
    ask(published, "/.well-known/jwks.json", **{"X-Forwarded-Proto": "http"})
    assert "X-Forwarded-Port" not in upstream.requests[-1][2]


def test_a_fusionauth_that_is_down_is_a_502(upstream: Upstream) -> None:
    publisher = Publisher(upstream.url)
    upstream.close()
    try:
        assert ask(publisher, "/.well-known/jwks.json").status_code == 502
    finally:
        publisher.close()


def test_a_body_of_unknown_or_absurd_length_is_refused(upstream: Upstream) -> None:
    publisher = Publisher(upstream.url, Publish.EVERYTHING)
    try:
        assert ask(publisher, "/oauth2/token", "POST", **{"Content-Length": "99999999"}).status_code == 413
        assert ask(publisher, "/oauth2/token", "POST", **{"Transfer-Encoding": "chunked"}).status_code == 413
        assert upstream.requests == []
    finally:
        publisher.close()
