"""The written guide's AWS half, by boto3 alone."""

import json
from typing import Any

from tests.sandbox_aws.conftest import ACCOUNT, GATEWAY, TEMPLATE, TRUST, RunningAws, package


def test_every_step_of_the_guide_works_by_boto3(aws: RunningAws) -> None:
    iam, functions, gateway = (aws.client(name) for name in ("iam", "lambda", "apigatewayv2"))
    assert aws.client("sts").get_caller_identity()["Account"] == ACCOUNT
    role = iam.create_role(RoleName="guide", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    policy = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    iam.attach_role_policy(RoleName="guide", PolicyArn=policy)
    attached = iam.list_attached_role_policies(RoleName="guide")["AttachedPolicies"]
    assert [each["PolicyArn"] for each in attached] == [policy]

    arn = functions.create_function(
        FunctionName="privateFunction",
        Runtime="nodejs24.x",
        Handler="index.handler",
        Role=role,
        Code={"ZipFile": package(TEMPLATE.read_text())},
        Tags={"gatelight:profile": "sandbox"},
    )["FunctionArn"]
    functions.get_waiter("function_active_v2").wait(FunctionName="privateFunction")

    api = gateway.create_api(Name="guide", ProtocolType="HTTP", Tags={"gatelight:profile": "sandbox"})
    api_id = api["ApiId"]
    assert api["ApiEndpoint"] == f"{GATEWAY}/{api_id}"
    gateway.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True)
    integration = gateway.create_integration(
        ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationUri=arn, PayloadFormatVersion="2.0"
    )["IntegrationId"]
    authorizer = gateway.create_authorizer(
        ApiId=api_id,
        Name="fusionauth",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Issuer": aws.issuer, "Audience": ["client"]},
    )["AuthorizerId"]
    route = gateway.create_route(
        ApiId=api_id,
        RouteKey="ANY /privateFunction",
        Target=f"integrations/{integration}",
        AuthorizationType="JWT",
        AuthorizerId=authorizer,
    )["RouteId"]
    source = f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{api_id}/*/*/privateFunction"
    functions.add_permission(
        FunctionName="privateFunction",
        StatementId="gateway",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=source,
    )

    snapshot = aws.wait(aws.plane.api(api_id))
    assert [each.route_id for each in snapshot.routes] == [route]
    assert snapshot.routes[0].authorizer_id == authorizer
    assert snapshot.authorizers[0].issuer == aws.issuer
    assert snapshot.authorizers[0].audience == ("client",)
    assert snapshot.integrations[0].function_arn == arn
    assert (snapshot.stages[0].name, snapshot.stages[0].deployed) == ("$default", True)
    called = f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{api_id}/$default/GET/privateFunction"
    assert aws.wait(aws.plane.may_invoke(arn, called))

    event: dict[str, Any] = {"requestContext": {"authorizer": {"jwt": {"claims": {"sub": "me"}}}}}
    outcome = aws.wait(aws.plane.invoke(arn, json.dumps(event).encode(), 5))
    assert json.loads(json.loads(outcome.payload)["body"]) == {"sub": "me"}
    assert outcome.function_error == ""
