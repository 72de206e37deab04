"""The role the function runs as."""

import json
from dataclasses import replace
from typing import Any

from services.aws.steps.side import AwsSide
from services.errors import ExpectationFailed
from services.parallel import side_by_side
from services.provisioning.calls import Calls, aws
from services.provisioning.step import (
    Change,
    Finding,
    Foreign,
    Made,
    MakingStep,
    Record,
    Side,
    State,
    StepSpec,
    Undone,
    Work,
)

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


DESCRIPTION = "Runs the private function behind the gateway"
"""Tells our roles among an account's: a list of roles holds no tags."""


class Role(MakingStep):
    """A role that Lambda may assume, with AWS's own policy for writing logs and nothing else."""

    spec = StepSpec(
        "role",
        Side.AWS,
        "role",
        "A function runs under a role, and may do what the role may. Ours may write its own log, and nothing else.",
        needs=("identity", "reach"),
    )
    calls = Calls(
        read=aws("iam", "GetRole", "ListAttachedRolePolicies"),
        create=(*aws("iam", "CreateRole", parameters=("Tags",)), *aws("iam", "AttachRolePolicy")),
        change=aws("iam", "AttachRolePolicy"),
        undo=aws("iam", "GetRole", "DetachRolePolicy", "DeleteRole"),
    )

    def __init__(self, side: AwsSide) -> None:
        self._side = side
        self._name = side.settings.role

    def find(self, work: Work) -> Finding:
        """Look for the role and its policy."""
        found, attached = side_by_side(
            lambda: self._side.read("iam", "get_role", RoleName=self._name),
            lambda: self._side.read("iam", "list_attached_role_policies", RoleName=self._name),
        )
        if found is None:
            arn = f"arn:{work.facts['partition']}:iam::{work.facts['account']}:role/{self._name}"  # it will have
            return Finding(State.ABSENT, {"role_arn": arn, "policy_arn": basic_execution(work)})
        role = found["Role"]
        arns = [policy["PolicyArn"] for policy in (attached or {}).get("AttachedPolicies", [])]
        policy = basic_execution(work)
        ours = self._is_ours(role)
        changes = () if policy in arns else (Change("attached policy", "", policy),)
        if changes and not ours:
            raise ExpectationFailed(
                f'The role "{self._name}" exists, was not made by Gatelight, and lacks the policy "{policy}".',
                "Choose another aws.role in the profile, or attach the policy yourself.",
            )
        finding = self._finding(role, policy, State.DIFFERS if changes else State.RIGHT, changes, ours)
        if ours:
            return finding
        foreign = Foreign(f'The role "{self._name}"', f"in account {work.facts['account']}", "aws.role")
        return replace(finding, foreign=foreign)

    def create(self, work: Work, finding: Finding) -> Made:
        """Create the role, and attach the policy."""
        policy = basic_execution(work)
        with self._side.calling("iam") as iam:
            if finding.state is State.ABSENT:
                role = iam.create_role(
                    RoleName=self._name,
                    AssumeRolePolicyDocument=json.dumps(TRUST),
                    Description=DESCRIPTION,
                    Tags=[{"Key": key, "Value": value} for key, value in self._side.tags.items()],
                )["Role"]
                finding = self._finding(role, policy, State.ABSENT, (), ours=True)
            iam.attach_role_policy(RoleName=self._name, PolicyArn=policy)
        return Made(finding.facts, resource_id=finding.resource_id, link=finding.link)

    def undo(self, work: Work, record: Record) -> Undone:
        """Detach the policy and delete the role, if it still bears our tag: another may have been put in its place."""
        found = self._side.read("iam", "get_role", RoleName=record.resource_id)
        if found is not None and not self._is_ours(found["Role"]):
            return Undone.KEPT
        policy = record.facts["policy_arn"]
        self._side.delete("iam", "detach_role_policy", RoleName=record.resource_id, PolicyArn=policy)
        return self._side.delete("iam", "delete_role", RoleName=record.resource_id)

    def _is_ours(self, role: dict[str, Any]) -> bool:
        return self._side.is_ours({tag["Key"]: tag["Value"] for tag in role.get("Tags", [])})

    def _finding(
        self, role: dict[str, Any], policy: str, state: State, changes: tuple[Change, ...], ours: bool
    ) -> Finding:
        return Finding(
            state,
            {"role_arn": role["Arn"], "policy_arn": policy},
            changes,
            ours=ours,
            resource_id=role["RoleName"],
            link=self._side.console(f"iam/home#/roles/details/{role['RoleName']}"),
        )


def basic_execution(work: Work) -> str:
    """The ARN of AWS's managed policy that lets a function write its log."""
    return policy_arn(work.facts["partition"])


def policy_arn(partition: str) -> str:
    """The ARN of that policy in a partition: `aws`, `aws-cn` or `aws-us-gov`."""
    return f"arn:{partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
