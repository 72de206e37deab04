"""Who gets past the guard, and what nobody gets past it with."""

import json
import socket
import tempfile
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from services.sandbox.aws import guard
from tests.sandbox_aws.conftest import RunningAws, send

HANDLER = "export const handler = async () => 'ran'"


def error(call: Any) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as caught:
        call()
    answer: Any = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]


def test_a_signed_request_of_this_machine_passes(aws: RunningAws) -> None:
    assert send(aws)[0] == 200
    port = urlsplit(aws.endpoint.endpoint_url).port
    assert send(aws, headers={"Host": f"localhost:{port}"})[0] == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", "abcd.execute-api.localhost"]
)
def test_a_foreign_host_is_refused(aws: RunningAws, host: str) -> None:
    status, _, body = send(aws, headers={"Host": host})
    assert status == 403
    assert host in json.loads(body)["message"]


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:3000"])
def test_a_web_page_is_refused_and_gets_no_cors_header(aws: RunningAws, origin: str) -> None:
    for method in ("GET", "OPTIONS"):
        status, headers, _ = send(aws, method, headers={"Origin": origin})
        assert status == 403
        assert not [name for name in headers if name.startswith("access-control-")]


def test_no_cors_header_leaves_with_any_answer(aws: RunningAws) -> None:
    _, headers, _ = send(aws)
    assert not [name for name in headers if name.startswith("access-control-")]


def test_a_page_cannot_create_a_function_with_a_simple_request(aws: RunningAws) -> None:
    body = json.dumps({"FunctionName": "planted"}).encode()
    status, _, _ = send(
        aws, "POST", "/2015-03-31/functions", service=None, headers={"Content-Type": "text/plain"}, body=body
    )
    assert status == 403
    assert error(lambda: aws.client("lambda").get_function(FunctionName="planted"))[0] == 404


@pytest.mark.parametrize(
    ("service", "call", "expected"),
    [
        ("sts", lambda client: client.get_caller_identity(), (403, "InvalidClientTokenId")),
        ("iam", lambda client: client.list_roles(), (403, "InvalidClientTokenId")),
        ("cloudformation", lambda client: client.list_stacks(), (403, "InvalidClientTokenId")),
        ("lambda", lambda client: client.list_functions(), (403, "UnrecognizedClientException")),
        ("apigatewayv2", lambda client: client.get_apis(), (403, "UnrecognizedClientException")),
        ("logs", lambda client: client.describe_log_groups(), (400, "UnrecognizedClientException")),
    ],
)
def test_a_foreign_access_key_is_refused_in_the_services_own_words(
    aws: RunningAws, service: str, call: Any, expected: tuple[int, str]
) -> None:
    client = aws.client(service, aws_access_key_id="AKIASOMEBODYELSE0001")
    status, code, message = error(lambda: call(client))
    assert (status, code) == expected
    assert message == "The security token included in the request is invalid."


_WRONG_SECRET = [
    ("sts", lambda client: client.get_caller_identity(), (403, "SignatureDoesNotMatch")),
    ("cloudformation", lambda client: client.list_stacks(), (403, "SignatureDoesNotMatch")),
    ("lambda", lambda client: client.list_functions(), (403, "InvalidSignatureException")),
    ("apigatewayv2", lambda client: client.get_apis(), (403, "InvalidSignatureException")),
    ("logs", lambda client: client.describe_log_groups(), (400, "InvalidSignatureException")),
]


@pytest.mark.parametrize(("service", "call", "expected"), _WRONG_SECRET)
def test_a_wrong_secret_is_refused_in_the_services_own_words(
    aws: RunningAws, service: str, call: Any, expected: tuple[int, str]
) -> None:
    client = aws.client(service, aws_secret_access_key="another")
    status, code, message = error(lambda: call(client))
    assert (status, code) == expected
    assert message.startswith("The request signature we calculated does not match the signature you provided.")


def test_credentials_given_out_are_good_with_their_own_secret_only(aws: RunningAws) -> None:
    iam = aws.client("iam")
    iam.create_user(UserName="someone")
    key = iam.create_access_key(UserName="someone")["AccessKey"]
    settings = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    assert aws.client("sts", **settings).get_caller_identity()["Arn"].endswith("user/someone")
    settings["aws_secret_access_key"] = aws.endpoint.secret_access_key
    assert error(lambda: aws.client("sts", **settings).get_caller_identity())[1] == "SignatureDoesNotMatch"


def test_what_is_changed_after_signing_is_noticed(aws: RunningAws) -> None:
    signed = AWSRequest("GET", f"{aws.endpoint.endpoint_url}/v2/apis?maxResults=5")
    SigV4Auth(Credentials(aws.endpoint.access_key_id, "secret"), "apigateway", "us-east-1").add_auth(signed)
    for path, status in (("/v2/apis?maxResults=5", 200), ("/v2/apis?maxResults=6", 403), ("/v2/apis/x", 403)):
        assert send(aws, path=path, service=None, headers=dict(signed.headers))[0] == status


