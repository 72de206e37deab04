"""Finds what Gatelight has made in one AWS account and region: by tag, and by the names in the profile."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.aws.failures import DENIED
from services.aws.steps.api import HttpApi
from services.aws.steps.function import Function
from services.aws.steps.log_group import LogGroup
from services.aws.steps.permission import InvokePermission
from services.aws.steps.role import DESCRIPTION, Role, policy_arn
from services.aws.steps.side import AwsSide
from services.errors import GatelightError, RemoteError
from services.provisioning.belongings import Belonging, Survey
from services.provisioning.identity import MADE_TAG, TAG
from services.provisioning.step import Side, StepSpec

_TYPES = ("lambda:function", "logs:log-group")


def survey_aws(side: AwsSide, profile: str = "") -> Survey:
    """Everything with our tag, of one profile or of any, that these credentials may see.

    What may not be read is in `blind`, unless its tag says whose it is.
    """
    region = side.clients.region
    try:
        with side.calling("sts") as sts:
            caller = sts.get_caller_identity()
        place = f"account {caller['Account']}, region {region}"
        reader = _Reader(side, caller["Arn"].split(":")[1], profile)
        apis = tuple(reader.apis())
    except GatelightError as error:
        return Survey(Side.AWS, f"region {region}" if region else "no region", error=error)
    found, blind = {(api.step_id, api.resource_id): api for api in apis}, []
    searches: tuple[Callable[[], Iterator[Belonging]], ...] = (reader.tagged, reader.named, reader.roles)
    for search in searches:
        try:
            for belonging in search():
                found.setdefault((belonging.step_id, belonging.resource_id), belonging)
        except GatelightError as error:
            blind.append(error)
    return Survey(Side.AWS, place, tuple(found.values()), tuple(blind))


@dataclass(frozen=True, slots=True)
class _Reader:
    side: AwsSide
    partition: str
    profile: str  # whose things are wanted; empty: anybody's

    def apis(self) -> Iterator[Belonging]:
        """HTTP APIs by their tags. What hangs on one goes with it."""
        for api in self.side.items("get_apis"):
            yield from self._belonging(HttpApi.spec, api["ApiId"], api.get("Tags"), api.get("CreatedDate"))

    def tagged(self) -> Iterator[Belonging]:
        """Functions and log groups that the tagging service knows; it forgets slowly, so each is read itself."""
        with self.side.calling("resourcegroupstaggingapi") as tagging:
            pages = tagging.get_paginator("get_resources").paginate(
                TagFilters=[{"Key": TAG, "Values": [self.profile] if self.profile else []}],
                ResourceTypeFilters=list(_TYPES),
            )
            items = [item for page in pages for item in page["ResourceTagMappingList"]]
        for item in items:
            _, _, service, _, _, resource = item["ResourceARN"].split(":", 5)
            name = resource.partition(":")[2].removesuffix(":*")
            spec, read = (Function.spec, self._function) if service == "lambda" else (LogGroup.spec, self._log_group)
            try:
                yield from read(name)
            except RemoteError as error:
                if error.code not in DENIED:
                    raise
                tags = {tag["Key"]: tag["Value"] for tag in item["Tags"]}
                yield from self._belonging(spec, name, tags)  # who may not read it has the tagging service's word

    def named(self) -> Iterator[Belonging]:
        """What carries the names in the profile: the tagging service learns slowly, too."""
        name = self.side.settings.function
        yield from self._function(name)
        yield from self._log_group(f"/aws/lambda/{name}")
        yield from self._permission(name)

    def roles(self) -> Iterator[Belonging]:
        """Roles with our description, by their tags, which a list of roles does not hold."""
        names = [self.side.settings.role]
        with self.side.calling("iam") as iam:
            for page in iam.get_paginator("list_roles").paginate():
                names += [role["RoleName"] for role in page["Roles"] if role.get("Description") == DESCRIPTION]
        denied: RemoteError | None = None
        for name in dict.fromkeys(names):
            try:
                found = self.side.read("iam", "get_role", RoleName=name)
            except RemoteError as error:
                if error.code not in DENIED:
                    raise
                if name == self.side.settings.role or not self.profile:  # else another profile's, for all one can tell
                    denied = error
                continue
            if found is not None:
                role = found["Role"]
                tags = {tag["Key"]: tag["Value"] for tag in role.get("Tags", ())}
                facts = {"policy_arn": policy_arn(self.partition)}
                yield from self._belonging(Role.spec, name, tags, role.get("CreateDate"), facts)
        if denied is not None:
            raise denied

    def _function(self, name: str) -> Iterator[Belonging]:
        found = self.side.read("lambda", "get_function", FunctionName=name)
        if found is not None:
            yield from self._belonging(Function.spec, name, found.get("Tags"))

    def _log_group(self, name: str) -> Iterator[Belonging]:
        listed = self.side.read("logs", "describe_log_groups", logGroupNamePrefix=name) or {}
        for group in listed.get("logGroups", ()):
            if group["logGroupName"] == name:
                arn = group["arn"].removesuffix(":*")
                tags = self.side.read("logs", "list_tags_for_resource", resourceArn=arn) or {}
                made = datetime.fromtimestamp(group["creationTime"] / 1000).astimezone()
                yield from self._belonging(LogGroup.spec, name, tags.get("tags"), made)

    def _permission(self, function: str) -> Iterator[Belonging]:
        """Our statement in the policy of a function that is not ours, and so stays when we go."""
        found = self.side.read("lambda", "get_function", FunctionName=function)
        if found is None or self.side.is_ours(found.get("Tags")):
            return
        policy = self.side.read("lambda", "get_policy", FunctionName=function)
        for statement in json.loads(policy["Policy"]).get("Statement", []) if policy else []:
            if statement.get("Sid") == f"gatelight-{self.side.profile}":
                facts = {"permission_function": function}
                yield from self._belonging(
                    InvokePermission.spec, statement["Sid"], {TAG: self.side.profile}, None, facts
                )

    def _belonging(
        self,
        spec: StepSpec,
        resource_id: str,
        tags: Mapping[str, str] | None,
        made: datetime | None = None,
        facts: Mapping[str, str] | None = None,
    ) -> Iterator[Belonging]:
        if not tags or TAG not in tags or self.profile not in ("", tags[TAG]):
            return
        when = made.timestamp() if made else _made(tags)
        yield Belonging(tags[TAG], spec.id, Side.AWS, spec.title, resource_id, when, facts or {})


def _made(tags: Mapping[str, Any]) -> float | None:
    try:
        return datetime.fromisoformat(str(tags.get(MADE_TAG, ""))).timestamp()
    except ValueError:
        return None
