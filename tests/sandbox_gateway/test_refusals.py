"""What a caller gets for each token, over a real socket: status, header, body."""

import re
import time

import pytest

from tests.gateway.signing import claims, jwk, sign
from tests.sandbox_gateway.conftest import Lab, wait_until


def good(lab: Lab) -> str:
    return f"Bearer {sign(claims(lab.issuer.url, now=lab.now()))}"


def test_a_refusal_has_the_headers_of_the_captures_in_their_order(lab: Lab) -> None:
    names = [name.lower() for name in lab.call().headers]
    assert names == ["date", "content-type", "content-length", "www-authenticate", "apigw-requestid"]


@pytest.mark.parametrize("path", ["/nothing", "/", "/privateFunction/below", "/publi"])
def test_without_a_matching_route_it_is_not_found(lab: Lab, path: str) -> None:
    response = lab.call(path)
    assert (response.status_code, response.text) == (404, '{"message":"Not Found"}')


def test_an_unknown_method_of_a_route_and_an_unknown_api_are_not_found_too(lab: Lab) -> None:
    assert lab.call("/public", method="POST").status_code == 404
    lab.control_plane.apis.clear()
    lab.control_plane.generation += 1
    assert lab.call("/public").status_code == 404


def test_without_permission_or_function_or_integration_it_is_an_internal_error(lab: Lab) -> None:
    lab.control_plane.allowed = lambda _arn: False
    lab.control_plane.generation += 1
    response = lab.call(token=good(lab))
    assert (response.status_code, response.text) == (500, '{"message":"Internal Server Error"}')
    lab.control_plane.allowed, lab.control_plane.function = lambda _arn: True, None
    lab.control_plane.generation += 1
    assert lab.call(token=good(lab)).status_code == 500
    lab.configure(integrations=())
    assert lab.call(token=good(lab)).status_code == 500


def test_the_permission_is_asked_for_api_stage_method_and_path(lab: Lab) -> None:
    arn = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/$default/POST/privateFunction"
    lab.control_plane.allowed = lambda asked: asked == arn
    assert lab.call(token=good(lab), method="POST").status_code == 200
    assert lab.call(token=good(lab), method="GET").status_code == 500


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1:80@evil.example", ""])
def test_a_host_that_is_not_loopback_is_refused(lab: Lab, host: str) -> None:
    assert lab.call("/public", headers={"Host": host}).status_code == 403
    assert lab.call("/public", headers={"Host": "localhost:1"}).status_code == 200


def test_headers_over_the_limit_are_refused(lab: Lab) -> None:
    assert lab.call("/public", headers={"X-Large": "a" * 9_000}).status_code == 200
    assert lab.call("/public", headers={"X-Large": "a" * 10_240}).status_code == 431


def test_an_unreachable_issuer_is_a_401_that_heals_when_the_issuer_does(lab: Lab) -> None:
    lab.issuer.discovery = None
    response = lab.call(token=good(lab))
    assert response.status_code == 401
    assert 'error_description="OIDC discovery endpoint communication error"' in response.headers["www-authenticate"]
    lab.issuer.restore()
    wait_until(lambda: lab.call(token=good(lab)).status_code == 200)


def test_unreachable_keys_have_their_own_words(lab: Lab) -> None:
    lab.issuer.keys = b"not JSON"
    response = lab.call(token=good(lab))
    assert 'error_description="JWKS communication error"' in response.headers["www-authenticate"]
    assert "not JSON" in response.headers["gatelight-note"]


def test_an_issuers_own_text_cannot_add_headers(lab: Lab) -> None:
    lab.issuer.discovery = {"jwks_uri": "https://x/\r\nSet-Cookie: a=b"}
    response = lab.call(token=good(lab))
    assert response.status_code == 401
    assert "set-cookie" not in response.headers


def test_a_rotated_key_is_seen_when_the_cache_ends_or_the_authorizer_changes(lab: Lab) -> None:
    assert lab.call(token=good(lab)).status_code == 200
    lab.issuer.keys = {"keys": [jwk("new")]}
    lab.clock = time.time() + 60
    rotated = f"Bearer {sign(claims(lab.issuer.url, now=lab.now()), kid='new')}"
    stale = lab.call(token=rotated)
    assert stale.status_code == 401, "keys are cached for two hours"
    assert re.search(r"keys were fetched (59|60|61) s ago", stale.headers["gatelight-note"])
    assert lab.call(token=good(lab)).status_code == 200
    lab.clock = time.time() + 7_300
    renewed = f"Bearer {sign(claims(lab.issuer.url, now=lab.clock), kid='new')}"
    assert lab.call(token=renewed).status_code == 200
    assert lab.call(token=good(lab)).status_code == 401


def test_keys_are_fetched_once_and_not_for_tokens_refused_before(lab: Lab) -> None:
    lab.call()
    lab.call(token="Bearer x")
    assert lab.issuer.requests == []
    for _ in range(3):
        lab.call(token=good(lab))
    assert lab.issuer.requests == ["/.well-known/openid-configuration", "/oauth/keys"]


def test_a_route_with_another_authorization_type_stays_closed(lab: Lab) -> None:
    route = lab.control_plane.apis["a1b2c3d4e5"].routes[2]
    lab.configure(routes=(type(route)("r9", "GET /public", "i1", "AWS_IAM"),))
    assert lab.call("/public").status_code == 403