def test_a_key_the_sandbox_has_given_out_is_known(aws: RunningAws) -> None:
    given = aws.client("sts").assume_role(RoleArn=aws.role, RoleSessionName="me")["Credentials"]
    client = aws.client(
        "sts",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    assert ":assumed-role/lambda-role/me" in client.get_caller_identity()["Arn"]


def test_an_account_number_as_access_key_opens_nothing(aws: RunningAws) -> None:
    client = aws.client("sts", aws_access_key_id="111111111111")
    assert error(client.get_caller_identity)[1] == "InvalidClientTokenId"


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        ("/", {}, b"MissingAuthenticationToken"),
        ("/v2/apis", {}, b"Missing Authentication Token"),
        ("/", {"X-Amz-Target": "Logs_20140328.DescribeLogGroups"}, b"MissingAuthenticationTokenException"),
        ("/v2/apis", {"Authorization": "Bearer abc"}, b"Missing Authentication Token"),
    ],
)
def test_a_request_without_credentials_is_refused(
    aws: RunningAws, path: str, headers: dict[str, str], expected: bytes
) -> None:
    status, _, body = send(aws, "POST", path, service=None, headers=headers)
    assert status in {400, 403}
    assert expected in body


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("apigateway", "/_ministack/health"),
        ("apigateway", "/_ministack/reset"),
        ("lambda", "/_ministack/lambda-code/000000000000/us-east-1/f"),
        ("apigateway", "/_localstack/health"),
        ("apigateway", "/_aws/execute-api/abcdefgh/$default/x"),
        ("execute-api", "/v2/apis"),
        ("apigateway", "/restapis"),
        ("apigateway", "/v2/email/identities"),
        ("s3", "/bucket"),
        ("sqs", "/"),
        ("ec2", "/"),
        ("iam", "/bucket"),
        ("lambda", "/2021-11-15/functions/f/response-streaming-invocations"),
        ("lambda", "/2014-11-13/functions/f/invoke-async/"),
        ("lambda", "/2025-12-01/durable-executions/x"),
    ],
)
def test_what_the_sandbox_does_not_offer_stays_closed(aws: RunningAws, service: str, path: str) -> None:
    for method in ("GET", "POST"):
        status, _, body = send(aws, method, path, service=service)
        assert status == 403
        assert b"does not offer" in body


@pytest.mark.parametrize(
    ("service", "target"),
    [
        ("logs", "DynamoDB_20120810.ListTables"),
        ("logs", "Logs_20140328.StartLiveTail"),
        ("iam", "AmazonSQS.ListQueues"),
        ("lambda", "AmazonSSM.GetParameter"),
    ],
)
def test_a_target_header_leads_to_no_other_service(aws: RunningAws, service: str, target: str) -> None:
    assert send(aws, "POST", "/", service=service, headers={"X-Amz-Target": target})[0] == 403


def test_code_cannot_be_downloaded(aws: RunningAws) -> None:
    name = aws.new_function(HANDLER)
    location = urlsplit(aws.client("lambda").get_function(FunctionName=name)["Code"]["Location"])
    assert send(aws, path=f"{location.path}?{location.query}", service=None)[0] == 403


def test_a_function_url_does_not_answer(aws: RunningAws) -> None:
    name = aws.new_function(HANDLER)
    url = aws.client("lambda").create_function_url_config(FunctionName=name, AuthType="NONE")["FunctionUrl"]
    assert send(aws, path="/", service=None, headers={"Host": urlsplit(url).netloc})[0] == 403


async def test_websockets_are_closed(aws: RunningAws) -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def note(message: Any) -> None:
        sent.append(message)

    app = guard.create_app(aws.plane, probe=lambda issuer: receive())  # type: ignore[arg-type, return-value]
    await app({"type": "websocket", "path": "/", "headers": []}, receive, note)
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_an_endless_body_is_cut_off(aws: RunningAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "MAXIMUM_BODY", 1000)
    assert send(aws, "POST", "/v2/apis", body=b"x" * 2000)[0] == 413


def test_nothing_listens_but_the_guard_and_only_on_loopback(aws: RunningAws) -> None:
    aws.client("sts").get_caller_identity()
    listening = [
        connection.laddr
        for connection in psutil.Process().net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    own = urlsplit(aws.endpoint.endpoint_url).port
    assert own in {address.port for address in listening}
    assert {address.ip for address in listening} == {"127.0.0.1"}
    assert 8883 not in {address.port for address in listening}


def test_threads_of_the_control_plane_keep_no_process_alive(aws: RunningAws) -> None:
    before = set(threading.enumerate())
    name = aws.new_function(HANDLER)  # MiniStack turns it active on a thread of its own
    started = set(threading.enumerate()) - before
    aws.client("lambda").get_waiter("function_active_v2").wait(FunctionName=name)
    assert started
    assert [thread.name for thread in started if not thread.daemon and not thread.name.startswith("asyncio_")] == []


def test_everything_written_stays_in_the_private_folder(aws: RunningAws, invoke: Any) -> None:
    temporary, _ = invoke(aws.new_function("import os from 'node:os'; export const handler = async () => os.tmpdir()"))
    assert Path(temporary).is_relative_to(aws.folder)
    code, _ = invoke(aws.new_function("export const handler = async () => process.cwd()"))
    assert Path(code).is_relative_to(aws.folder)
    assert Path(tempfile.gettempdir()) == aws.folder
    assert aws.folder.stat().st_mode & 0o077 == 0


def test_an_idle_connection_is_just_an_idle_connection(aws: RunningAws) -> None:
    port = urlsplit(aws.endpoint.endpoint_url).port or 0
    with socket.create_connection(("127.0.0.1", port), timeout=5):
        assert send(aws)[0] == 200
