"""Lambda's API over the workers."""

import base64
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox_aws.conftest import TEMPLATE, RunningAws, package

ECHO = "export const handler = async (event) => event"


def test_the_template_answers_with_the_claims_of_either_payload_format(aws: RunningAws, invoke: Any) -> None:
    name = aws.new_function(TEMPLATE.read_text())
    for authorizer in ({"jwt": {"claims": {"sub": "me"}}}, {"claims": {"sub": "me"}}):
        answer, _ = invoke(name, {"requestContext": {"authorizer": authorizer}})
        assert json.loads(answer["body"]) == {"sub": "me"}


def test_an_answer_names_the_version_and_the_request(aws: RunningAws, invoke: Any) -> None:
    payload, answer = invoke(aws.new_function(ECHO), {"a": 1})
    assert payload == {"a": 1}
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
    assert "FunctionError" not in answer


def test_a_function_that_was_invoked_is_active(aws: RunningAws, invoke: Any) -> None:
    name = aws.new_function(ECHO)
    invoke(name)
    assert aws.client("lambda").get_function(FunctionName=name)["Configuration"]["State"] == "Active"
    assert aws.client("lambda").get_function_configuration(FunctionName=name)["LastUpdateStatus"] == "Successful"


def test_a_failure_is_marked_unhandled(aws: RunningAws, invoke: Any) -> None:
    name = aws.new_function("export const handler = async () => { throw new Error('no') }")
    payload, answer = invoke(name)
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert (payload["errorType"], payload["errorMessage"]) == ("Error", "no")


def test_the_log_tail_comes_with_the_answer(aws: RunningAws, invoke: Any) -> None:
    name = aws.new_function("export const handler = async () => console.log('hello')")
    tail = base64.b64decode(invoke(name, LogType="Tail")[1]["LogResult"]).decode()
    assert tail.startswith("START RequestId: ")
    assert "\tINFO\thello\n" in tail
    assert "\nREPORT RequestId: " in tail


def test_output_is_in_the_functions_log_group_in_order(aws: RunningAws, invoke: Any) -> None:
    name = aws.new_function("export const handler = async (event) => console.log('number', event.number)")
    for number in range(3):
        invoke(name, {"number": number})
    events = aws.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    kinds = [event["message"].split()[0] for event in events if event["message"][:4] in {"STAR", "END ", "REPO"}]
    assert kinds == ["START", "END", "REPORT"] * 3
    assert [event["message"][-8:] for event in events if "INFO" in event["message"]] == [
        "number 0",
        "number 1",
        "number 2",
    ]


def test_a_deleted_log_group_is_made_again(aws: RunningAws, invoke: Any) -> None:
    name = aws.new_function(ECHO)
    logs = aws.client("logs")
    invoke(name)
    logs.delete_log_group(logGroupName=f"/aws/lambda/{name}")
    invoke(name)
    events = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    assert [event["message"].split()[0] for event in events] == ["START", "END", "REPORT"]


def test_an_event_invocation_is_accepted_and_runs(aws: RunningAws, invoke: Any) -> None:
    name = aws.new_function("let calls = 0; export const handler = async () => ++calls", MemorySize=256)
    _, answer = invoke(name, InvocationType="Event")
    assert answer["StatusCode"] == 202
    seen: list[int] = []
    while not seen or (max(seen) < 2 and len(seen) < 50):
        seen.append(invoke(name)[0])
    assert max(seen) >= 2


def test_a_dry_run_runs_nothing(aws: RunningAws, invoke: Any) -> None:
    name = aws.new_function("let calls = 0; export const handler = async () => ++calls")
    assert invoke(name, InvocationType="DryRun")[1]["StatusCode"] == 204
    assert invoke(name)[0] == 1


def test_updated_code_and_configuration_run_at_once(aws: RunningAws, invoke: Any) -> None:
    functions = aws.client("lambda")
    name = aws.new_function("export const handler = async () => 'old'")
    assert invoke(name)[0] == "old"
    functions.update_function_code(
        FunctionName=name, ZipFile=package("export const handler = async () => process.env.WORD ?? 'new'")
    )
    assert invoke(name)[0] == "new"
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": {"WORD": "set"}})
    assert invoke(name)[0] == "set"


@pytest.mark.parametrize("form", ["{name}", "{arn}", "000000000000:function:{name}", "{name}:$LATEST"])
def test_a_function_goes_by_name_and_by_arn(aws: RunningAws, invoke: Any, form: str) -> None:
    name = aws.new_function(ECHO)
    arn = f"arn:aws:lambda:us-east-1:000000000000:function:{name}"
    assert invoke(form.format(name=name, arn=arn), {"x": 1})[0] == {"x": 1}


def test_a_published_version_keeps_its_code(aws: RunningAws, invoke: Any) -> None:
    functions = aws.client("lambda")
    name = aws.new_function("export const handler = async () => 'one'")
    version = functions.publish_version(FunctionName=name)["Version"]
    functions.update_function_code(FunctionName=name, ZipFile=package("export const handler = async () => 'two'"))
    assert invoke(name)[0] == "two"
    payload, answer = invoke(name, Qualifier=version)
    assert (payload, answer["ExecutedVersion"]) == ("one", version)


def test_an_unknown_function_is_not_found(aws: RunningAws, invoke: Any) -> None:
    with pytest.raises(ClientError) as caught:
        invoke("nobody")
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"
    arn = "arn:aws:lambda:us-east-1:000000000000:function:nobody"
    assert caught.value.response["Error"]["Message"] == f"Function not found: {arn}"


def test_an_event_that_is_no_json_is_refused(aws: RunningAws) -> None:
    name = aws.new_function(ECHO)
    with pytest.raises(ClientError) as caught:
        aws.client("lambda").invoke(FunctionName=name, Payload=b"{no")
    assert caught.value.response["Error"]["Code"] == "InvalidRequestContentException"


def test_a_deleted_function_is_gone_with_its_workers(aws: RunningAws, invoke: Any) -> None:
    name = aws.new_function(ECHO)
    invoke(name)
    aws.client("lambda").delete_function(FunctionName=name)
    assert f"arn:aws:lambda:us-east-1:000000000000:function:{name}" not in aws.plane.engine._pools
    with pytest.raises(ClientError):
        invoke(name)
