"""GetResources finds HTTP APIs and log groups by their tags too; MiniStack's answer has functions alone."""

import json
from collections.abc import Mapping
from typing import Any

from services.sandbox.aws.ministack import ApiAnswer, MiniStack
from services.sandbox.aws.request import AwsRequest

_LOGS = "Logs_20140328."


async def with_tagged(ministack: MiniStack, request: AwsRequest, answer: ApiAnswer) -> ApiAnswer:
    """The answer to GetResources with what MiniStack's lacks; every other answer as it is."""
    if request.service != "tagging" or request.action != "GetResources" or not answer.ok:
        return answer
    wanted, content = request.content(), answer.json()
    region = request.region
    found = {**await _apis(ministack, region), **await _log_groups(ministack, region)}
    content["ResourceTagMappingList"] += [
        {"ResourceARN": arn, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
        for arn, tags in found.items()
        if tags and _is_wanted(arn, tags, wanted)
    ]
    return ApiAnswer(answer.status, answer.headers, json.dumps(content).encode())


async def _apis(ministack: MiniStack, region: str) -> dict[str, dict[str, str]]:
    answer = await ministack.call("apigateway", region, "GET", "/v2/apis")
    items: list[dict[str, Any]] = answer.json().get("items", [])
    return {f"arn:aws:apigateway:{region}::/apis/{item['apiId']}": item.get("tags") or {} for item in items}


async def _log_groups(ministack: MiniStack, region: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    page: dict[str, Any] = {}
    while True:
        answer = await ministack.call_json("logs", region, _LOGS + "DescribeLogGroups", page)
        content = answer.json()
        for group in content.get("logGroups", []):
            arn = group["logGroupArn"]
            tags = await ministack.call_json("logs", region, _LOGS + "ListTagsForResource", {"resourceArn": arn})
            found[arn] = tags.json().get("tags", {}) if tags.ok else {}
        if not content.get("nextToken"):
            return found
        page = {"nextToken": content["nextToken"]}


def _is_wanted(arn: str, tags: Mapping[str, str], wanted: Mapping[str, Any]) -> bool:
    """Every tag filter must hold, by any of its values; of the types and ARNs asked for it must be one."""
    _, _, service, _, _, resource = arn.split(":", 5)
    kind = resource.strip("/").replace("/", ":").partition(":")[0]
    types, arns = wanted.get("ResourceTypeFilters") or (), wanted.get("ResourceARNList") or ()
    return (
        (not arns or arn in arns)
        and (not types or bool({service, f"{service}:{kind}"} & set(types)))
        and all(
            tags.get(each.get("Key", "")) in (each.get("Values") or tags.values())
            for each in wanted.get("TagFilters") or ()
        )
    )
