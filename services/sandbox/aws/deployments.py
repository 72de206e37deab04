"""Automatic deployments: a stage with `AutoDeploy` gets a deployment of every change to its API.

MiniStack serves such a stage without one. Description and flag are AWS's own (API Gateway V2 API reference,
“Deployment”, and its answers as commonly quoted); AWS needs a moment for it, here it is there at once.
"""

import json
import re

from services.sandbox.aws.ministack import ApiAnswer, MiniStack
from services.sandbox.aws.request import AwsRequest

AUTOMATIC = "Automatic deployment triggered by changes to the Api configuration"
_CHANGE = re.compile(r"/v2/apis(?:/([^/]+)(?:/(?:cors|(?:authorizers|integrations|routes|stages)(?:/[^/]+)?))?)?/?")
_STAGE = re.compile(r"/v2/apis/[^/]+/stages(?:/[^/]+)?/?")
_DEPLOYMENTS = re.compile(r"/v2/apis/[^/]+/deployments(?:/[^/]+)?/?")


async def deploy(ministack: MiniStack, request: AwsRequest, answer: ApiAnswer) -> None:
    """Deploy the API that the successful `request` has made or changed to its stages that want it so."""
    match = _CHANGE.fullmatch(request.path)
    if match is None or request.service != "apigateway" or request.method == "GET":
        return
    path = f"/v2/apis/{match[1] or answer.json()['apiId']}"
    stages = await ministack.call("apigateway", request.region, "GET", f"{path}/stages")
    automatic = [stage for stage in stages.json().get("items", []) if stage.get("autoDeploy")] if stages.ok else []
    if not automatic:
        return
    content = {"description": AUTOMATIC}
    made = await ministack.call("apigateway", request.region, "POST", f"{path}/deployments", content=content)
    change = {"deploymentId": made.json()["deploymentId"]}
    for stage in automatic:
        await ministack.call(
            "apigateway", request.region, "PATCH", f"{path}/stages/{stage['stageName']}", content=change
        )


def with_deployments(request: AwsRequest, answer: ApiAnswer) -> ApiAnswer:
    """The answer with what AWS tells of deployments: which are automatic, and how a stage's last one went."""
    if request.service != "apigateway" or not answer.ok:
        return answer
    if request.method == "GET" and _DEPLOYMENTS.fullmatch(request.path):
        content = answer.json()
        for item in content.get("items", [content]):
            item["autoDeployed"] = item.get("description") == AUTOMATIC
    elif request.method in ("GET", "PATCH") and _STAGE.fullmatch(request.path):
        content = answer.json()
        for item in content.get("items", [content]):
            if item.get("autoDeploy") and (deployment := item.get("deploymentId")):
                said = f"Successfully deployed stage with deployment ID '{deployment}'"
                item["lastDeploymentStatusMessage"] = said
    else:
        return answer
    return ApiAnswer(answer.status, answer.headers, json.dumps(content).encode())
