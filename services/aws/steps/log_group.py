"""The log group the function writes to. Lambda would make it by itself, and nothing would ever delete it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from services.aws.steps.side import AwsSide
from services.parallel import side_by_side
from services.provisioning.calls import Calls, aws
from services.provisioning.identity import MADE_TAG, TAG
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

RETENTION_DAYS = 7
"""Long enough to look back at last week's demo; a group of Lambda's own keeps every line for ever, and is paid for."""


class LogGroup(MakingStep):
    """`/aws/lambda/FUNCTION` with our tag and a retention, made before the function is.

    Whoever deletes it by hand has Lambda make it again at the next call, bare: that is drift. A group that was there
    before our function is somebody else's, and is used as it is; so is the one of a function that is not ours.
    """

    spec = StepSpec(
        "log_group",
        Side.AWS,
        "function log",
        "What the function writes goes into a log group. Lambda would make one that keeps everything for ever and "
        "outlives the function; ours forgets after a week and goes with it.",
        needs=("identity", "reach"),
    )
    calls = Calls(
        read=(*aws("logs", "DescribeLogGroups", "ListTagsForResource"), *aws("lambda", "GetFunction")),
        create=(*aws("logs", "CreateLogGroup", parameters=("tags",)), *aws("logs", "PutRetentionPolicy")),
        change=aws("logs", "TagResource", "PutRetentionPolicy"),
        undo=aws("logs", "DeleteLogGroup"),
    )

    def __init__(self, side: AwsSide) -> None:
        self._side = side
        self._name = f"/aws/lambda/{side.settings.function}"

    def find(self, work: Work) -> Finding:
        """Look for the group, whose it is, and how long it keeps what is written."""
        group, function = side_by_side(self._group, self._function)
        if group is None:
            somebodys = function is not None and not self._side.is_ours(function.get("Tags"))
            return self._finding(State.RIGHT, (), ours=False) if somebodys else Finding(State.ABSENT)
        tags = self._side.read("logs", "list_tags_for_resource", resourceArn=_arn(group)) or {}
        tagged = self._side.is_ours(tags.get("tags"))
        if not tagged and not self._made_for_ours(group, function):
            return self._somebodys(work, function)
        changes = [] if tagged else [Change(f"tag {TAG}", "", self._side.profile)]
        days = group.get("retentionInDays")
        if days != RETENTION_DAYS:
            changes.append(Change("retentionInDays", str(days or "for ever"), str(RETENTION_DAYS)))
        return self._finding(State.DIFFERS if changes else State.RIGHT, tuple(changes), ours=True)

    def create(self, work: Work, finding: Finding) -> Made:
        """Create the group, or give it back its tag and its retention."""
        with self._side.calling("logs") as logs:
            if finding.state is State.ABSENT:
                logs.create_log_group(logGroupName=self._name, tags=self._side.tags)
            elif any(change.name.startswith("tag ") for change in finding.changes):
                partition, region, account = (work.facts[name] for name in ("partition", "region", "account"))
                arn = f"arn:{partition}:logs:{region}:{account}:log-group:{self._name}"
                logs.tag_resource(resourceArn=arn, tags=self._side.tags)
            logs.put_retention_policy(logGroupName=self._name, retentionInDays=RETENTION_DAYS)
        made = self._finding(State.RIGHT, (), ours=True)
        return Made(made.facts, resource_id=made.resource_id, link=made.link)

    def undo(self, work: Work, record: Record) -> Undone:
        """Delete the group with everything in it."""
        return self._side.delete("logs", "delete_log_group", logGroupName=record.resource_id)

    def _group(self) -> dict[str, Any] | None:
        found = self._side.read("logs", "describe_log_groups", logGroupNamePrefix=self._name) or {}
        groups: list[dict[str, Any]] = found.get("logGroups", [])  # sorted by name: ours would be the first
        return next((group for group in groups if group["logGroupName"] == self._name), None)

    def _function(self) -> dict[str, Any] | None:
        return self._side.read("lambda", "get_function", FunctionName=self._side.settings.function)

    def _somebodys(self, work: Work, function: dict[str, Any] | None) -> Finding:
        """Somebody else's group: with somebody else's function it is theirs to write to, and a question otherwise."""
        finding = self._finding(State.RIGHT, (), ours=False)
        if function is not None and MADE_TAG not in (function.get("Tags") or {}):
            return finding
        where = f"in account {work.facts['account']}, {work.facts['region']}"
        return replace(finding, foreign=Foreign(f'The log group "{self._name}"', where, "aws.function"))

    def _made_for_ours(self, group: dict[str, Any], function: dict[str, Any] | None) -> bool:
        """Whether Lambda made the group for our function: it is younger than that."""
        tags = (function or {}).get("Tags") or {}
        try:
            made = datetime.fromisoformat(tags.get(MADE_TAG, ""))
        except ValueError:
            return False
        return self._side.is_ours(tags) and group["creationTime"] >= made.timestamp() * 1000

    def _finding(self, state: State, changes: tuple[Change, ...], *, ours: bool) -> Finding:
        escaped = self._name.replace("/", "$252F")  # as CloudWatch's console writes it
        return Finding(
            state,
            {"log_group": self._name},
            changes,
            ours=ours,
            note="" if ours else "It belongs to a function that was here before: it is left as it is.",
            resource_id=self._name,
            link=self._side.console(f"cloudwatch/home#logsV2:log-groups/log-group/{escaped}"),
        )


def _arn(group: dict[str, Any]) -> str:
    """The group's ARN as tagging wants it, without the streams' wildcard."""
    return str(group["arn"]).removesuffix(":*")
