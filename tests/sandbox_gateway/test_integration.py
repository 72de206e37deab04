"""What the function gets and what becomes of its answer, over a real socket."""

import base64
from dataclasses import replace
from typing import Any

import pytest

from services.sandbox.aws.snapshot import AccessLog, Cors, Integration, Invocation, Route, Stage, Throttle
from tests.gateway.signing import claims, sign
from tests.sandbox_gateway.conftest import API, FUNCTION, Lab, wait_until
from tests.sandbox_gateway.test_refusals import good

DEFAULT = API.stages[0]


def event_of(lab: Lab, path: str, **how: Any) -> dict[str, Any]:
    """The event the function gets for a request."""
    lab.control_plane.function = lambda _event: {"statusCode": 200}
    assert lab.call(path, **how).status_code == 200
    return lab.control_plane.events[-1]


def test_the_event_has_payload_format_2_0(lab: Lab) -> None:
    event = event_of(
        lab,
        "/public?a=1&b=x%20y&a=2",
        headers={"X-Mixed-Case": "yes", "Cookie": "one=1; two=2", "User-Agent": "test"},
    )
    assert event["version"] == "2.0"
    assert event["routeKey"] == "GET /public"
    assert (event["rawPath"], event["rawQueryString"]) == ("/public", "a=1&b=x%20y&a=2")
    assert event["queryStringParameters"] == {"a": "1,2", "b": "x y"}
    assert event["cookies"] == ["one=1", "two=2"]
    assert event["headers"]["x-mixed-case"] == "yes"
    assert "cookie" not in event["headers"]
    assert event["isBase64Encoded"] is False
    assert not {"body", "pathParameters", "stageVariables"} & event.keys()
    context = event["requestContext"]
    assert "authorizer" not in context
    assert (context["accountId"], context["apiId"], context["stage"]) == ("123456789012", API.api_id, "$default")
    assert context["domainPrefix"] == API.api_id
    assert context["http"] == {
        "method": "GET",
        "path": "/public",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "test",
    }
    assert context["timeEpoch"] > 1_700_000_000_000


def test_times_are_written_as_in_a_log(lab: Lab) -> None:
    lab.clock = 1_584_039_838.5
    context = event_of(lab, "/public")["requestContext"]
    assert (context["time"], context["timeEpoch"]) == ("12/Mar/2020:19:03:58 +0000", 1_584_039_838_500)


def test_claims_arrive_as_strings_and_scopes_only_on_a_scoped_route(lab: Lab) -> None:
    payload = claims(lab.issuer.url, now=lab.now(), nothing=None, nested={"b": [1, 2.50], "a": None})
    token = f"Bearer {sign(payload)}"
    jwt = event_of(lab, "/privateFunction", token=token)["requestContext"]["authorizer"]["jwt"]
    assert jwt["scopes"] is None
    assert jwt["claims"]["roles"] == "[admin user]"
    assert jwt["claims"]["exp"] == str(payload["exp"])
    assert jwt["claims"]["email_verified"] == "true"
    assert jwt["claims"]["nested"] == "map[a:<nil> b:[1 2.5]]"
    assert list(jwt["claims"]) == sorted(jwt["claims"])
    scoped = event_of(lab, "/scoped", token=token)["requestContext"]["authorizer"]["jwt"]
    assert scoped["scopes"] == ["openid", "read:private"]


def test_payload_format_1_0_has_its_own_shape(lab: Lab) -> None:
    lab.configure(integrations=(Integration("i1", "AWS_PROXY", FUNCTION, "1.0", 30_000, FUNCTION),))
    event = event_of(
        lab, "/scoped?a=1&a=2", token=good(lab), method="POST", data="x", headers={"Content-Type": "text/plain"}
    )
    assert (event["version"], event["httpMethod"], event["path"], event["resource"]) == (
        "1.0",
        "POST",
        "/scoped",
        "/scoped",
    )
    assert event["queryStringParameters"] == {"a": "2"}
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "2"]}
    assert event["body"] == "x"
    assert event["pathParameters"] is None
    authorizer = event["requestContext"]["authorizer"]
    assert authorizer["claims"]["sub"] == "user-1"
    assert authorizer["scopes"] == ["openid", "read:private"]


