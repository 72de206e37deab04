"""The printed policy: small enough for IAM, no wider than its reasons, and wide enough for every declared call."""

import json
from typing import Any

import pytest

from services.aws.actions import iam_actions
from services.aws.conditions import listed
from services.aws.permissions import Place, permissions
from services.aws.policy import decide
from services.aws.policy_document import MAXIMUM_SIZE, policy_document, size
from services.profile.model import AwsSettings
from tests.benches import Bench

HERE = Place("123456789012", "eu-central-1")
NAMES = {
    "partition": "aws",
    "region": "eu-central-1",
    "account": "123456789012",
    "role": "gatelight-function",
    "function": "privateFunction",
    "api": "abcdef0123",
}


def document(place: Place = HERE, **changes: Any) -> dict[str, Any]:
    return policy_document(permissions("demo", AwsSettings(**changes), place))


def test_it_keeps_iams_size_limit_with_the_longest_names_there_can_be() -> None:
    long = "n" * 64
    place = Place("123456789012", "us-gov-west-1", "aws-us-gov", caller=f"arn:aws-us-gov:iam::123456789012:role/{long}")
    policy = policy_document(permissions("p" * 40, AwsSettings(api=long, function=long, role=long), place))
    assert size(policy) <= MAXIMUM_SIZE
    assert size(policy) == len(json.dumps(policy, separators=(",", ":")))
    assert size(document()) < 5_000


def test_every_action_that_a_declared_call_needs_is_allowed(sandbox: Bench) -> None:
    policy = document()
    tags = {"aws:RequestTag/gatelight:profile": "demo", "aws:ResourceTag/gatelight:profile": "demo"}
    workbench = sandbox.workbench()
    for calls in workbench.calls.values():
        for call in calls.all:
            if call.path:
                continue
            for needed in iam_actions(call.service, call.operation, call.parameters):
                named = {key: value.format_map(NAMES) for key, value in needed.conditions}
                context = {**tags, **named, "lambda:Principal": "apigateway.amazonaws.com", "aws:username": "me"}
                resource = needed.on(NAMES)
                if needed.action == "iam:SimulatePrincipalPolicy":
                    resource = "arn:aws:iam::123456789012:user/me"
                assert decide(policy, action=needed.action, resource=resource, context=context) == "allowed", (
                    f"{call}: {needed.action} on {resource}"
                )


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("iam:PassRole", "arn:aws:iam::123456789012:role/admin", {"iam:PassedToService": "lambda.amazonaws.com"}),
        (
            "iam:PassRole",
            "arn:aws:iam::123456789012:role/gatelight-function",
            {"iam:PassedToService": "ec2.amazonaws.com"},
        ),
        (
            "iam:AttachRolePolicy",
            "arn:aws:iam::123456789012:role/gatelight-function",
            {"iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"},
        ),
        ("iam:CreateRole", "arn:aws:iam::123456789012:role/gatelight-function", {}),
        ("iam:PutRolePolicy", "arn:aws:iam::123456789012:role/gatelight-function", {}),
        (
            "lambda:DeleteFunction",
            "arn:aws:lambda:eu-central-1:123456789012:function:privateFunction",
            {"aws:ResourceTag/gatelight:profile": "other"},
        ),
        ("lambda:InvokeFunction", "arn:aws:lambda:eu-central-1:123456789012:function:privateFunction", {}),
        ("apigateway:DELETE", "arn:aws:apigateway:eu-central-1::/apis/abcdef0123", {}),
        ("apigateway:POST", "arn:aws:apigateway:eu-central-1::/restapis", {}),
        ("apigateway:POST", "arn:aws:apigateway:us-east-1::/apis/abcdef0123/routes", {}),
        (
            "apigateway:POST",
            "arn:aws:apigateway:eu-central-1::/tags/x",
            {"aws:TagKeys": ("owner",)},
        ),
        ("logs:DeleteLogGroup", "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/other:log-stream:", {}),
        ("iam:SimulatePrincipalPolicy", "arn:aws:iam::123456789012:user/other", {"aws:username": "me"}),
    ],
)
def test_what_others_own_stays_theirs(action: str, resource: str, context: dict[str, Any]) -> None:
    assert decide(document(), action=action, resource=resource, context=context) == "implicitDeny"


def test_it_can_be_narrowed_to_one_api_and_to_reading() -> None:
    one = document(Place("123456789012", "eu-central-1", api="abcdef0123"))
    for api, decision in (("abcdef0123", "allowed"), ("zyxwvu9876", "implicitDeny")):
        route = f"arn:aws:apigateway:eu-central-1::/apis/{api}/routes/1"
        assert decide(one, action="apigateway:PATCH", resource=route, context={}) == decision
    reading = policy_document(permissions("demo", AwsSettings(), HERE), read_only=True)
    actions = {action for each in reading["Statement"] for action in listed(each["Action"])}
    assert all(action.split(":")[1].startswith(("Get", "List", "Describe", "GET", "Simulate")) for action in actions)
