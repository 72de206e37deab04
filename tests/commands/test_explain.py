"""`gatelight explain`: answers as curl prints them, read backwards."""

import json

from tests.commands.terminal import Terminal

REFUSED = (
    "HTTP/1.1 200 Connection established\r\n\r\nHTTP/2 401 \r\ncontent-type: application/json\r\n"
    'www-authenticate: Bearer scope="" error="invalid_token" error_description="the token has expired"\r\n'
    'apigw-requestid: Mc7UVioPPHcEKPA=\r\n\r\n{"message":"Unauthorized"}'
)
FAILED = 'HTTP/1.1 500 x\napigw-requestid: a\n\n{"message":"Internal Server Error"}\n'


def test_a_refusal_is_read_to_its_causes(terminal: Terminal) -> None:
    ended = terminal.run("explain", "--json", stdin=REFUSED)
    assert ended.code == 0
    told = ended.json()
    assert (told["status"], told["speaker"], told["passed"]) == (401, "the gateway's authorizer", False)
    assert told["causes"][0] == "expired"
    assert told["clauses"][0] == "the token's `exp` has passed"
    assert "perhaps the token's `exp` has passed" in terminal.run("explain", stdin=REFUSED).out


def test_the_access_log_s_line_settles_what_the_answer_leaves_open(terminal: Terminal) -> None:
    assert len(terminal.run("explain", "--json", stdin=FAILED).json()["possible"]) == 3
    line = json.dumps({"integrationError": "The response from the Lambda function doesn't match the format"})
    ended = terminal.run("explain", "--log-line", line, stdin=FAILED)
    assert "the function's answer has not the shape" in ended.out
    assert "policy" not in ended.out


def test_what_is_no_response_is_said(terminal: Terminal) -> None:
    ended = terminal.run("explain", stdin="hello")
    assert ended.code == 2
    assert "no HTTP response" in ended.err
