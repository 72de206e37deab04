"""The printed policy is enough for everything, and every statement of it is needed: the sandbox's AWS holds to it."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from services.aws.permissions import Place, permissions
from services.aws.preflight import PREFLIGHT_CALLS
from services.cancel import Cancellation
from services.diagnosis.diagnose import diagnose
from services.diagnosis.facts import Missing
from services.diagnosis.intake import Intake, Presented
from services.errors import ConfigurationError
from services.faults.catalogue import FAULTS
from services.profile.model import AwsSettings
from services.provisioning.plan import Action
from services.provisioning.stock import WELL
from services.redact import Secret
from services.sandbox.options import SandboxOptions, read_policy
from services.workbench import Workbench
from tests.benches import Log, down, up
from tests.permissions.conftest import GuardedBench
from tests.story.test_drift import DRIFTS

NOW = Cancellation()
ROLE = "arn:aws:iam::000000000000:role/{name}"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:{name}"
GATEWAY = "arn:aws:apigateway:us-east-1::"
LOGS = "arn:aws:logs:us-east-1:000000000000:log-group:"
TAGS = {"gatelight:profile": "{name}"}

# For each statement an action that nothing else allows: a call, the action, and the resource AWS names in its refusal.
NEEDING: dict[str, tuple[str, str, dict[str, Any], str, str]] = {
    "ReadApis": ("apigatewayv2", "get_apis", {}, "apigateway:GET", f"{GATEWAY}/apis"),
    "CreateApi": (
        "apigatewayv2",
        "create_api",
        {"Name": "{name}", "ProtocolType": "HTTP", "Tags": TAGS},
        "apigateway:POST",
        f"{GATEWAY}/apis",
    ),
    "TagApi": (
        "apigatewayv2",
        "create_api",
        {"Name": "{name}", "ProtocolType": "HTTP", "Tags": TAGS},
        "apigateway:POST",
        f"{GATEWAY}/tags/{GATEWAY}/apis",
    ),
    "ChangeApi": ("apigatewayv2", "delete_api", {"ApiId": "x"}, "apigateway:DELETE", f"{GATEWAY}/apis/x"),
    "FillApi": (
        "apigatewayv2",
        "create_route",
        {"ApiId": "x", "RouteKey": "GET /"},
        "apigateway:POST",
        f"{GATEWAY}/apis/x/routes",
    ),
    "ReadFunction": ("lambda", "get_policy", {"FunctionName": "{name}"}, "lambda:GetPolicy", FUNCTION),
    "CreateFunction": (
        "lambda",
        "create_function",
        {"FunctionName": "{name}", "Role": ROLE, "Code": {"ZipFile": b""}, "Tags": TAGS},
        "lambda:CreateFunction",
        FUNCTION,
    ),
    "ChangeFunction": ("lambda", "delete_function", {"FunctionName": "{name}"}, "lambda:DeleteFunction", FUNCTION),
    "LetApiInvoke": (
        "lambda",
        "add_permission",
        {"FunctionName": "{name}", "StatementId": "s", "Action": "a", "Principal": "apigateway.amazonaws.com"},
        "lambda:AddPermission",
        FUNCTION,
    ),
    "ReadRole": ("iam", "get_role", {"RoleName": "{name}"}, "iam:GetRole", ROLE),
    "CreateRole": (
        "iam",
        "create_role",
        {
            "RoleName": "{name}",
            "AssumeRolePolicyDocument": "{{}}",
            "Tags": [{"Key": "gatelight:profile", "Value": "{name}"}],
        },
        "iam:CreateRole",
        ROLE,
    ),
    "LetRoleLog": (
        "iam",
        "attach_role_policy",
        {
            "RoleName": "{name}",
            "PolicyArn": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
        },
        "iam:AttachRolePolicy",
        ROLE,
    ),
    "PassRole": (
        "lambda",
        "create_function",
        {"FunctionName": "{name}", "Role": ROLE, "Code": {"ZipFile": b""}, "Tags": TAGS},
        "iam:PassRole",
        ROLE,
    ),
    "DeleteRole": ("iam", "delete_role", {"RoleName": "{name}"}, "iam:DeleteRole", ROLE),
    "KeepLog": (
        "logs",
        "delete_log_group",
        {"logGroupName": "/aws/lambda/{name}"},
        "logs:DeleteLogGroup",
        f"{LOGS}/aws/lambda/{{name}}:log-stream:",
    ),
    "TagLog": (
        "logs",
        "tag_resource",
        {"resourceArn": f"{LOGS}/aws/lambda/{{name}}", "tags": TAGS},
        "logs:TagResource",
        f"{LOGS}/aws/lambda/{{name}}",
    ),
    "ReadLogTags": (
        "logs",
        "list_tags_for_resource",
        {"resourceArn": f"{LOGS}/aws/lambda/{{name}}"},
        "logs:ListTagsForResource",
        f"{LOGS}/aws/lambda/{{name}}",
    ),
    "FindLog": ("logs", "describe_log_groups", {}, "logs:DescribeLogGroups", f"{LOGS}:log-stream:"),
    "FindOrphans": ("resourcegroupstaggingapi", "get_resources", {}, "tag:GetResources", "*"),
    "ReadMarked": ("iam", "get_role", {"RoleName": "other-{name}"}, "iam:GetRole", f"{ROLE[:-6]}other-{{name}}"),
    "ReadDomains": (
        "apigatewayv2",
        "get_domain_name",
        {"DomainName": "d.example"},
        "apigateway:GET",
        f"{GATEWAY}/domainnames/d.example",
    ),
    "AskBeforehand": (
        "iam",
        "simulate_principal_policy",
        {"PolicySourceArn": "arn:aws:iam::000000000000:user/gatelight", "ActionNames": ["iam:GetRole"]},
        "iam:SimulatePrincipalPolicy",
        "arn:aws:iam::000000000000:user/gatelight",
    ),
}
STATEMENTS = [(each.sid, each.needed) for each in permissions("any", AwsSettings(), Place())]


def filled(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: filled(each, name) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, name) for each in value]
    return value.format(name=name) if isinstance(value, str) else value


def test_everything_runs_under_the_printed_policy(guarded: GuardedBench, workbench: Workbench) -> None:
    before = guarded.world()
    guarded.hold_to_all_but(workbench)

    up(workbench)
    assert {step.action for step in workbench.plan(NOW)} == {Action.NOTHING, Action.CHECK}
    token = workbench.get_token(NOW)
    assert workbench.call(token, NOW).opens_as_it_should
    assert workbench.agreement(token).holds
    assert not [step.spec.id for step in workbench.stock(NOW) if step.error or step.standing not in WELL]
    presented = Presented(Secret(f"Bearer {token.secret.reveal()}"), "a test")
    facts = workbench.examine(Intake(presented=presented), NOW)
    assert diagnose(facts).findings == ()
    assert not isinstance(facts.gateway, Missing)

    for fault in FAULTS:
        if not fault.in_token:
            workbench.faults.put_in(fault.id, NOW)
            workbench.faults.take_out()

    for _, spoil in DRIFTS:
        guarded.hold_to(None)  # somebody else spoils it
        spoil(guarded, workbench)
    guarded.client("lambda").update_function_configuration(FunctionName=guarded.name, Handler="x.y")
    guarded.hold_to_all_but(workbench)
    up(workbench)
    assert workbench.call(workbench.get_token(NOW), NOW).opens_as_it_should

    guarded.hold_to(None)
    stranger = GuardedBench(guarded.record)
    up(stranger.workbench())
    guarded.hold_to_all_but(workbench)
    found = workbench.orphans.find()
    assert not any(survey.blind for survey in found.surveys)
    for profile in (guarded.name, stranger.name):
        marked = {orphan.belonging.step_id for orphan in found.of(profile)}
        assert marked >= {"api", "function", "log_group", "role", "application"}
    guarded.hold_to(None)
    stranger.end()

    guarded.hold_to_all_but(workbench)
    assert workbench.take_down(Log(), NOW).exit_code == 0
    guarded.hold_to(None)
    assert guarded.world() == before


def test_down_takes_what_is_gone_already_for_gone_though_its_tag_cannot_be_seen(
    guarded: GuardedBench, workbench: Workbench
) -> None:
    up(workbench)
    guarded.client("apigatewayv2").delete_api(ApiId=workbench.done()["api"].resource_id)
    guarded.client("lambda").delete_function(FunctionName=guarded.name)
    guarded.hold_to_all_but(workbench)
    down(workbench)


@pytest.mark.parametrize(("sid", "needed"), STATEMENTS)
def test_without_a_statement_aws_refuses_its_call_and_up_says_so_before_any_change(
    guarded: GuardedBench, workbench: Workbench, sid: str, needed: bool
) -> None:
    service, operation, parameters, action, resource = NEEDING[sid]
    guarded.hold_to_all_but(workbench, sid)
    with pytest.raises(ClientError) as raised:
        getattr(guarded.client(service), operation)(**filled(parameters, guarded.name))
    error, status = raised.value.response["Error"], raised.value.response["ResponseMetadata"]["HTTPStatusCode"]
    assert (error["Code"], status) == {
        "iam": ("AccessDenied", 403),
        "logs": ("AccessDeniedException", 400),
        "resourcegroupstaggingapi": ("AccessDeniedException", 400),
    }.get(service, ("AccessDeniedException", 403))
    assert error["Message"] == (
        f"User: arn:aws:iam::000000000000:user/gatelight is not authorized to perform: {action} "
        f"on resource: {filled(resource, guarded.name)} because no identity-based policy allows the {action} action"
    )
    if not needed:
        return
    log = Log()
    assert not workbench.up(log, NOW)
    assert set(log.failures) == {"identity"}
    assert set(log.reports) == {"reach", "tunnel"}
    assert action in log.failures["identity"].error.message
    assert "gatelight policy" in log.failures["identity"].error.fix


def test_everything_that_is_lacking_is_listed_at_once_and_the_plan_warns_of_it(
    guarded: GuardedBench, workbench: Workbench
) -> None:
    guarded.hold_to_all_but(workbench, "PassRole", "CreateApi", "ReadLogTags")
    log = Log()
    workbench.up(log, NOW)
    message = log.failures["identity"].error.message
    assert "lack 4 permissions" in message  # the API and its stage are made with the same action
    role = f"arn:aws:iam::000000000000:role/{guarded.name}"
    assert f"iam:PassRole on {role} (give the role to the function: to Lambda, and no other service)" in message
    assert all(action in message for action in ("apigateway:POST", "logs:ListTagsForResource"))
    planned = {step.spec.id: step for step in workbench.plan(NOW)}
    assert planned["identity"].warnings == (message,)
    assert planned["identity"].action is Action.CHECK
    assert planned["role"].action is Action.CREATE


def test_who_may_not_simulate_is_told_what_can_be_seen_and_what_cannot(
    guarded: GuardedBench, workbench: Workbench
) -> None:
    guarded.hold_to_all_but(workbench, "AskBeforehand", "ReadRole", "FindLog")
    log = Log()
    workbench.up(log, NOW)
    failed = log.failures["identity"]
    assert "lack 3 permissions" in failed.error.message
    assert all(action in failed.error.message for action in ("iam:GetRole", "iam:ListAttached", "logs:DescribeLog"))
    called = {(exchange.aws.service, exchange.aws.operation) for exchange in failed.exchanges if exchange.aws}
    assert called >= {(call.service, call.operation) for call in PREFLIGHT_CALLS}

    guarded.hold_to_all_but(workbench, "AskBeforehand")
    note = up(workbench).reports["identity"].note
    assert "Could not be checked beforehand, as arn:aws:iam::000000000000:user/gatelight may not call" in note
    assert "iam:PassRole" in note
    assert "iam:GetRole" not in note


def test_a_deny_is_told_as_one(guarded: GuardedBench, workbench: Workbench) -> None:
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    guarded.hold_to({"Statement": [everything, {"Effect": "Deny", "Action": "iam:CreateRole", "Resource": "*"}]})
    with pytest.raises(ClientError, match=r"iam:CreateRole on resource: .* with an explicit deny in an identity-based"):
        guarded.client("iam").create_role(RoleName=guarded.name, AssumeRolePolicyDocument="{}")
    log = Log()
    workbench.up(log, NOW)
    assert "a permission that" in log.failures["identity"].error.message
    assert f"iam:CreateRole on arn:aws:iam::000000000000:role/{guarded.name} (denied" in str(
        log.failures["identity"].error
    )


def test_what_is_no_policy_is_never_put_into_force(guarded: GuardedBench, tmp_path: Path) -> None:
    guarded.hold_to({"Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]})
    for content in (b"", b"[]", b'{"Statement": [{"Effect": "Allow", "Principal": "*"}]}', b"null"):
        answer = guarded.put_policy(content)
        assert answer.status_code == 400
        assert "no IAM policy that the sandbox can enforce" in answer.json()["message"]
    with pytest.raises(ClientError, match="is not authorized to perform: apigateway:GET"):
        guarded.client("apigatewayv2").get_apis()

    file = tmp_path / "policy.json"
    file.write_text(json.dumps({"Statement": []}))
    with pytest.raises(ConfigurationError, match=r"policy\.json' is no IAM policy"):
        read_policy(str(file))
    with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
        read_policy(str(tmp_path / "missing.json"))
    options = SandboxOptions(policy=str(file))
    assert SandboxOptions.parse(options.arguments()) == options
