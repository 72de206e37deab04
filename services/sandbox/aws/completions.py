"""What AWS does along with a write and MiniStack leaves out."""

from typing import Any

from services.aws.arns import function_arn
from services.sandbox.aws.ministack import ApiAnswer, MiniStack
from services.sandbox.aws.request import AwsRequest


async def complete(ministack: MiniStack, request: AwsRequest, answer: ApiAnswer) -> None:
    """Do the rest of what the successful `request` asked for."""
    if request.service != "apigateway" or request.method != "POST":
        return
    parts = request.path.strip("/").split("/")[1:]
    content = request.content()
    if parts == ["apis"] and content.get("target"):
        await _quick_create(ministack, request.region, answer.json()["apiId"], content)
    elif len(parts) == 3 and parts[2] == "deployments" and content.get("stageName"):
        stage = f"/v2/apis/{parts[1]}/stages/{content['stageName']}"
        deployed = {"deploymentId": answer.json()["deploymentId"]}
        await ministack.call("apigateway", request.region, "PATCH", stage, content=deployed)


async def _quick_create(ministack: MiniStack, region: str, api_id: str, content: dict[str, Any]) -> None:
    """An API made with a target has an integration, a catch-all route and an automatically deployed stage."""
    target = content["target"]
    to_function = bool(function_arn(target))
    integration = {
        "integrationUri": target,
        "integrationType": "AWS_PROXY" if to_function else "HTTP_PROXY",
        "integrationMethod": "POST" if to_function else "ANY",
        "payloadFormatVersion": "2.0" if to_function else "1.0",
    }

    async def create(kind: str, settings: dict[str, Any]) -> Any:
        answer = await ministack.call("apigateway", region, "POST", f"/v2/apis/{api_id}/{kind}", content=settings)
        return answer.json()

    made = await create("integrations", integration)
    route = {"routeKey": content.get("routeKey") or "$default", "target": f"integrations/{made['integrationId']}"}
    await create("routes", route)
    await create("stages", {"stageName": "$default", "autoDeploy": True})
