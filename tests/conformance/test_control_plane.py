"""What boto3 or CloudFormation made in a whole sandbox, as the gateway serves it."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from services.cancel import Cancellation
from services.gateway.refusal import read_answer
from services.sandbox.launch import SandboxProcess
from services.sandbox.options import SandboxOptions
from tests.benches import Bench
from tests.conformance.case import published
from tests.conformance.test_sandbox import deploy
from tests.gateway.signing import AUDIENCE, claims, jwk, rsa_key, sign
from tests.sandbox_gateway.conftest import Issuer, wait_until


def token(issuer: Issuer, **how: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {sign(claims(issuer.url, now=time.time()), **how)}"}


def get(url: str, headers: dict[str, str] | None = None) -> requests.Response:
    return requests.get(url, headers=headers, timeout=10)


def make_api(bench: Bench, issuer: Issuer, **stage: Any) -> tuple[str, str]:
    """An API with a JWT route; gives its id and the route's URL."""
    gateway = bench.client("apigatewayv2")
    api = gateway.create_api(Name=bench.name, ProtocolType="HTTP")
    add_route(bench, api["ApiId"], issuer)
    gateway.create_stage(ApiId=api["ApiId"], StageName="$default", AutoDeploy=True, **stage)
    return api["ApiId"], f"{api['ApiEndpoint']}/private"


def add_route(bench: Bench, api_id: str, issuer: Issuer, target: str = "") -> None:
    gateway = bench.client("apigatewayv2")
    authorizer = gateway.create_authorizer(
        ApiId=api_id,
        Name="jwt",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Issuer": issuer.url, "Audience": [AUDIENCE]},
    )["AuthorizerId"]
    integration = gateway.create_integration(
        ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationUri=target or deploy(bench), PayloadFormatVersion="2.0"
    )["IntegrationId"]
    gateway.create_route(
        ApiId=api_id,
        RouteKey="GET /private",
        Target=f"integrations/{integration}",
        AuthorizationType="JWT",
        AuthorizerId=authorizer,
    )


