"""What breaks the contract is found, and named by operation and place."""

import json
import uuid
from typing import Any

import pytest

from tests.contract.exchanges import Request, Response
from tests.contract.judge import Judge

JSON = [("content-type", "application/json;charset=UTF-8")]
ID = str(uuid.uuid4())
KEY = {
    "algorithm": "RS256",
    "id": ID,
    "insertInstant": 1,
    "kid": "k",
    "lastUpdateInstant": 1,
    "name": "n",
    "type": "RSA",
}
ISSUER = {"tenant": {"issuer": "https://issuer.example"}}


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


def _response(status: int, body: object = None, path: str = f"/api/key/{ID}") -> Response:
    return Response("GET", path, status, JSON, "" if body is None else json.dumps(body))


def _request(method: str, path: str, body: object = None, **headers: str) -> Request:
    sent = {"content-type": "application/json", **headers} if body is not None else headers
    return Request(method, f"http://fusionauth.example{path}", list(sent.items()), json.dumps(body) if body else "")


@pytest.mark.parametrize(
    "response",
    [
        _response(200, {"key": KEY}),
        _response(400, {"fieldErrors": {"keyId": [{"code": "[couldNotConvert]keyId", "message": "No UUID."}]}}),
        _response(401),
        _response(404, path="/api/unknown"),
    ],
)
def test_what_is_documented_keeps_it(judge: Judge, response: Response) -> None:
    assert judge.of_response(response) == []


@pytest.mark.parametrize(
    ("response", "said"),
    [
        (_response(201, {"key": KEY}), "status 201 is not among"),
        (_response(500), "status 500 is not among"),
        (_response(200, {}), '"key" is a required property'),
        (_response(200, {"key": KEY | {"privateKey": "x"}}), "key: Additional properties are not allowed"),
        (_response(200, {"key": KEY | {"issuerName": "x"}}), "key: Additional properties are not allowed"),
        (_response(200, {"key": {**KEY, "id": "7"}}), 'key.id: "7" is not a "uuid"'),
        (_response(200, {"key": {**KEY, "insertInstant": "1"}}), 'key.insertInstant: "1" is not of type "integer"'),
        (_response(200, {"key": {**KEY, "type": "DSA"}}), "key.type:"),
        (_response(200, {"key": KEY | {"issuer": None}}), 'key.issuer: null is not of type "string"'),
        (_response(400, {"fieldErrors": [{"code": "c", "message": "m"}]}), "fieldErrors:"),
        (_response(401, {"message": "no"}), "a body where none belongs"),
        (Response("GET", f"/api/key/{ID}", 200, [("content-type", "text/html")], "<p>"), 'Content-Type "text/html"'),
        (_response(200, {}, path="/api/unknown"), "not described"),
        (Response("GET", "/oauth2/logout", 302, [], ""), "no Location"),
    ],
)
def test_what_is_not_breaks_it(judge: Judge, response: Response, said: str) -> None:
    (breach,) = judge.of_response(response)
    assert said in breach
    assert response.path == "/api/unknown" or "/api/key/{keyId}" in breach or "/oauth2/logout" in breach


@pytest.mark.parametrize(
    "request_",
    [
        _request("PATCH", f"/api/tenant/{ID}", ISSUER, authorization="key"),
        _request(
            "PATCH", f"/api/application/{ID}", {"application": {"lambdaConfiguration": None}}, authorization="key"
        ),
        _request("GET", "/hello", authorization="Bearer token"),
        _request("GET", "/.well-known/openid-configuration"),
    ],
)
def test_a_request_as_documented_keeps_it(judge: Judge, request_: Request) -> None:
    assert judge.of_request(request_) == []


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (_request("PATCH", f"/api/tenant/{ID}", ISSUER), "no Authorization header"),
        (_request("PATCH", f"/api/tenant/{ID}", ISSUER, authorization="Bearer key"), 'the scheme "Bearer", not ""'),
        (_request("PATCH", "/api/tenant/7", ISSUER, authorization="key"), "tenantId is no UUID: 7"),
        (_request("PATCH", f"/api/tenant/{ID}?dry=true", ISSUER, authorization="key"), "query parameter dry is not"),
        (_request("PATCH", f"/api/tenant/{ID}", {"tenant": {"issuers": ""}}, authorization="key"), "'issuers'"),
        (_request("PATCH", f"/api/tenant/{ID}", authorization="key"), "no body"),
        (
            _request("POST", "/api/application", {"application": {"name": None}}, authorization="key"),
            "application.name",
        ),
        (_request("POST", "/api/login", {"loginId": "x"}, authorization="key"), "anyOf"),
        (_request("GET", "/.well-known/jwks.json", authorization="key"), "where none belongs"),
        (_request("GET", "/api/tenants", authorization="key"), "no such operation is described"),
        (_request("GET", f"/api/key/{ID}", authorization="key", **{"x-fusionauth-tenantid": ID}), "is not described"),
        (_request("GET", "/oauth2/authorize?redirect_uri=x&response_type=code"), "client_id is missing"),
    ],
)
def test_any_other_request_breaks_it(judge: Judge, request_: Request, said: str) -> None:
    (breach,) = judge.of_request(request_)
    assert said in breach


def test_a_call_that_cannot_succeed_need_not_hold_what_one_needs_to(judge: Judge) -> None:
    probe: dict[str, Any] = {"authorization": "key"}
    asked = _request("POST", f"/api/key/generate/{ID}", {"key": {}}, **probe)
    assert judge.of_request(asked) != []
    asked.impossible = True
    assert judge.of_request(asked) == []
