"""What was there before, or belongs to somebody else, is used as found or refused in words, and never touched."""

import io
import json
import zipfile
from collections.abc import Callable

from services.aws.package import function_package
from services.cancel import Cancellation
from services.errors import ConfigurationError
from services.provisioning.adoption import NotOurs
from services.provisioning.plan import Action
from services.provisioning.step import Outcome, Undone
from services.tunnel.manual import ManualUrl
from services.workbench import Workbench
from tests.benches import PASSWORD, Bench, Log, down, up

MakeWorkbench = Callable[..., Workbench]
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)


def failed(workbench: Workbench, *, only: str | None = None) -> Log:
    log = Log()
    assert not workbench.up(log, Cancellation(), only=only)
    return log


def somebodys_role(sandbox: Bench, *, policy: bool = True) -> str:
    iam = sandbox.client("iam")
    name = f"{sandbox.name}-theirs"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    if policy:
        iam.attach_role_policy(RoleName=name, PolicyArn=BASIC)
    return name


def delete_role(sandbox: Bench, name: str) -> None:
    iam = sandbox.client("iam")
    for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
    iam.delete_role(RoleName=name)


def test_a_user_who_was_there_is_registered_and_otherwise_left_alone(
    sandbox: Bench, new_workbench: MakeWorkbench
) -> None:
    made = sandbox.fusionauth("POST", "/api/user", {"user": {"email": sandbox.email, "password": PASSWORD}})
    user = made.json()["user"]["id"]
    workbench = new_workbench()

    error = failed(workbench).failures["user"].error
    assert error.message == (
        f'The user "{sandbox.email}" exists already in the tenant "Default", and Gatelight did not make it.'
    )
    assert "`gatelight up --adopt user`" in error.fix
    assert "fusionauth.user_email" in error.fix
    planned = {row.spec.id: row for row in workbench.plan(Cancellation())}
    assert (planned["user"].action, planned["registration"].action) == (Action.ADOPT, Action.CREATE)
    assert sandbox.world()["users"] == {user: []}

    log = up(workbench, adopt=["user"])
    assert log.reports["user"].outcome is Outcome.ADOPTED
    assert log.reports["registration"].outcome is Outcome.CREATED
    again = up(workbench).reports["user"]
    assert again.outcome is Outcome.ADOPTED, "what is adopted once is not asked about again"
    assert workbench.call(workbench.get_token(Cancellation()), Cancellation()).opens_as_it_should

    assert down(workbench).undone["user"] is Undone.KEPT
    assert sandbox.world()["users"] == {user: []}
    sandbox.fusionauth("DELETE", f"/api/user/{user}?hardDelete=true")


def test_a_user_made_by_hand_after_a_refused_creation_is_not_taken_for_ours(
    sandbox: Bench, new_workbench: MakeWorkbench
) -> None:
    workbench = new_workbench(password="short")
    error = failed(workbench).failures["user"].error
    assert "GATELIGHT_USER_PASSWORD" in error.fix
    user = sandbox.fusionauth("POST", "/api/user", {"user": {"email": sandbox.email, "password": PASSWORD}})

    assert isinstance(failed(workbench).failures["user"].error, NotOurs)
    down(workbench)

    assert list(sandbox.world()["users"]) == [user.json()["user"]["id"]]
    sandbox.fusionauth("DELETE", f"/api/user/{user.json()['user']['id']}?hardDelete=true")


def test_a_user_put_in_the_place_of_ours_is_not_deleted(sandbox: Bench, new_workbench: MakeWorkbench) -> None:
    workbench = new_workbench()
    up(workbench)
    sandbox.fusionauth("DELETE", f"/api/user/{workbench.done()['user'].resource_id}?hardDelete=true")
    theirs = sandbox.fusionauth("POST", "/api/user", {"user": {"email": sandbox.email, "password": PASSWORD}})

    assert isinstance(failed(workbench).failures["user"].error, NotOurs)
    up(workbench, adopt=["user"])
    assert workbench.done()["user"].outcome is Outcome.ADOPTED
    down(workbench)

    assert list(sandbox.world()["users"]) == [theirs.json()["user"]["id"]]
    sandbox.fusionauth("DELETE", f"/api/user/{theirs.json()['user']['id']}?hardDelete=true")


def test_a_deactivated_user_is_named(sandbox: Bench, new_workbench: MakeWorkbench) -> None:
    made = sandbox.fusionauth("POST", "/api/user", {"user": {"email": sandbox.email, "password": PASSWORD}})
    user = made.json()["user"]["id"]
    sandbox.fusionauth("DELETE", f"/api/user/{user}")
    error = failed(new_workbench()).failures["user"].error
    assert error.message == f'The user "{sandbox.email}" is deactivated and cannot log in.'
    sandbox.fusionauth("DELETE", f"/api/user/{user}?hardDelete=true")


