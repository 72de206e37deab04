"""`gatelight policy`: the policy on standard output, all that is said about it beside it."""

import json
from typing import Any

import pytest

from services.aws.policy import check_identity_policy
from services.errors import ConfigurationError
from services.profile.paths import config_folder
from tui.commands.cli import run

WHERE = ("--account", "123456789012", "--region", "eu-central-1")


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[Any, str]:
    assert run(["policy", *arguments]) == 0
    said = capsys.readouterr()
    return json.loads(said.out), said.err


def test_standard_output_is_a_policy_and_the_reasons_are_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    policy, said = printed(capsys, *WHERE, "--api", "a1b2c3d4e5")
    check_identity_policy(policy)
    whole = json.dumps(policy)
    assert "arn:aws:iam::123456789012:role/gatelight-function" in whole
    assert "arn:aws:apigateway:eu-central-1::/apis/a1b2c3d4e5/routes/*" in whole
    for statement in policy["Statement"]:
        assert f"  {statement['Sid']:16} " in said
    assert "  PATCH   /api/tenant              set its issuer" in said
    assert "Not known" not in said


def test_as_json_it_is_one_document_with_what_the_key_needs(capsys: pytest.CaptureFixture[str]) -> None:
    profile = config_folder() / "profiles" / "mine.toml"
    profile.parent.mkdir(parents=True)
    profile.write_text('[fusionauth]\nscope = "read"\nown_tenant = true\n[aws]\nrole = "their-role"\n')
    whole, said = printed(capsys, "--profile", "mine", "--json", *WHERE)
    assert said == ""
    assert [each["sid"] for each in whole["statements"]] == [each["Sid"] for each in whole["policy"]["Statement"]]
    assert "role/their-role" in json.dumps(whole["policy"])
    assert "gatelight:profile" in json.dumps(whole["policy"])
    endpoints = whole["fusionauth"]["endpoints"]
    assert endpoints["/api/tenant"] == ["GET", "PATCH", "POST", "DELETE"]
    assert endpoints["/api/lambda"] == ["GET", "POST", "PATCH", "DELETE"]
    assert endpoints["/api/login"] == ["POST"]
    reading, _ = printed(capsys, "--read-only", "--json", *WHERE)
    assert all(each["reads"] for each in reading["statements"])
    assert {method for methods in reading["fusionauth"]["endpoints"].values() for method in methods} == {"GET"}


def test_where_nothing_is_known_it_holds_anywhere_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    policy, said = printed(capsys)
    assert 'Not known: the account and region. The policy holds for any. (No sandbox "sandbox" is running.)' in said
    assert "arn:aws:lambda:*:*:function:privateFunction" in json.dumps(policy)
    policy, said = printed(capsys, "--region", "cn-north-1")
    assert "Not known: the account." in said
    assert "arn:aws-cn:lambda:cn-north-1:*:function:privateFunction" in json.dumps(policy)


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--account", "12345", '"12345" is no account: it has twelve digits'),
        ("--region", "mars", 'AWS has no region "mars"'),
        ("--api", "https://x", '"https://x" is no id of an API'),
    ],
)
def test_what_can_be_no_account_region_or_api_is_refused(
    capsys: pytest.CaptureFixture[str], option: str, value: str, said: str
) -> None:
    assert run(["policy", option, value]) == ConfigurationError.exit_code
    told = capsys.readouterr()
    assert said in told.err
    assert told.out == ""
