"""What is sent badly is refused politely."""

import pytest

from services.sandbox.fusionauth.store import Store
from tests.sandbox_fusionauth.conftest import Client, codes, empty

PATH = "/api/application"


@pytest.mark.parametrize(
    "content",
    ["{", "[]", '"text"', "5", "null", "{'name': 1}", '{"application": NaN}', "{" * 100_000, "[" * 100_000, "\udcff"],
)
def test_what_is_no_json_object_is_400_in_fusionauths_shape(fusionauth: Client, content: str) -> None:
    data = content.encode(errors="surrogateescape")
    response = fusionauth.call("POST", PATH, data=data, headers={"Content-Type": "application/json"})
    assert codes(response) == {"[invalidJSON]"}


@pytest.mark.parametrize("value", ["text", 5, [], True])
def test_a_wrong_type_is_named(fusionauth: Client, value: object) -> None:
    assert codes(fusionauth.call("POST", PATH, {"application": value})) == {"[invalidJSON]application"}
    patch = fusionauth.call("PATCH", f"/api/tenant/{fusionauth.store.tenant_id}", {"tenant": value})
    assert codes(patch) == {"[missing]"}


def test_json_nested_too_deeply_is_refused(fusionauth: Client) -> None:
    data: dict[str, object] = {}
    for _ in range(200):
        data = {"data": data}
    assert codes(fusionauth.call("POST", PATH, {"application": {"name": "x", "data": data}})) == {"[invalidJSON]"}


def test_nothing_sent_is_a_validation_error(fusionauth: Client) -> None:
    assert codes(fusionauth.call("POST", PATH)) == {"[blank]application.name"}


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/json-patch+json", ""])
def test_another_content_type_is_refused(fusionauth: Client, kind: str) -> None:
    response = fusionauth.call("POST", PATH, data=b"{}", headers={"Content-Type": kind})
    assert codes(response) == {"[invalidContentType]"}


def test_a_body_over_a_megabyte_is_refused_and_one_below_is_not(fusionauth: Client) -> None:
    assert empty(fusionauth.call("POST", PATH, {"application": {"name": "x" * 1_000_001}}), 413)
    assert fusionauth.call("POST", PATH, {"application": {"name": "x" * 900_000}}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/api", "/api/application/", "/admin", "/api/nothing"])
def test_an_address_without_an_endpoint_is_404_without_a_body(fusionauth: Client, path: str) -> None:
    assert empty(fusionauth.call("GET", path), 404)


def test_a_method_without_an_endpoint_is_405_without_a_body(fusionauth: Client) -> None:
    assert empty(fusionauth.call("DELETE", "/api/tenant"), 405)


@pytest.mark.parametrize("text", ["[/red]", "\x00\x1b[31m", "\u202eevil", '"><script>', "${jndi:x}", "é" * 10_000])
def test_strange_text_comes_back_as_it_was(fusionauth: Client, text: str) -> None:
    application = fusionauth.new_application(name=text, data={text: text})
    assert (application["name"], application["data"]) == (text, {text: text})
    issuer = fusionauth.ok("PATCH", f"/api/tenant/{fusionauth.store.tenant_id}", {"tenant": {"issuer": text}})
    assert issuer["tenant"]["issuer"] == text
    key = {"key": {"algorithm": "ES256", "name": text}}
    assert fusionauth.ok("POST", "/api/key/generate", key)["key"]["issuer"] == text


def test_health_and_status_answer_without_a_key(fusionauth: Client) -> None:
    nobody = fusionauth.using(None)
    assert empty(nobody.call("GET", "/api/health"), 200)
    assert nobody.ok("GET", "/api/status") == {"status": "Ok"}
    assert fusionauth.ok("GET", "/api/status")["version"] == "1.69.0"


def test_two_sandboxes_share_nothing() -> None:
    one, two = Store.fresh(), Store.fresh()
    assert {one.api_key, one.tenant_id, one.admin.password}.isdisjoint({two.api_key, two.tenant_id, two.admin.password})
    assert one.keys.signing_key_id != two.keys.signing_key_id
