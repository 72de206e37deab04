"""Reading answers backwards, and holding predictions against them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.authorizer import explain
from services.gateway.clauses import CLAUSES
from services.gateway.issuer_keys import IssuerKeys
from services.gateway.prediction import compare_prediction
from services.gateway.refusal import Challenge, Speaker, causes_of, parse_challenge, read_answer
from services.gateway.rules import JwtAuthorizer
from services.gateway.wordings import WORDINGS, Cause
from services.tokens.keys import parse_jwks
from tests.gateway.calm import calm
from tests.gateway.signing import AUDIENCE, NOW, claims, jwks, sign

ID = ("apigw-requestid", "Mc7UVioPPHcEKPA=")
UNAUTHORIZED, FORBIDDEN = '{"message":"Unauthorized"}', '{"message":"Forbidden"}'
CAPTURED_403 = (
    'Bearer scope="HelloAPI/hello.read HelloAPI/hello.write" error="insufficient_scope" '
    'error_description="expected scopes: [HelloAPI/hello.read HelloAPI/hello.write]"'
)


@pytest.mark.parametrize(
    ("header", "challenge"),
    [
        ("Bearer", Challenge()),
        (
            CAPTURED_403,
            Challenge(
                "HelloAPI/hello.read HelloAPI/hello.write",
                "insufficient_scope",
                "expected scopes: [HelloAPI/hello.read HelloAPI/hello.write]",
            ),
        ),
        ('bearer scope="", error="invalid_token", error_description="x"', Challenge("", "invalid_token", "x")),
        ("Basic realm=x", None),
        ("", None),
    ],
)
def test_the_challenge_is_parsed_as_the_gateway_writes_it(header: str, challenge: Challenge | None) -> None:
    assert parse_challenge(header) == challenge


@pytest.mark.parametrize(
    ("description", "first"),
    [
        ("token contains an invalid number of segments", Cause.SEGMENTS),
        ("signing method ES256 is invalid", Cause.ALGORITHM_ES256),
        ("the token does not have a valid audience", Cause.AUDIENCE),
        ("the token has expired", Cause.EXPIRED),
        ("issuer does not match", Cause.ISSUER),
        ("OIDC discovery endpoint communication error", Cause.DISCOVERY),
        ("JWKS communication error", Cause.JWKS),
        ("illegal base64 data at input byte 12", Cause.BASE64),
    ],
)
def test_a_description_leads_to_its_causes_the_captured_one_first(description: str, first: Cause) -> None:
    assert causes_of(Challenge("", "invalid_token", description))[0] is first


def test_every_refusal_the_rules_can_word_is_read_back_to_its_cause() -> None:
    for cause, row in WORDINGS.items():
        values = {"position": "3", "found": "x", "alg": "HS256", "target": "y"}
        refusal = row.refusal(("a", "b"), **values)
        reading = read_answer(refusal.status, [("WWW-Authenticate", refusal.www_authenticate), ID], refusal.body)
        assert reading.speaker is Speaker.AUTHORIZER
        assert cause in reading.causes
        assert reading.sentence.startswith("refused by the gateway, the function never ran")


@pytest.mark.parametrize(
    ("status", "headers", "body", "speaker", "passed"),
    [
        (401, [("www-authenticate", "Bearer"), ID], UNAUTHORIZED, Speaker.AUTHORIZER, False),
        (403, [("www-authenticate", CAPTURED_403), ID], FORBIDDEN, Speaker.AUTHORIZER, False),
        (403, [ID], FORBIDDEN, Speaker.GATEWAY, None),
        (404, [ID], '{"message":"Not Found"}', Speaker.GATEWAY, None),
        (429, [ID], '{"message":"Too Many Requests"}', Speaker.GATEWAY, None),
        (500, [ID], '{"message":"Internal Server Error"}', Speaker.GATEWAY, True),
        (503, [ID], '{"message":"Service Unavailable"}', Speaker.GATEWAY, True),
        (200, [ID], "{}", Speaker.FUNCTION, True),
        (401, [ID], '{"error":"no admin"}', Speaker.FUNCTION, True),
        (401, [("www-authenticate", "Bearer"), ID], "please sign in", Speaker.FUNCTION, True),
        (302, [("location", "https://login.example")], "", Speaker.BETWEEN, None),
        (401, [ID], UNAUTHORIZED, Speaker.GATEWAY, None),
        (413, [ID], '{"message":"Request Entity Too Large"}', Speaker.GATEWAY, None),
        (431, [ID], '{"message":"Request Header Fields Too Large"}', Speaker.GATEWAY, None),
        (403, [("x-amzn-errortype", "MissingAuthenticationTokenException")], "{}", Speaker.GATEWAY, None),
        (403, [("server", "CloudFront"), ("content-type", "text/html")], "<html>", Speaker.BETWEEN, None),
        (403, [("content-type", "text/html")], "<html>blocked", Speaker.BETWEEN, None),
        (502, [("content-type", "text/html")], "<html>Bad Gateway", Speaker.BETWEEN, None),
        (502, [ID], "from behind", Speaker.FUNCTION, True),
        (503, [], "no healthy upstream", Speaker.BETWEEN, None),
        (401, [("www-authenticate", "Basic realm=x")], "", Speaker.BETWEEN, None),
        (407, [], "", Speaker.BETWEEN, None),
        (404, [("Ngrok-Error-Code", "ERR_NGROK_3200")], "<html>", Speaker.TUNNEL, None),
        (200, [("content-type", "text/html")], "<html>", Speaker.BETWEEN, None),
    ],
)
def test_who_answered_is_told_apart(
    status: int, headers: list[tuple[str, str]], body: str, speaker: Speaker, passed: bool | None
) -> None:
    reading = read_answer(status, headers, body)
    assert (reading.speaker, reading.passed) == (speaker, passed)
    assert reading.sentence


def test_what_the_authorizer_did_not_do_has_its_possible_reasons_the_likeliest_first() -> None:
    internal = read_answer(500, [ID], '{"message":"Internal Server Error"}')
    assert [clause.split()[:3] for clause in internal.possible] == [
        ["the", "function's", "policy"],
        ["the", "function", "threw"],
        ["the", "function's", "answer"],
    ]
    assert "no route has this method and path" in read_answer(404, [ID], '{"message":"Not Found"}').possible[0]
    assert len(read_answer(403, [ID], FORBIDDEN).possible) == 3
    assert read_answer(200, [ID], "{}").possible == ()


PERMISSION = (
    "The IAM role configured on the integration or API Gateway doesn't have permissions to call the integration. "
    "Check the permissions and try again."
)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            '{"authorizerError":"invalid_token: the token has expired","integrationLatency":"-"}',
            "the token has expired",
        ),
        ('{"$context.authorizer.error": "issuer does not match"}', "issuer does not match"),
        ("Mc7 401 invalid_token: signing method ES256 is invalid - 26", "signing method ES256 is invalid - 26"),
        ("Mc7|401|missing: token not provided|-", "no token came"),
        ("Mc7|401|-|-", "without a JWT authorizer's words"),
        ("", "without a JWT authorizer's words"),
    ],
)
def test_the_access_log_names_the_cause_that_a_proxy_took_away(line: str, expected: str) -> None:
    reading = read_answer(401, [ID], UNAUTHORIZED, line)
    assert expected in reading.sentence
    assert (reading.speaker is Speaker.AUTHORIZER) is ("without" not in expected)


@pytest.mark.parametrize(
    ("error", "clause"),
    [
        (PERMISSION, "policy does not let this API invoke it"),
        ("The response from the Lambda function doesn't match the format that API Gateway expects.", "shape"),
        ("The Lambda function returned an error: Unhandled.", "threw an error"),
        ("Something new.", "Something new."),
    ],
)
def test_the_access_log_tells_the_reasons_of_a_500_apart(error: str, clause: str) -> None:
    body = '{"message":"Internal Server Error"}'
    for line in (json.dumps({"integrationError": error}), json.dumps({"$context.integrationErrorMessage": error})):
        assert clause in read_answer(500, [ID], body, line).sentence
    assert len(read_answer(500, [ID], body, f"id|500|{error}|-").possible) == (3 if "new" in error else 1)


def test_the_access_log_tells_whether_the_function_ran() -> None:
    ran = read_answer(401, [ID], UNAUTHORIZED, '{"integrationLatency":"12"}')
    assert (ran.speaker, ran.passed) == (Speaker.FUNCTION, True)
    did_not = read_answer(403, [ID], "denied", '{"integrationLatency":"-"}')
    assert (did_not.speaker, did_not.passed) == (Speaker.GATEWAY, None)


@calm()
@given(st.text(), st.sampled_from([200, 401, 403, 500]))
def test_no_log_line_breaks_the_reading(line: str, status: int) -> None:
    assert read_answer(status, [ID], UNAUTHORIZED, line).sentence
    assert read_answer(status, [ID], UNAUTHORIZED, json.dumps({"authorizerError": line})).sentence


def test_an_unknown_wording_is_shown_as_it_came() -> None:
    header = 'Bearer scope="" error="invalid_token" error_description="kid is odd"'
    reading = read_answer(401, [("www-authenticate", header), ID], UNAUTHORIZED)
    assert reading.causes == ()
    assert "“kid is odd”" in reading.sentence


@calm()
@given(st.integers(100, 599), st.lists(st.tuples(st.sampled_from(["www-authenticate", "x"]), st.text())), st.text())
def test_no_answer_breaks_the_reading(status: int, headers: list[tuple[str, str]], body: str) -> None:
    assert read_answer(status, headers, body).sentence
    assert read_answer(status, headers, json.dumps({"message": body})).sentence


ISSUER = "https://auth.example.com"
KEYS = IssuerKeys.of(parse_jwks(json.dumps(jwks())))
EXPIRED_HEADER = 'Bearer scope="" error="invalid_token" error_description="the token has expired"'


def compared(header: str | None, status: int, body: str, **changed: Any) -> bool | None:
    """Whether the answer to a token with these claims is as predicted."""
    presented = f"Bearer {sign(claims(ISSUER, **changed))}"
    verdict = explain(presented, JwtAuthorizer(ISSUER, (AUDIENCE,)), keys=KEYS, now=NOW)
    headers = [ID] if header is None else [ID, ("www-authenticate", header)]
    return compare_prediction(verdict, status, headers, body).as_predicted


def test_a_prediction_is_held_against_the_answer() -> None:
    assert compared(None, 200, "{}") is True
    assert compared(EXPIRED_HEADER, 401, UNAUTHORIZED) is False
    assert compared(EXPIRED_HEADER, 401, UNAUTHORIZED, exp=1) is True
    assert compared("Bearer", 401, UNAUTHORIZED, exp=1) is False
    assert compared(None, 200, "{}", exp=1) is False


def test_where_the_authorizer_never_ran_or_nothing_was_predicted_nothing_is_claimed() -> None:
    assert compared(None, 404, '{"message":"Not Found"}') is None
    assert compared(None, 200, "{}", exp=None) is None
    assert compared(EXPIRED_HEADER, 401, UNAUTHORIZED, exp="soon") is None


def test_an_unverified_wording_does_not_count_as_a_difference() -> None:
    other = 'Bearer scope="" error="invalid_token" error_description="something AWS says"'
    assert compared(other, 401, UNAUTHORIZED, nbf=NOW + 60) is True


def test_every_cause_has_a_clause_of_its_own() -> None:
    assert set(CLAUSES) == set(Cause)
    assert len(set(CLAUSES.values())) == len(Cause)
