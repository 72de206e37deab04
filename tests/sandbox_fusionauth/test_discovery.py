"""Discovery, and the address FusionAuth takes from the request."""

import pytest

from tests.sandbox_fusionauth.conftest import Client, empty

PATH = "/.well-known/openid-configuration"


def test_discovery_needs_no_key_and_lists_what_the_client_library_lists(fusionauth: Client) -> None:
    document = fusionauth.using(None).ok("GET", PATH)
    assert document["scopes_supported"] == ["openid", "offline_access", "email", "phone", "profile"]
    assert document["response_types_supported"] == ["code", "id_token", "token id_token"]
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["subject_types_supported"] == ["public"]
    assert {"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "end_session_endpoint"} <= set(document)


@pytest.mark.parametrize(
    ("headers", "base"),
    [
        ({}, "{url}"),
        ({"Host": "auth.example.com"}, "http://auth.example.com"),
        ({"Host": "auth.example.com:9011"}, "http://auth.example.com:9011"),
        ({"Host": "abc.ngrok.app", "X-Forwarded-Proto": "https"}, "https://abc.ngrok.app"),
        ({"Host": "abc.ngrok.app:9011", "X-Forwarded-Proto": "https"}, "https://abc.ngrok.app"),
        ({"X-Forwarded-Host": "a.example.com, b.example.com"}, "http://a.example.com:{port}"),
        ({"X-Forwarded-Host": "a.example.com:81", "X-Forwarded-Proto": "https"}, "https://a.example.com:81"),
        (
            {"X-Forwarded-Host": "a.example.com:81", "X-Forwarded-Port": "8443", "X-Forwarded-Proto": "https"},
            "https://a.example.com:8443",
        ),
        (
            {"X-Forwarded-Proto": "http", "X-Forwarded-Host": "127.0.0.1:4040", "X-Forwarded-Port": "4040"},
            "http://127.0.0.1:4040",
        ),
        ({"X-Forwarded-Host": "[::1]:8080"}, "http://[::1]:8080"),
        ({"X-Forwarded-Host": "a.example.com", "X-Forwarded-Port": "80"}, "http://a.example.com"),
    ],
)
def test_every_address_but_the_issuer_comes_from_the_request(
    fusionauth: Client, headers: dict[str, str], base: str
) -> None:
    document = fusionauth.ok("GET", PATH, headers=headers)
    expected = base.format(url=fusionauth.url, port=fusionauth.url.rpartition(":")[2])
    assert document["jwks_uri"] == f"{expected}/.well-known/jwks.json"
    assert document["token_endpoint"] == f"{expected}/oauth2/token"
    assert document["issuer"] == "acme.com"


@pytest.mark.parametrize(
    ("headers", "base"),
    [
        ({"Host": "abc.ngrok.app", "X-Forwarded-Proto": "https"}, "https://abc.ngrok.app:{port}"),
        ({"X-Forwarded-Host": "abc.ngrok.app", "X-Forwarded-Proto": "https"}, "https://abc.ngrok.app:{port}"),
        ({"Host": "abc.ngrok.app", "X-Forwarded-Proto": "https", "X-Forwarded-Port": "443"}, "https://abc.ngrok.app"),
        ({"X-Forwarded-Host": "abc.ngrok.app:443", "X-Forwarded-Proto": "https"}, "https://abc.ngrok.app"),
        ({}, "{url}"),
    ],
)
def test_an_older_fusionauth_publishes_the_port_it_listens_on_unless_told_another(
    fusionauth: Client, headers: dict[str, str], base: str
) -> None:
    fusionauth.store.keeps_listening_port = True
    document = fusionauth.ok("GET", PATH, headers=headers)
    expected = base.format(url=fusionauth.url, port=fusionauth.url.rpartition(":")[2])
    assert document["jwks_uri"] == f"{expected}/.well-known/jwks.json"


@pytest.mark.parametrize(
    "headers", [{"X-Forwarded-Proto": "http, https"}, {"X-Forwarded-Port": "many"}, {"X-Forwarded-Port": "9" * 5000}]
)
def test_forwarded_headers_that_make_no_address_break_the_request(fusionauth: Client, headers: dict[str, str]) -> None:
    assert empty(fusionauth.call("GET", PATH, headers=headers), 500)


@pytest.mark.parametrize("issuer", ["https://auth.example.com/", "HTTPS://Auth.example.com", "nonsense"])
def test_the_issuer_is_the_tenants_word_for_word(fusionauth: Client, issuer: str) -> None:
    fusionauth.ok("PATCH", f"/api/tenant/{fusionauth.store.tenant_id}", {"tenant": {"issuer": issuer}})
    assert fusionauth.ok("GET", PATH)["issuer"] == issuer


def test_a_tenant_is_named_before_the_path_or_in_the_query_and_shares_the_keys(fusionauth: Client) -> None:
    body = {"tenant": {"name": "Other", "issuer": "https://other.example.com"}}
    other = fusionauth.ok("POST", "/api/tenant", body)["tenant"]["id"]
    for path in (f"/{other}{PATH}", f"{PATH}?tenantId={other}"):
        document = fusionauth.ok("GET", path)
        assert document["issuer"] == "https://other.example.com"
        assert document["jwks_uri"] == f"{fusionauth.url}/.well-known/jwks.json"
    assert fusionauth.ok("GET", PATH)["issuer"] == "acme.com"


@pytest.mark.parametrize("path", [f"/unknown{PATH}", f"{PATH}?tenantId=unknown"])
def test_an_unknown_tenant_is_no_error(fusionauth: Client, path: str) -> None:
    assert fusionauth.ok("GET", path)["issuer"] == "acme.com"


def test_a_path_with_a_doubled_slash_leads_nowhere(fusionauth: Client) -> None:
    assert empty(fusionauth.call("GET", f"/{PATH}"), 404)
