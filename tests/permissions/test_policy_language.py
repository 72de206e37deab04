"""Identity policies are judged as IAM judges them (IAM user guide, "Policy evaluation logic" and "IAM JSON policy
elements")."""

from typing import Any

import pytest

from services.aws.policy import check_identity_policy, decide

ROLE = "arn:aws:iam::123456789012:role/mine"
TAGGED = {"aws:RequestTag/gatelight:profile": "demo", "aws:TagKeys": ("gatelight:profile", "gatelight:made")}


def statement(**elements: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "iam:CreateRole", "Resource": ROLE, **elements}


def when(**operators: Any) -> dict[str, Any]:
    return statement(Condition={name.replace("__", ":"): tests for name, tests in operators.items()})


@pytest.mark.parametrize(
    ("elements", "context", "decision"),
    [
        (statement(), {}, "allowed"),
        (statement(Action=["iam:Get*", "IAM:createrole"]), {}, "allowed"),
        (statement(Action="iam:CreateRol"), {}, "implicitDeny"),
        (statement(Resource="arn:aws:iam::*:role/m?ne"), {}, "allowed"),
        (statement(Resource="arn:aws:iam::123456789012:role/Mine"), {}, "implicitDeny"),
        (statement(Effect="Deny"), {}, "explicitDeny"),
        ({"Effect": "Allow", "NotAction": "iam:Delete*", "NotResource": "arn:aws:s3:::*"}, {}, "allowed"),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, {}, "implicitDeny"),
        (statement(Resource="arn:aws:iam::123456789012:role/${aws:username}"), {"aws:UserName": "mine"}, "allowed"),
        (statement(Resource="arn:aws:iam::123456789012:role/${aws:username}"), {}, "implicitDeny"),
        (when(StringEquals={"AWS:requesttag/gatelight:profile": "demo"}), TAGGED, "allowed"),
        (when(StringEquals={"aws:RequestTag/gatelight:profile": ["x", "demo"]}), TAGGED, "allowed"),
        (when(StringEquals={"aws:RequestTag/gatelight:profile": "demo"}), {}, "implicitDeny"),
        (when(StringEqualsIfExists={"aws:RequestTag/gatelight:profile": "demo"}), {}, "allowed"),
        (when(StringNotEquals={"aws:RequestTag/gatelight:profile": "demo"}), TAGGED, "implicitDeny"),
        (when(StringNotEquals={"aws:RequestTag/gatelight:profile": "demo"}), {}, "allowed"),
        (when(StringLike={"aws:RequestTag/gatelight:profile": "d*o"}), TAGGED, "allowed"),
        (when(ForAllValues__StringEquals={"aws:TagKeys": ["gatelight:profile"]}), TAGGED, "implicitDeny"),
        (when(ForAllValues__StringLike={"aws:TagKeys": "gatelight:*"}), TAGGED, "allowed"),
        (when(ForAllValues__StringEquals={"aws:TagKeys": ["x"]}), {}, "allowed"),
        (when(ForAnyValue__StringEquals={"aws:TagKeys": ["gatelight:made"]}), TAGGED, "allowed"),
        (when(ForAnyValue__StringEquals={"aws:TagKeys": ["gatelight:made"]}), {}, "implicitDeny"),
        (when(ArnEquals={"iam:PolicyARN": "arn:aws:iam::aws:policy/*"}), {"iam:PolicyARN": ROLE}, "implicitDeny"),
        (when(ArnEquals={"iam:PolicyARN": "arn:*:iam::*:role/mine"}), {"iam:PolicyARN": ROLE}, "allowed"),
        (when(Null={"aws:TagKeys": "true"}), TAGGED, "implicitDeny"),
        (when(Null={"aws:TagKeys": True}), {}, "allowed"),
        (when(StringEquals={"a": "1"}, Bool={"b": True}), {"a": "1", "b": "true"}, "allowed"),
        (when(StringEquals={"a": "1"}, Bool={"b": True}), {"a": "1", "b": "false"}, "implicitDeny"),
    ],
)
def test_a_statement_is_judged_as_iam_judges_it(elements: Any, context: Any, decision: str) -> None:
    policy = {"Version": "2012-10-17", "Statement": elements}
    check_identity_policy(policy)
    assert decide(policy, action="iam:CreateRole", resource=ROLE, context=context) == decision


def test_a_deny_wins_over_every_allow() -> None:
    policy = {"Statement": [statement(), statement(Effect="Deny", Action="iam:*", Resource="*")]}
    assert decide(policy, action="iam:CreateRole", resource=ROLE, context={}) == "explicitDeny"


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ([], "no JSON object with a Statement"),
        ({"Statement": []}, "no JSON object with a Statement"),
        ({"Statement": statement(Principal="*")}, 'statement 1 has "Principal"'),
        ({"Statement": [statement(), statement(Sid="Second", Effect="allow")]}, 'statement "Second" needs the Effect'),
        ({"Statement": {"Effect": "Allow", "Resource": "*"}}, "needs one of Action and NotAction"),
        ({"Statement": statement(NotResource="*")}, "needs one of Resource and NotResource"),
        ({"Statement": when(DateLessThan={"aws:CurrentTime": "2030"})}, '"DateLessThan" of statement 1'),
    ],
)
def test_what_cannot_be_judged_here_is_refused_and_not_guessed(policy: Any, said: str) -> None:
    with pytest.raises(ValueError, match=r"^.") as raised:
        check_identity_policy(policy)
    assert said in str(raised.value)