def test_without_a_password_an_unknown_user_cannot_be_made(new_workbench: MakeWorkbench) -> None:
    error = failed(new_workbench(password="")).failures["user"].error
    assert isinstance(error, ConfigurationError)
    assert error.fix == "Set GATELIGHT_USER_PASSWORD."


def test_somebodys_function_is_refused_while_the_other_side_goes_on(
    sandbox: Bench, new_workbench: MakeWorkbench
) -> None:
    role = somebodys_role(sandbox)
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.mjs", "export const handler = async () => 'mine'")
    function = f"{sandbox.name}-theirs"
    client = sandbox.client("lambda")
    client.create_function(
        FunctionName=function,
        Runtime="nodejs24.x",
        Handler="index.handler",
        Role=f"arn:aws:iam::{sandbox.record.endpoints.aws.account_id}:role/{role}",
        Code={"ZipFile": code.getvalue()},
    )
    before = sandbox.world()
    workbench = new_workbench(function=function)

    log = failed(workbench)

    assert set(log.failures) == {"function"}
    assert f'"{function}" exists already in account 000000000000, us-east-1' in log.failures["function"].error.message
    assert "aws.function" in log.failures["function"].error.fix
    assert {"integration", "route", "permission", "ready"}.isdisjoint(log.reports)
    assert {"discovery", "registration", "authorizer", "stage"} <= set(log.reports)

    report = up(workbench, adopt=["function"]).reports["function"]
    assert report.outcome is Outcome.ADOPTED
    assert "CodeSha256" in report.note
    assert workbench.call(workbench.get_token(Cancellation()), Cancellation()).opens_as_it_should
    down(workbench)
    sandbox.client("logs").delete_log_group(logGroupName=f"/aws/lambda/{function}")  # made by Lambda at that call
    assert sandbox.world() == before
    client.delete_function(FunctionName=function)
    delete_role(sandbox, role)


