"""Lists in pages, ids of AWS's form, the deployments of a stage that deploys itself, and exports."""

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox_aws.conftest import RunningAws
from tests.sandbox_aws.test_refusals import integration


def test_a_list_comes_in_pages_whose_tokens_lead_through_all_of_it(aws: RunningAws) -> None:
    gateway = aws.client("apigatewayv2")
    made = [aws.new_api() for _ in range(3)]
    pages = list(gateway.get_paginator("get_apis").paginate(PaginationConfig={"PageSize": 2}))
    assert len(pages) >= 2
    assert all(len(page["Items"]) <= 2 for page in pages)
    listed = [item["ApiId"] for page in pages for item in page["Items"]]
    assert [api_id for api_id in listed if api_id in made] == made
    assert "NextToken" not in gateway.get_apis()


def test_routes_come_in_pages_too_and_a_token_belongs_to_its_list(aws: RunningAws) -> None:
    gateway, api_id, other = aws.client("apigatewayv2"), aws.new_api(), aws.new_api()
    for name in ("a", "b"):
        gateway.create_route(ApiId=api_id, RouteKey=f"GET /{name}")
    first = gateway.get_routes(ApiId=api_id, MaxResults="1")
    second = gateway.get_routes(ApiId=api_id, MaxResults="1", NextToken=first["NextToken"])
    assert [page["Items"][0]["RouteKey"] for page in (first, second)] == ["GET /a", "GET /b"]
    assert "NextToken" not in second
    with pytest.raises(ClientError, match="Invalid nextToken"):
        gateway.get_routes(ApiId=other, NextToken=first["NextToken"])


@pytest.mark.parametrize(
    "given", [{"MaxResults": "0"}, {"MaxResults": "many"}, {"NextToken": "none"}, {"NextToken": "é"}]
)
def test_a_number_or_token_that_is_none_is_refused(aws: RunningAws, given: dict[str, str]) -> None:
    with pytest.raises(ClientError, match="BadRequestException"):
        aws.client("apigatewayv2").get_apis(**given)


def test_an_api_has_an_id_of_ten_characters_and_only_the_tags_it_was_given(aws: RunningAws) -> None:
    gateway = aws.client("apigatewayv2")
    made = gateway.create_api(Name="tagged", ProtocolType="HTTP", Tags={"team": "a"})
    assert re.fullmatch(r"[a-z0-9]{10}", made["ApiId"])
    arn = f"arn:aws:apigateway:us-east-1::/apis/{made['ApiId']}"
    read = gateway.get_api(ApiId=made["ApiId"])
    assert made["Tags"] == read["Tags"] == gateway.get_tags(ResourceArn=arn)["Tags"] == {"team": "a"}
    assert gateway.get_api(ApiId=aws.new_api()).get("Tags", {}) == {}


def deployments(gateway: Any, api_id: str) -> list[Any]:
    items: list[Any] = gateway.get_deployments(ApiId=api_id)["Items"]
    return items


def test_a_stage_that_deploys_itself_has_a_deployment_of_every_change(aws: RunningAws) -> None:
    gateway, api_id = aws.client("apigatewayv2"), aws.new_api()
    gateway.create_route(ApiId=api_id, RouteKey="GET /early")
    assert deployments(gateway, api_id) == []
    gateway.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True)
    gateway.create_integration(**integration(aws, api_id))
    made = deployments(gateway, api_id)
    assert [(item["AutoDeployed"], item["DeploymentStatus"]) for item in made] == [(True, "DEPLOYED")] * 2
    latest = made[-1]
    stage = gateway.get_stage(ApiId=api_id, StageName="$default")
    assert stage["DeploymentId"] == latest["DeploymentId"]
    assert latest["DeploymentId"] in stage["LastDeploymentStatusMessage"]


def test_a_deployment_somebody_makes_is_not_an_automatic_one(aws: RunningAws) -> None:
    gateway, api_id = aws.client("apigatewayv2"), aws.new_api()
    gateway.create_stage(ApiId=api_id, StageName="manual")
    made = gateway.create_deployment(ApiId=api_id, StageName="manual")["DeploymentId"]
    assert [item["AutoDeployed"] for item in deployments(gateway, api_id)] == [False]
    assert gateway.get_stage(ApiId=api_id, StageName="manual")["DeploymentId"] == made


def test_an_api_made_with_a_target_is_deployed(aws: RunningAws) -> None:
    gateway = aws.client("apigatewayv2")
    target = "arn:aws:lambda:us-east-1:000000000000:function:any"
    api_id = gateway.create_api(Name="quick", ProtocolType="HTTP", Target=target)["ApiId"]
    assert len(deployments(gateway, api_id)) == 1


def export(gateway: Any, api_id: str, **changes: Any) -> dict[str, Any]:
    settings = {"ApiId": api_id, "Specification": "OAS30", "OutputType": "JSON", **changes}
    document: dict[str, Any] = json.loads(gateway.export_api(**settings)["body"].read())
    return document


def test_an_export_has_the_routes_with_their_authorizer(aws: RunningAws) -> None:
    gateway, api_id = aws.client("apigatewayv2"), aws.new_api()
    made = gateway.create_integration(**integration(aws, api_id))["IntegrationId"]
    jwt = {"Issuer": aws.issuer, "Audience": ["us"]}
    identifier = gateway.create_authorizer(
        ApiId=api_id, AuthorizerType="JWT", Name="login", IdentitySource=["$request.header.X"], JwtConfiguration=jwt
    )["AuthorizerId"]
    private = {"AuthorizationType": "JWT", "AuthorizerId": identifier, "AuthorizationScopes": ["read"]}
    gateway.create_route(ApiId=api_id, RouteKey="GET /items/{id}", Target=f"integrations/{made}", **private)
    gateway.create_route(ApiId=api_id, RouteKey="$default")
    document = export(gateway, api_id)
    operation = document["paths"]["/items/{id}"]["get"]
    assert operation["security"] == [{"login": ["read"]}]
    assert [parameter["name"] for parameter in operation["parameters"]] == ["id"]
    assert operation["x-amazon-apigateway-integration"]["uri"].endswith("function:f/invocations")
    assert document["paths"]["/$default"]["x-amazon-apigateway-any-method"]["isDefaultRoute"] is True
    assert document["components"]["securitySchemes"]["login"]["x-amazon-apigateway-authorizer"] == {
        "identitySource": "$request.header.X",
        "jwtConfiguration": {"audience": ["us"], "issuer": aws.issuer},
        "type": "jwt",
    }
    plain = json.dumps(export(gateway, api_id, IncludeExtensions=False)["components"])
    assert "x-amazon" not in plain


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"Specification": "OAS20"}, "BadRequestException"),
        ({"OutputType": "XML"}, "BadRequestException"),
        ({"StageName": "none"}, "NotFoundException"),
        ({"ApiId": "unknown"}, "NotFoundException"),
    ],
)
def test_what_cannot_be_exported_is_refused(aws: RunningAws, changes: dict[str, str], error: str) -> None:
    with pytest.raises(ClientError, match=error):
        export(aws.client("apigatewayv2"), aws.new_api(), **changes)
