"""Every address in an answer works on this machine."""

import json
import time

from tests.sandbox_aws.conftest import GATEWAY, TRUST, RunningAws

TEMPLATE = {
    "Resources": {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {"RoleName": "stack-role", "AssumeRolePolicyDocument": json.loads(TRUST)},
        },
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "FunctionName": "stack-function",
                "Runtime": "nodejs24.x",
                "Handler": "index.handler",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"ZipFile": "export const handler = async () => 'from the stack';"},
            },
        },
        "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "stack-api", "ProtocolType": "HTTP"}},
        "Route": {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {"ApiId": {"Ref": "Api"}, "RouteKey": "GET /stack"},
        },
    },
    "Outputs": {
        "Id": {"Value": {"Ref": "Api"}},
        "Endpoint": {"Value": {"Fn::GetAtt": ["Api", "ApiEndpoint"]}},
        "Url": {"Value": {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.amazonaws.com/prod/x"}},
        "Foreign": {"Value": "https://abcdefghij.execute-api.eu-west-1.amazonaws.com/other"},
    },
}


def test_api_gateway_answers_with_the_gateways_address(aws: RunningAws) -> None:
    gateway = aws.client("apigatewayv2")
    api_id = aws.new_api()
    expected = f"{GATEWAY}/{api_id}"
    assert gateway.get_api(ApiId=api_id)["ApiEndpoint"] == expected
    assert gateway.update_api(ApiId=api_id, Name="renamed")["ApiEndpoint"] == expected
    assert expected in {each["ApiEndpoint"] for each in gateway.get_apis()["Items"]}


def test_a_stacks_outputs_give_the_gateways_address(aws: RunningAws) -> None:
    stacks = aws.client("cloudformation")
    stacks.create_stack(StackName="s", TemplateBody=json.dumps(TEMPLATE), Capabilities=["CAPABILITY_NAMED_IAM"])
    limit = time.monotonic() + 20
    while (stack := stacks.describe_stacks(StackName="s")["Stacks"][0])["StackStatus"] == "CREATE_IN_PROGRESS":
        assert time.monotonic() < limit
        time.sleep(0.02)
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    address = f"{GATEWAY}/{outputs['Id']}"
    assert outputs["Endpoint"] == address
    assert outputs["Url"] == f"{address}/prod/x"
    assert outputs["Foreign"] == "https://abcdefghij.execute-api.eu-west-1.amazonaws.com/other"

    snapshot = aws.wait(aws.plane.api(outputs["Id"]))
    assert [route.route_key for route in snapshot.routes] == ["GET /stack"]
    arn = "arn:aws:lambda:us-east-1:000000000000:function:stack-function"
    assert json.loads(aws.wait(aws.plane.invoke(arn, b"{}", 5)).payload) == "from the stack"

    stacks.delete_stack(StackName="s")
    while aws.wait(aws.plane.api(outputs["Id"])) is not None:
        assert time.monotonic() < limit
        time.sleep(0.02)