@pytest.mark.parametrize(
    ("content_type", "data", "body", "is_base64"),
    [
        ("application/json", b'{"a":1}', '{"a":1}', False),
        ("text/plain; charset=utf-8", "ü".encode(), "ü", False),
        ("application/octet-stream", b"abc", base64.b64encode(b"abc").decode(), True),
        ("text/plain", b"\xff", base64.b64encode(b"\xff").decode(), True),
    ],
)
def test_only_text_bodies_travel_as_text(lab: Lab, content_type: str, data: bytes, body: str, is_base64: bool) -> None:
    event = event_of(
        lab, "/privateFunction", token=good(lab), method="PUT", data=data, headers={"Content-Type": content_type}
    )
    assert (event["body"], event["isBase64Encoded"]) == (body, is_base64)


@pytest.mark.parametrize(
    ("result", "status", "content_type", "body"),
    [
        ({"hello": "world"}, 200, "application/json", '{"hello": "world"}'),
        ("hello world", 200, "application/json", "hello world"),
        ([1, 2], 200, "application/json", "[1, 2]"),
        ({"statusCode": 201, "body": "made"}, 201, "text/plain;charset=UTF-8", "made"),
        ({"statusCode": 200}, 200, "text/plain;charset=UTF-8", ""),
        ({"statusCode": 401, "headers": {"Content-Type": "a/b"}, "body": "x"}, 401, "a/b", "x"),
        ({"statusCode": 200, "body": "aGk=", "isBase64Encoded": True}, 200, "text/plain;charset=UTF-8", "hi"),
    ],
    ids=str,
)
def test_what_the_function_returns_becomes_the_response(
    lab: Lab, result: Any, status: int, content_type: str, body: str
) -> None:
    lab.control_plane.function = lambda _event: result
    response = lab.call("/public")
    assert (response.status_code, response.headers["content-type"], response.text) == (status, content_type, body)


@pytest.mark.parametrize(
    "result",
    [
        {"statusCode": "200"},
        {"statusCode": 99},
        {"statusCode": 200, "body": {"not": "text"}},
        {"statusCode": 200, "headers": {"X-Split": "a\r\nSet-Cookie: b"}},
        {"statusCode": 200, "headers": {"bad name": "a"}},
        {"statusCode": 200, "headers": []},
        {"statusCode": 200, "body": "!", "isBase64Encoded": True},
        Invocation(b"not JSON"),
        Invocation(b'{"errorMessage":"boom"}', "Unhandled"),
    ],
    ids=str,
)
def test_a_malformed_or_failed_answer_is_an_internal_error_without_its_details(lab: Lab, result: Any) -> None:
    lab.control_plane.function = lambda _event: result
    response = lab.call("/public")
    assert (response.status_code, response.text) == (500, '{"message":"Internal Server Error"}')


def test_cookies_of_the_function_are_set_one_by_one(lab: Lab) -> None:
    lab.control_plane.function = lambda _event: {"statusCode": 204, "cookies": ["a=1", "b=2"]}
    response = lab.call("/public")
    assert (response.status_code, dict(response.cookies)) == (204, {"a": "1", "b": "2"})


def test_a_function_slower_than_the_integration_allows_is_a_503(lab: Lab) -> None:
    lab.configure(integrations=(Integration("i1", "AWS_PROXY", FUNCTION, "2.0", 50, FUNCTION),))
    lab.control_plane.delay = 5
    response = lab.call("/public")
    assert (response.status_code, response.text) == (503, '{"message":"Service Unavailable"}')
    assert "unverified" in response.headers["gatelight-note"]


def test_a_named_stage_is_part_of_the_path_and_an_undeployed_one_does_not_answer(lab: Lab) -> None:
    dev = Stage("dev", auto_deploy=True, deployed=True, variables=(("color", "blue"),))
    lab.configure(stages=(dev, Stage("old", auto_deploy=False, deployed=False)))
    event = event_of(lab, "/dev/public")
    assert (event["rawPath"], event["requestContext"]["stage"]) == ("/dev/public", "dev")
    assert event["stageVariables"] == {"color": "blue"}
    assert lab.call("/old/public").status_code == 404
    assert lab.call("/public").status_code == 404, "there is no $default stage"