def template(issuer: Issuer) -> dict[str, Any]:
    """Role, function, permission and an API with a JWT route, as one CloudFormation template."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    api = {"Ref": "Api"}

    def resource(kind: str, **properties: Any) -> dict[str, Any]:
        return {"Type": f"AWS::{kind}", "Properties": properties}

    return {
        "Resources": {
            "Role": resource("IAM::Role", AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [trust]}),
            "Function": resource(
                "Lambda::Function",
                Runtime="nodejs24.x",
                Handler="index.handler",
                Role={"Fn::GetAtt": ["Role", "Arn"]},
                Code={"ZipFile": "exports.handler = async (event) => event.requestContext.authorizer.jwt.claims"},
            ),
            "Permission": resource(
                "Lambda::Permission",
                FunctionName={"Ref": "Function"},
                Action="lambda:InvokeFunction",
                Principal="apigateway.amazonaws.com",
            ),
            "Api": resource("ApiGatewayV2::Api", Name="stacked", ProtocolType="HTTP"),
            "Integration": resource(
                "ApiGatewayV2::Integration",
                ApiId=api,
                IntegrationType="AWS_PROXY",
                IntegrationUri={"Fn::GetAtt": ["Function", "Arn"]},
                PayloadFormatVersion="2.0",
            ),
            "Authorizer": resource(
                "ApiGatewayV2::Authorizer",
                ApiId=api,
                Name="jwt",
                AuthorizerType="JWT",
                IdentitySource=["$request.header.Authorization"],
                JwtConfiguration={"Issuer": issuer.url, "Audience": [AUDIENCE]},
            ),
            "Route": resource(
                "ApiGatewayV2::Route",
                ApiId=api,
                RouteKey="GET /private",
                AuthorizationType="JWT",
                AuthorizerId={"Ref": "Authorizer"},
                Target={"Fn::Join": ["/", ["integrations", {"Ref": "Integration"}]]},
            ),
            "Stage": resource("ApiGatewayV2::Stage", ApiId=api, StageName="$default", AutoDeploy=True),
        },
        "Outputs": {"Url": {"Value": {"Fn::GetAtt": ["Api", "ApiEndpoint"]}}},
    }


def test_a_stack_is_served_as_soon_as_it_is_complete_and_gone_with_it(bench: Bench, issuer: Issuer) -> None:
    stacks = bench.client("cloudformation")
    stacks.create_stack(
        StackName=bench.name, TemplateBody=json.dumps(template(issuer)), Capabilities=["CAPABILITY_IAM"]
    )
    stacks.get_waiter("stack_create_complete").wait(StackName=bench.name, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    (stack,) = stacks.describe_stacks(StackName=bench.name)["Stacks"]
    url = f"{stack['Outputs'][0]['OutputValue']}/private"
    refused, accepted = get(url), get(url, token(issuer))
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert (accepted.status_code, accepted.json()["sub"]) == (200, "user-1")
    stacks.delete_stack(StackName=bench.name)
    wait_until(lambda: get(url).status_code == 404)


def test_a_quick_created_api_is_served_and_a_jwt_route_can_be_added(bench: Bench, issuer: Issuer) -> None:
    function = deploy(bench)
    api = bench.client("apigatewayv2").create_api(Name=bench.name, ProtocolType="HTTP", Target=function)
    assert get(f"{api['ApiEndpoint']}/anything").json()["routeKey"] == "$default"
    add_route(bench, api["ApiId"], issuer, function)
    assert get(f"{api['ApiEndpoint']}/private").status_code == 401
    assert get(f"{api['ApiEndpoint']}/private", token(issuer)).status_code == 200


def test_access_log_lines_land_in_the_group_and_tell_the_cause(bench: Bench, issuer: Issuer) -> None:
    logs, group = bench.client("logs"), f"/access/{bench.name}"
    logs.create_log_group(logGroupName=group)
    names = ("requestId", "status", "authorizer.error", "integrationErrorMessage", "integrationLatency")
    settings = {
        "DestinationArn": f"arn:aws:logs:us-east-1:000000000000:log-group:{group}",
        "Format": json.dumps({name: f"$context.{name}" for name in names}),
    }
    _, url = make_api(bench, issuer, AccessLogSettings=settings)
    answers = [get(url), get(url, token(issuer, key=rsa_key("attacker"))), get(url, token(issuer))]
    bench.client("lambda").remove_permission(FunctionName=bench.name, StatementId="gateway")
    answers.append(get(url, token(issuer)))

    def lines() -> dict[str, dict[str, str]]:
        found = [json.loads(event["message"]) for event in logs.filter_log_events(logGroupName=group)["events"]]
        return {line["requestId"]: line for line in found}

    wait_until(lambda: len(lines()) == len(answers))
    told = [lines()[answer.headers["apigw-requestid"]] for answer in answers]
    assert [line["status"] for line in told] == ["401", "401", "200", "500"]
    assert told[0]["authorizer.error"] == "missing: token not provided"
    assert told[1]["authorizer.error"].startswith("invalid_token: ")
    assert [line["integrationLatency"] == "-" for line in told] == [True, True, False, True]
    reading = read_answer(500, answers[3].headers.items(), answers[3].text, json.dumps(told[3]))
    assert "the function's policy does not let this API invoke it" in reading.sentence


def test_a_stage_s_throttling_answers_429(bench: Bench, issuer: Issuer) -> None:
    limits = {"ThrottlingRateLimit": 0.01, "ThrottlingBurstLimit": 1}
    _, url = make_api(bench, issuer, DefaultRouteSettings=limits)
    assert [get(url).status_code for _ in range(2)] == [401, 429]


def test_a_rotated_key_is_seen_after_the_authorizers_cache_was_reset(bench: Bench, issuer: Issuer) -> None:
    api_id, url = make_api(bench, issuer)
    assert get(url, token(issuer)).status_code == 200
    issuer.keys = {"keys": [jwk("rotated")]}
    try:
        stale = get(url, token(issuer, kid="rotated"))
        assert (stale.status_code, get(url, token(issuer)).status_code) == (401, 200)
        assert "kept for two hours" in stale.headers["gatelight-note"]
        gateway = bench.client("apigatewayv2")
        gateway.reset_authorizers_cache(ApiId=api_id, StageName="$default")
        assert get(url, token(issuer, kid="rotated")).status_code == 200
        assert get(url, token(issuer)).status_code == 401
        with pytest.raises(gateway.exceptions.NotFoundException):
            gateway.reset_authorizers_cache(ApiId=api_id, StageName="nothing")
        with pytest.raises(gateway.exceptions.NotFoundException):
            gateway.reset_authorizers_cache(ApiId="nothing123", StageName="$default")
    finally:
        issuer.keys = published()
        gateway.reset_authorizers_cache(ApiId=api_id, StageName="$default")


@pytest.fixture
def settling() -> Iterator[Callable[[], Bench]]:
    """Starts a sandbox in which a change takes a while to be seen."""
    processes: list[SandboxProcess] = []

    def start() -> Bench:
        options = SandboxOptions(publish=False, settle_seconds=0.7)
        processes.append(SandboxProcess.start(options, progress=lambda _: None, cancellation=Cancellation()))
        return Bench(processes[0].record)

    yield start
    for process in processes:
        process.stop()


def test_a_sandbox_can_imitate_that_changes_take_a_while(settling: Callable[[], Bench], issuer: Issuer) -> None:
    bench = settling()
    api_id, url = make_api(bench, issuer)
    assert get(url, token(issuer)).status_code == 404
    wait_until(lambda: get(url, token(issuer)).status_code == 200)
    (route,) = bench.client("apigatewayv2").get_routes(ApiId=api_id)["Items"]
    bench.client("apigatewayv2").update_route(ApiId=api_id, RouteId=route["RouteId"], AuthorizationScopes=["other"])
    assert get(url, token(issuer)).status_code == 200
    wait_until(lambda: get(url, token(issuer)).status_code == 403)
