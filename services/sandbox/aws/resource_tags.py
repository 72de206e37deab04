"""The tags a resource carries, as conditions see them."""

import re
from xml.etree import ElementTree

from services.sandbox.aws.ministack import MiniStack

_FUNCTION = re.compile(r"arn:aws:lambda:(?P<region>[\w-]+):\d+:function:(?P<name>[\w-]+)")
_API = re.compile(r"arn:aws:apigateway:(?P<region>[\w-]+)::(?P<path>/apis/[^/]+(?:/stages/[^/]+)?)")
_ROLE = re.compile(r"arn:aws:iam::\d+:role/(?:.*/)?(?P<name>[^/]+)")
_LOG_GROUP = re.compile(r"(?P<arn>arn:aws:logs:(?P<region>[\w-]+):\d+:log-group:[^:]+)(?::.*)?")


async def resource_tags(ministack: MiniStack, arn: str, region: str) -> dict[str, str]:
    """The tags of a function, an HTTP API, its stage, a role or a log group; none where it does not exist.

    The other parts of an HTTP API carry no tags and inherit none (API Gateway developer guide, "API Gateway resources
    that can be tagged").
    """
    if found := _FUNCTION.fullmatch(arn):
        answer = await ministack.call("lambda", found["region"], "GET", f"/2015-03-31/functions/{found['name']}")
        return (answer.json().get("Tags") or {}) if answer.ok else {}
    if found := _API.fullmatch(arn):
        answer = await ministack.call("apigateway", found["region"], "GET", f"/v2{found['path']}")
        return (answer.json().get("tags") or {}) if answer.ok else {}
    if found := _LOG_GROUP.fullmatch(arn):
        target = "Logs_20140328.ListTagsForResource"
        answer = await ministack.call_json("logs", found["region"], target, {"resourceArn": found["arn"]})
        return (answer.json().get("tags") or {}) if answer.ok else {}
    if found := _ROLE.fullmatch(arn):
        answer = await ministack.call_query("iam", region, "ListRoleTags", RoleName=found["name"])
        return _role_tags(answer.body) if answer.ok else {}
    return {}


def _role_tags(body: bytes) -> dict[str, str]:
    members = ElementTree.fromstring(body).iterfind(".//{*}Tags/{*}member")  # noqa: S314 - MiniStack's own XML
    return {member.findtext("{*}Key", ""): member.findtext("{*}Value", "") for member in members}