@pytest.mark.parametrize(
    ("method", "path", "route_key", "parameters"),
    [
        ("GET", "/pets", "GET /pets", None),
        ("POST", "/pets", "ANY /pets", None),
        ("GET", "/pets/7", "GET /pets/{id}", {"id": "7"}),
        ("GET", "/pets/a%2Fb", "GET /pets/{id}", {"id": "a/b"}),
        ("GET", "/pets/mine", "GET /pets/mine", None),
        ("GET", "/pets/7/toys/2", "ANY /pets/{proxy+}", {"proxy": "7/toys/2"}),
        ("DELETE", "/pets/7", "ANY /pets/{proxy+}", {"proxy": "7"}),
        ("GET", "/else", "$default", None),
    ],
)
def test_the_most_specific_route_wins(
    lab: Lab, method: str, path: str, route_key: str, parameters: dict[str, str] | None
) -> None:
    keys = ("$default", "ANY /pets/{proxy+}", "GET /pets/{id}", "ANY /pets", "GET /pets/mine", "GET /pets")
    lab.configure(routes=tuple(Route(f"r{index}", key, "i1") for index, key in enumerate(keys)))
    event = event_of(lab, path, method=method)
    assert (event["routeKey"], event.get("pathParameters")) == (route_key, parameters)


PREFLIGHT = {"Origin": "https://app.example", "Access-Control-Request-Method": "GET"}


def test_with_a_cors_configuration_the_gateway_answers_preflights_itself(lab: Lab) -> None:
    lab.configure(cors=Cors(("https://app.example",), ("GET", "POST"), ("authorization",), max_age=300))
    response = lab.call(method="OPTIONS", headers=PREFLIGHT)
    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == "https://app.example"
    assert response.headers["access-control-allow-methods"] == "GET,POST"
    assert response.headers["access-control-max-age"] == "300"
    other = lab.call(method="OPTIONS", headers=PREFLIGHT | {"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers


def test_the_functions_own_cors_headers_are_replaced(lab: Lab) -> None:
    lab.configure(cors=Cors(("*",), expose_headers=("x-a",)))
    lab.control_plane.function = lambda _event: {
        "statusCode": 200,
        "headers": {"Access-Control-Allow-Origin": "https://x"},
    }
    response = lab.call("/public", headers={"Origin": "https://app.example"})
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["access-control-expose-headers"] == "x-a"


def test_without_a_cors_configuration_any_with_jwt_catches_the_preflight(lab: Lab) -> None:
    response = lab.call(method="OPTIONS", headers=PREFLIGHT)
    assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")


def test_a_configured_throttle_answers_429_and_refills(lab: Lab) -> None:
    lab.clock = 1_800_000_000.0
    stage = replace(DEFAULT, throttles=(("GET /public", Throttle(1.0, 2)),))
    lab.configure(stages=(stage,))
    lab.clock += 100
    assert [lab.call("/public").status_code for _ in range(3)] == [200, 200, 429]
    assert lab.call("/public").text == '{"message":"Too Many Requests"}'
    lab.clock += 1
    assert [lab.call("/public").status_code for _ in range(2)] == [200, 429]


LOG = AccessLog(
    "arn:aws:logs:eu-central-1:123456789012:log-group:gateway",
    "$context.requestId|$context.routeKey|$context.status|$context.authorizer.error|$context.error.message"
    "|$context.integrationLatency|$context.responseLength|$context.authorizer.claims.roles|$context.unheard",
)


def test_access_log_lines_tell_a_refusal_from_an_answer(lab: Lab) -> None:
    lab.configure(stages=(replace(DEFAULT, access_log=LOG),))
    refused = lab.call()
    lab.call(token="Bearer opaque")
    accepted = lab.call(token=good(lab))
    lab.call("/nothing")
    wait_until(lambda: len(lab.control_plane.logged) == 4)
    assert {line[:2] for line in lab.control_plane.logged} == {("gateway", "eu-central-1")}
    lines = [line.split("|") for _, _, line in lab.control_plane.logged]
    request_id = refused.headers["apigw-requestid"]
    assert lines[0] == [
        request_id,
        "ANY /privateFunction",
        "401",
        "missing: token not provided",
        "Unauthorized",
        "-",
        "26",
        "-",
        "-",
    ]
    assert lines[1][3] == "invalid_token: token contains an invalid number of segments"
    assert lines[2][2:5] == ["200", "-", "-"]
    assert lines[2][5].isdigit()
    assert lines[2][6:8] == [str(len(accepted.content)), "[admin user]"]
    assert lines[3][1:3] == ["-", "404"]


def test_a_token_may_come_in_the_query_string(lab: Lab) -> None:
    authorizer = replace(
        lab.control_plane.apis[API.api_id].authorizers[0], identity_sources=("$request.querystring.token",)
    )
    lab.configure(authorizers=(authorizer,))
    token = good(lab).removeprefix("Bearer ")
    assert lab.call(f"/privateFunction?token={token}").status_code == 200
    assert lab.call(token=f"Bearer {token}").headers["www-authenticate"] == "Bearer"