def test_somebodys_function_that_is_just_right_is_used_and_kept(sandbox: Bench, new_workbench: MakeWorkbench) -> None:
    role = somebodys_role(sandbox)
    function = f"{sandbox.name}-theirs"
    client = sandbox.client("lambda")
    client.create_function(
        FunctionName=function,
        Runtime="nodejs24.x",
        Handler="index.handler",
        Role=f"arn:aws:iam::{sandbox.record.endpoints.aws.account_id}:role/{role}",
        Code={"ZipFile": function_package()},
    )
    client.get_waiter("function_active_v2").wait(FunctionName=function, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    before = sandbox.world()
    workbench = new_workbench(function=function, role=role)

    assert set(failed(workbench).failures) == {"role"}
    log = up(workbench, adopt=["role", "function"])
    assert {log.reports[step].outcome for step in ("role", "function")} == {Outcome.ADOPTED}
    assert log.reports["log_group"].outcome is Outcome.FOUND
    log = down(workbench)

    assert {log.undone[step] for step in ("role", "function", "log_group")} == {Undone.KEPT}
    assert sandbox.world() == before
    client.delete_function(FunctionName=function)
    delete_role(sandbox, role)


def test_a_function_and_a_role_put_in_the_place_of_ours_are_neither_used_unasked_nor_deleted(
    sandbox: Bench, new_workbench: MakeWorkbench
) -> None:
    workbench = new_workbench()
    up(workbench)
    client, iam = sandbox.client("lambda"), sandbox.client("iam")
    client.delete_function(FunctionName=sandbox.name)
    delete_role(sandbox, sandbox.name)
    iam.create_role(RoleName=sandbox.name, AssumeRolePolicyDocument=TRUST)
    iam.attach_role_policy(RoleName=sandbox.name, PolicyArn=BASIC)
    client.create_function(
        FunctionName=sandbox.name,
        Runtime="nodejs24.x",
        Handler="index.handler",
        Role=f"arn:aws:iam::{sandbox.record.endpoints.aws.account_id}:role/{sandbox.name}",
        Code={"ZipFile": function_package()},
    )

    assert isinstance(failed(workbench).failures["role"].error, NotOurs)
    undone = down(workbench).undone

    assert (undone["role"], undone["function"]) == (Undone.KEPT, Undone.KEPT)
    world = sandbox.world()
    assert world["roles"][sandbox.name] == [BASIC]
    assert sandbox.name in world["functions"]
    client.delete_function(FunctionName=sandbox.name)
    delete_role(sandbox, sandbox.name)


def test_a_log_that_was_there_before_the_function_is_left_as_it_is(
    sandbox: Bench, new_workbench: MakeWorkbench
) -> None:
    logs, group = sandbox.client("logs"), f"/aws/lambda/{sandbox.name}"
    logs.create_log_group(logGroupName=group)
    before = sandbox.world()
    workbench = new_workbench()

    assert isinstance(failed(workbench).failures["log_group"].error, NotOurs)
    for adopt in (("log_group",), ()):
        assert up(workbench, adopt=adopt).reports["log_group"].outcome is Outcome.ADOPTED
        workbench.call(workbench.get_token(Cancellation()), Cancellation())
    assert down(workbench).undone["log_group"] is Undone.KEPT

    assert sandbox.world() == before
    logs.delete_log_group(logGroupName=group)


def test_somebodys_role_without_the_policy_is_refused(sandbox: Bench, new_workbench: MakeWorkbench) -> None:
    role = somebodys_role(sandbox, policy=False)
    workbench = new_workbench(role=role)
    error = failed(workbench).failures["role"].error
    assert f'"{role}"' in error.message
    assert "AWSLambdaBasicExecutionRole" in error.message
    down(workbench)
    assert sandbox.world()["roles"][role] == []
    delete_role(sandbox, role)


def test_an_application_name_that_is_taken_is_named_with_the_way_out(
    sandbox: Bench, new_workbench: MakeWorkbench
) -> None:
    theirs = sandbox.fusionauth("POST", "/api/application", {"application": {"name": f"{sandbox.name} shop"}})
    workbench = new_workbench(application=f"{sandbox.name} shop")
    error = failed(workbench).failures["application"].error
    assert "fusionauth.application" in error.fix
    down(workbench)
    identity = theirs.json()["application"]["id"]
    assert identity in sandbox.world()["applications"]
    sandbox.fusionauth("DELETE", f"/api/application/{identity}?hardDelete=true")


def test_a_tunnel_that_was_open_stays_open(sandbox: Bench, new_workbench: MakeWorkbench) -> None:
    sandbox.switch_tunnel(is_open=True)
    try:
        workbench = new_workbench()
        assert up(workbench).reports["tunnel"].outcome is Outcome.FOUND
        assert not [line for line in workbench.undo_plan() if "tunnel" in line]
        assert down(workbench).undone["tunnel"] is Undone.KEPT
        assert sandbox.world()["tunnel"] is True
    finally:
        sandbox.switch_tunnel(is_open=False)


def test_a_public_url_of_ones_own_needs_no_tunnel(sandbox: Bench, new_workbench: MakeWorkbench) -> None:
    sandbox.switch_tunnel(is_open=True)
    try:
        workbench = new_workbench(tunnel=ManualUrl(sandbox.record.endpoints.public_url))
        assert up(workbench).reports["tunnel"].word == "not needed"
    finally:
        down(workbench)
        sandbox.switch_tunnel(is_open=False)


def test_an_issuer_changed_by_others_since_is_left_to_them(sandbox: Bench, new_workbench: MakeWorkbench) -> None:
    workbench = new_workbench()
    up(workbench)
    tenant = sandbox.record.endpoints.fusionauth.tenant_id
    sandbox.fusionauth("PATCH", f"/api/tenant/{tenant}", {"tenant": {"issuer": "https://theirs.example"}})
    try:
        assert down(workbench).undone["issuer"] is Undone.KEPT
        assert sandbox.world()["tenants"][tenant] == "https://theirs.example"
    finally:
        sandbox.fusionauth("PATCH", f"/api/tenant/{tenant}", {"tenant": {"issuer": "acme.com"}})


def test_a_key_that_is_no_key_manager_is_used_for_the_login_and_that_is_said(
    sandbox: Bench, new_workbench: MakeWorkbench
) -> None:
    made = sandbox.fusionauth("POST", "/api/api-key", {"apiKey": {"name": "no manager", "retrievable": True}})
    key = made.json()["apiKey"]
    workbench = new_workbench(api_key=key["key"])

    report = up(workbench).reports["login_key"]

    assert (report.word, report.outcome) == ("given key", Outcome.FOUND)
    assert "no key manager" in report.note
    assert workbench.call(workbench.get_token(Cancellation()), Cancellation()).opens_as_it_should
    down(workbench)
    sandbox.fusionauth("DELETE", f"/api/api-key/{key['id']}")


def test_of_several_tenants_the_profile_chooses_one_and_its_issuer_gets_its_path(own_sandbox: Bench) -> None:
    made = own_sandbox.fusionauth("POST", "/api/tenant", {"tenant": {"name": "Second", "issuer": "second.example"}})
    second = made.json()["tenant"]["id"]
    undecided = failed(own_sandbox.workbench(), only="reach").failures["reach"].error
    assert isinstance(undecided, ConfigurationError)
    assert f'"Second" ({second})' in undecided.message
    unknown = failed(own_sandbox.workbench(tenant_id="nowhere"), only="reach").failures["reach"].error
    assert '"nowhere"' in unknown.message

    before = own_sandbox.world()
    workbench = own_sandbox.workbench(tenant_id=second)
    up(workbench)
    token = workbench.get_token(Cancellation())
    issuer = f"{own_sandbox.record.endpoints.public_url}/{second}"
    assert token.decoded.claims["iss"] == issuer
    assert workbench.call(token, Cancellation()).opens_as_it_should
    assert workbench.agreement(token).holds
    assert own_sandbox.world()["tenants"] == {**before["tenants"], second: issuer}
    down(workbench)
    assert own_sandbox.world() == before
