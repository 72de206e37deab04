"""What AWS refuses, the sandbox's AWS refuses too."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox_aws.conftest import TRUST, RunningAws, package, send

Refused = tuple[int, str, str]
INVALID_AUTHORIZER = (
    400,
    "BadRequestException",
    "Invalid authorizer ID specified. Setting the authorization type to JWT requires a valid JWT authorizer.",
)


def refusal(call: Any, **arguments: Any) -> Refused:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    answer: Any = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]


def authorizer(aws: RunningAws, api_id: str, **changes: Any) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "ApiId": api_id,
        "Name": "jwt",
        "AuthorizerType": "JWT",
        "IdentitySource": ["$request.header.Authorization"],
        "JwtConfiguration": {"Issuer": aws.issuer, "Audience": ["a"]},
    }
    return {**settings, **changes}


def integration(aws: RunningAws, api_id: str, **changes: Any) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "ApiId": api_id,
        "IntegrationType": "AWS_PROXY",
        "IntegrationUri": "arn:aws:lambda:us-east-1:000000000000:function:f",
        "PayloadFormatVersion": "2.0",
    }
    return {**settings, **changes}


@pytest.mark.parametrize("path", ["/nowhere", ""])
@pytest.mark.parametrize("operation", ["create", "update"])
def test_an_issuer_that_does_not_answer_is_refused_in_awss_words(aws: RunningAws, path: str, operation: str) -> None:
    gateway, api_id = aws.client("apigatewayv2"), aws.new_api()
    issuer = aws.issuer + path if path else "http://127.0.0.1:1"
    bad = {"Issuer": issuer, "Audience": ["a"]}
    if operation == "create":
        refused = refusal(gateway.create_authorizer, **authorizer(aws, api_id, JwtConfiguration=bad))
        assert gateway.get_authorizers(ApiId=api_id)["Items"] == []
    else:
        identifier = gateway.create_authorizer(**authorizer(aws, api_id))["AuthorizerId"]
        refused = refusal(gateway.update_authorizer, ApiId=api_id, AuthorizerId=identifier, JwtConfiguration=bad)
        kept = gateway.get_authorizer(ApiId=api_id, AuthorizerId=identifier)
        assert kept["JwtConfiguration"]["Issuer"] == aws.issuer
    discovery = "/.well-known/openid-configuration"
    assert refused == (
        400,
        "BadRequestException",
        f"Caught exception when connecting to {issuer}{discovery} for issuer {issuer}. Please try again later. "
        f"Error: Invalid issuer: {issuer}. Issuer must have a valid discovery endpoint ended with '{discovery}'",
    )


def test_an_authorizer_keeps_its_issuer_when_only_its_name_changes(aws: RunningAws) -> None:
    gateway, api_id = aws.client("apigatewayv2"), aws.new_api()
    identifier = gateway.create_authorizer(**authorizer(aws, api_id))["AuthorizerId"]
    changed = gateway.update_authorizer(ApiId=api_id, AuthorizerId=identifier, Name="other")
    assert (changed["Name"], changed["JwtConfiguration"]["Issuer"]) == ("other", aws.issuer)


@pytest.mark.parametrize(
    "changes",
    [
        {"JwtConfiguration": {"Audience": ["a"]}},
        {"IdentitySource": ["$request.body.token"]},
        {"IdentitySource": []},
        {"IdentitySource": ["$request.header.A", "$request.header.B"]},
    ],
)
def test_an_authorizer_needs_an_issuer_and_one_identity_source(aws: RunningAws, changes: dict[str, Any]) -> None:
    refused = refusal(aws.client("apigatewayv2").create_authorizer, **authorizer(aws, aws.new_api(), **changes))
    assert refused[:2] == (400, "BadRequestException")


def test_an_authorizer_of_an_unknown_api_is_not_found(aws: RunningAws) -> None:
    assert refusal(aws.client("apigatewayv2").create_authorizer, **authorizer(aws, "nothere1"))[0] == 404


def test_an_authorizer_or_integration_in_use_is_not_deleted(aws: RunningAws) -> None:
    gateway, api_id = aws.client("apigatewayv2"), aws.new_api()
    jwt = gateway.create_authorizer(**authorizer(aws, api_id))["AuthorizerId"]
    target = gateway.create_integration(**integration(aws, api_id))["IntegrationId"]
    route = gateway.create_route(
        ApiId=api_id,
        RouteKey="GET /x",
        AuthorizationType="JWT",
        AuthorizerId=jwt,
        Target=f"integrations/{target}",
    )["RouteId"]
    assert refusal(gateway.delete_authorizer, ApiId=api_id, AuthorizerId=jwt)[:2] == (409, "ConflictException")
    assert refusal(gateway.delete_integration, ApiId=api_id, IntegrationId=target)[:2] == (409, "ConflictException")
    gateway.delete_route(ApiId=api_id, RouteId=route)
    gateway.delete_authorizer(ApiId=api_id, AuthorizerId=jwt)
    gateway.delete_integration(ApiId=api_id, IntegrationId=target)


@pytest.mark.parametrize("identifier", [{}, {"AuthorizerId": "unknown1"}])
def test_a_jwt_route_needs_an_authorizer_that_exists(aws: RunningAws, identifier: dict[str, str]) -> None:
    gateway, api_id = aws.client("apigatewayv2"), aws.new_api()
    create = {"ApiId": api_id, "RouteKey": "GET /x", "AuthorizationType": "JWT", **identifier}
    assert refusal(gateway.create_route, **create) == INVALID_AUTHORIZER
    route = gateway.create_route(ApiId=api_id, RouteKey="GET /x")["RouteId"]
    update = {"ApiId": api_id, "RouteId": route, "AuthorizationType": "JWT", **identifier}
    assert refusal(gateway.update_route, **update) == INVALID_AUTHORIZER


@pytest.mark.parametrize("key", ["GET", "get /x", "GET x", "FETCH /x", "GET /a b", ""])
def test_a_malformed_route_key_is_refused(aws: RunningAws, key: str) -> None:
    refused = refusal(aws.client("apigatewayv2").create_route, ApiId=aws.new_api(), RouteKey=key)
    assert refused[:2] == (400, "BadRequestException")


@pytest.mark.parametrize("key", ["$default", "ANY /privateFunction", "GET /", "POST /a/{id}/{proxy+}"])
def test_a_well_formed_route_key_is_taken_once(aws: RunningAws, key: str) -> None:
    gateway, api_id = aws.client("apigatewayv2"), aws.new_api()
    gateway.create_route(ApiId=api_id, RouteKey=key)
    taken = (409, "ConflictException", f"Route with key {key} already exists for this API")
    assert refusal(gateway.create_route, ApiId=api_id, RouteKey=key) == taken
    other = gateway.create_route(ApiId=api_id, RouteKey="PUT /other")["RouteId"]
    assert refusal(gateway.update_route, ApiId=api_id, RouteId=other, RouteKey=key) == taken
    gateway.update_route(ApiId=api_id, RouteId=other, RouteKey="PUT /other", OperationName="same")


def test_a_route_leads_to_an_integration_that_exists(aws: RunningAws) -> None:
    gateway, api_id = aws.client("apigatewayv2"), aws.new_api()
    refused = refusal(gateway.create_route, ApiId=api_id, RouteKey="GET /x", Target="integrations/unknown")
    assert refused[:2] == (404, "NotFoundException")


def test_an_integration_states_payload_format_and_a_timeout_within_limits(aws: RunningAws) -> None:
    gateway, api_id = aws.client("apigatewayv2"), aws.new_api()
    without = {key: value for key, value in integration(aws, api_id).items() if key != "PayloadFormatVersion"}
    assert refusal(gateway.create_integration, **without)[:2] == (400, "BadRequestException")
    long = integration(aws, api_id, TimeoutInMillis=30_001)
    assert refusal(gateway.create_integration, **long)[:2] == (400, "BadRequestException")


def test_a_stage_exists_once(aws: RunningAws) -> None:
    gateway, api_id = aws.client("apigatewayv2"), aws.new_api()
    gateway.create_stage(ApiId=api_id, StageName="$default")
    refused = refusal(gateway.create_stage, ApiId=api_id, StageName="$default")
    assert refused == (409, "ConflictException", "Stage already exists")


@pytest.mark.parametrize("name", ["a b", "a/b", "", "ü"])
def test_a_stage_has_a_name_that_a_path_can_carry(aws: RunningAws, name: str) -> None:
    refused = refusal(aws.client("apigatewayv2").create_stage, ApiId=aws.new_api(), StageName=name)
    assert refused[:2] == (400, "BadRequestException")


LOG_GROUP = f"arn:aws:logs:us-east-1:{'0' * 12}:log-group:/access/x"


@pytest.mark.parametrize(
    "settings",
    [
        {"DestinationArn": LOG_GROUP, "Format": "$context.status"},
        {"DestinationArn": "x", "Format": "$context.requestId"},
        {"Format": "$context.requestId"},
    ],
    ids=str,
)
def test_access_logs_need_a_log_group_and_the_request_id(aws: RunningAws, settings: dict[str, str]) -> None:
    gateway, api_id = aws.client("apigatewayv2"), aws.new_api()
    stage: dict[str, Any] = {"ApiId": api_id, "StageName": "$default"}
    refused = refusal(gateway.create_stage, **stage, AccessLogSettings=settings)
    assert refused[:2] == (400, "BadRequestException")
    good = {"DestinationArn": LOG_GROUP, "Format": "$context.requestId"}
    gateway.create_stage(**stage, AccessLogSettings=good)
    assert refusal(gateway.update_stage, **stage, AccessLogSettings=settings) == refused
    assert gateway.update_stage(**stage, AutoDeploy=True)["AccessLogSettings"] == good


@pytest.mark.parametrize("scopes", [["a"] * 11, [""], ["a" * 65]], ids=len)
def test_a_route_takes_ten_scopes_of_64_characters(aws: RunningAws, scopes: list[str]) -> None:
    gateway, api_id = aws.client("apigatewayv2"), aws.new_api()
    refused = refusal(gateway.create_route, ApiId=api_id, RouteKey="GET /x", AuthorizationScopes=scopes)
    assert refused[:2] == (400, "BadRequestException")


def test_an_unknown_api_is_named_in_awss_words(aws: RunningAws) -> None:
    gateway = aws.client("apigatewayv2")
    said = (404, "NotFoundException", "Invalid API identifier specified 000000000000:nothere123")
    assert refusal(gateway.get_api, ApiId="nothere123") == said
    assert refusal(gateway.create_stage, ApiId="nothere123", StageName="$default") == said
    assert refusal(gateway.create_route, ApiId="nothere123", RouteKey="GET /x") == said


def test_values_of_the_wrong_type_are_refused(aws: RunningAws) -> None:
    api_id = aws.new_api()
    for kind, content in (
        ("authorizers", {"authorizerType": "JWT", "name": "x", "jwtConfiguration": "text"}),
        ("integrations", {"integrationType": "HTTP_PROXY", "timeoutInMillis": "long"}),
    ):
        status, _, _ = send(aws, "POST", f"/v2/apis/{api_id}/{kind}", body=json.dumps(content).encode())
        assert status == 400


def test_an_api_has_a_known_protocol(aws: RunningAws) -> None:
    refused = refusal(aws.client("apigatewayv2").create_api, Name="x", ProtocolType="REST")
    assert refused[:2] == (400, "BadRequestException")


def create_function(aws: RunningAws, **changes: Any) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "FunctionName": "refused",
        "Runtime": "nodejs24.x",
        "Handler": "index.handler",
        "Role": aws.role,
        "Code": {"ZipFile": package("export const handler = async () => 1")},
    }
    return {**settings, **changes}


@pytest.mark.parametrize(
    "role",
    [
        "arn:aws:iam::000000000000:role/nobody",
        "arn:aws:iam::123456789012:role/lambda-role",
        "arn:aws:iam::000000000000:role/for-ec2",
    ],
)
def test_a_role_lambda_cannot_assume_is_refused(aws: RunningAws, role: str) -> None:
    if role.endswith("for-ec2"):
        trust = TRUST.replace("lambda.amazonaws.com", "ec2.amazonaws.com")
        aws.client("iam").create_role(RoleName="for-ec2", AssumeRolePolicyDocument=trust)
    functions = aws.client("lambda")
    cannot = (400, "InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda.")
    assert refusal(functions.create_function, **create_function(aws, Role=role)) == cannot
    name = aws.new_function("export const handler = async () => 1")
    assert refusal(functions.update_function_configuration, FunctionName=name, Role=role) == cannot


def test_a_role_with_a_path_and_a_list_of_services_is_taken(aws: RunningAws) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": ["edgelambda.amazonaws.com", "lambda.amazonaws.com"]},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
    }
    role = aws.client("iam").create_role(
        RoleName="listed", Path="/team/", AssumeRolePolicyDocument=json.dumps({"Statement": statement})
    )["Role"]["Arn"]
    assert aws.new_function("export const handler = async () => 1", Role=role)


@pytest.mark.parametrize(
    ("runtime", "said"),
    [
        ("nodejs99.x", "Value nodejs99.x at 'runtime' failed to satisfy constraint"),
        ("nodejs12.x", "The runtime parameter of nodejs12.x is no longer supported"),
        ("python3.13", "The sandbox runs nodejs20.x, nodejs22.x, nodejs24.x"),
    ],
)
def test_a_runtime_that_cannot_run_is_refused(aws: RunningAws, runtime: str, said: str) -> None:
    status, code, message = refusal(aws.client("lambda").create_function, **create_function(aws, Runtime=runtime))
    assert (status, code) == (400, "InvalidParameterValueException")
    assert said in message


def test_code_in_a_bucket_cannot_be_had(aws: RunningAws) -> None:
    code = {"S3Bucket": "bucket", "S3Key": "key"}
    refused = refusal(aws.client("lambda").create_function, **create_function(aws, Code=code))
    assert "S3 Error Code: NoSuchBucket" in refused[2]


def test_a_policy_without_statements_is_gone(aws: RunningAws) -> None:
    functions = aws.client("lambda")
    name = aws.new_function("export const handler = async () => 1")
    gone = (404, "ResourceNotFoundException", "The resource you requested does not exist.")
    assert refusal(functions.get_policy, FunctionName=name) == gone
    permission = {"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com"}
    functions.add_permission(FunctionName=name, **permission)
    assert refusal(functions.add_permission, FunctionName=name, **permission)[:2] == (409, "ResourceConflictException")
    assert json.loads(functions.get_policy(FunctionName=name)["Policy"])["Statement"][0]["Sid"] == "s"
    functions.remove_permission(FunctionName=name, StatementId="s")
    assert refusal(functions.get_policy, FunctionName=name) == gone


@pytest.mark.parametrize("document", ["no json", "{}", "[]"])
def test_a_malformed_trust_policy_is_refused(aws: RunningAws, document: str) -> None:
    refused = refusal(aws.client("iam").create_role, RoleName="malformed", AssumeRolePolicyDocument=document)
    assert refused[:2] == (400, "MalformedPolicyDocument")


def test_an_unknown_managed_policy_is_not_attached(aws: RunningAws) -> None:
    arn = "arn:aws:iam::aws:policy/service-role/NoSuchThing"
    refused = refusal(aws.client("iam").attach_role_policy, RoleName="lambda-role", PolicyArn=arn)
    assert refused == (404, "NoSuchEntity", f"Policy {arn} does not exist or is not attachable.")
