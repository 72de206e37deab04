"""The gateway's configuration as AWS tells it: domains, stages, routes and policies, and what may not be read."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from services.aws.session import AwsClients
from services.diagnosis.aws_reads import AwsReads
from services.diagnosis.facts import (
    AuthorizerFacts,
    DomainFacts,
    GatewayFacts,
    IntegrationFacts,
    Missing,
    PermissionFacts,
    RouteFacts,
    StageFacts,
)
from services.diagnosis.function_probe import FunctionReading, permission_facts
from services.diagnosis.gateway_parts import choose_mapping, stage_facts
from services.diagnosis.gateway_probe import GatewayReading, GatewayRequest, probe_gateway
from services.diagnosis.invoke_url import InvokeTarget, read_invoke_url
from services.redact import Redactor, Secret
from services.sandbox.launch import SandboxProcess
from tests.benches import Bench

AWS = "execute-api"
GOV = "us-gov-west-1"
API = "arn:aws:execute-api:us-east-1:111122223333"
SOURCE = "arn:aws:execute-api:us-east-1:111122223333:abc/$default/GET/orders/{id}"
FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:f"


@pytest.mark.parametrize(
    ("url", "target"),
    [
        (
            "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/dev/x%2Fy?q=1",
            InvokeTarget(f"a1b2c3d4e5.{AWS}.eu-central-1.amazonaws.com", "/dev/x%2Fy", "a1b2c3d4e5", "eu-central-1"),
        ),
        (
            "https://A1B2C3D4E5.execute-api.cn-north-1.amazonaws.com.cn",
            InvokeTarget(f"a1b2c3d4e5.{AWS}.cn-north-1.amazonaws.com.cn", "/", "a1b2c3d4e5", "cn-north-1", "aws-cn"),
        ),
        (
            "https://a1b2c3d4e5.execute-api.us-gov-west-1.amazonaws.com./",
            InvokeTarget(
                f"a1b2c3d4e5.{AWS}.us-gov-west-1.amazonaws.com", "/", "a1b2c3d4e5", "us-gov-west-1", "aws-us-gov"
            ),
        ),
        ("https://api.example.com/v1/x", InvokeTarget("api.example.com", "/v1/x", domain="api.example.com")),
        ("http://127.0.0.1:9000/abc/x", InvokeTarget("127.0.0.1", "/abc/x", domain="127.0.0.1")),
        (
            "https://a.execute-api.evil.com/x",
            InvokeTarget("a.execute-api.evil.com", "/x", domain="a.execute-api.evil.com"),
        ),
        ("", InvokeTarget()),
        ("ftp://x/y", InvokeTarget()),
        ("https://[::1/", InvokeTarget()),
    ],
)
def test_an_invoke_url_is_taken_apart(url: str, target: InvokeTarget) -> None:
    assert read_invoke_url(url) == target


def test_on_a_sandbox_the_first_segment_is_the_api() -> None:
    assert read_invoke_url("http://127.0.0.1:9000/abc/dev/x", is_sandbox=True) == InvokeTarget(
        "127.0.0.1", "/dev/x", "abc"
    )
    assert read_invoke_url("http://localhost:9000/abc", is_sandbox=True).path == "/"
    assert read_invoke_url("https://api.example.com/abc", is_sandbox=True).domain == "api.example.com"


@pytest.mark.parametrize(
    ("path", "key", "rest"),
    [
        ("/orders/v1/x", "orders/v1", "/x"),
        ("/orders/v2/x", "orders", "/v2/x"),
        ("/orders", "orders", "/"),
        ("/orders/", "orders", "/"),
        ("/ordersx/v1", "", "/ordersx/v1"),
        ("/Orders/x", "", "/Orders/x"),
        ("/", "", "/"),
    ],
)
def test_the_longest_mapping_that_fits_takes_the_path(path: str, key: str, rest: str) -> None:
    mappings = [
        {"ApiMappingKey": each, "ApiId": each or "root", "Stage": "live"} for each in ("orders", "", "orders/v1")
    ]

    found, below = choose_mapping("api.example.com", path, mappings)

    assert (found.mapping_key, found.api_id, below) == (key, key or "root", rest)
    assert found.mappings == ("orders", "", "orders/v1")


def test_a_path_that_no_mapping_takes_leads_to_no_api() -> None:
    found, _ = choose_mapping("api.example.com", "/x", [{"ApiMappingKey": "orders", "ApiId": "a", "Stage": "live"}])

    assert (found.api_id, found.mappings) == ("", ("orders",))


def test_a_stage_tells_whether_it_is_deployed_and_what_went_wrong() -> None:
    items: list[dict[str, Any]] = [
        {"StageName": "a", "DeploymentId": "d", "LastDeploymentStatusMessage": "Successfully deployed stage"},
        {
            "StageName": "b",
            "AutoDeploy": True,
            "DeploymentId": "d",
            "LastDeploymentStatusMessage": "Deployment failed: x",
        },
        {
            "StageName": "c",
            "AccessLogSettings": {
                "DestinationArn": "arn:aws:logs:us-east-1:1:log-group:/x/y",
                "Format": "$context.status",
            },
        },
    ]

    assert stage_facts("a", items) == StageFacts("a", deployed=True, auto_deploy=False)
    assert stage_facts("b", items) == StageFacts("b", deployed=True, auto_deploy=True, problem="Deployment failed: x")
    assert stage_facts("c", items) == StageFacts("c", False, False, "", "/x/y", "$context.status")
    absent = stage_facts("d", items)
    assert isinstance(absent, Missing)
    assert absent.gone


def statement(**changed: Any) -> dict[str, Any]:
    return {
        "Sid": "s",
        "Effect": "Allow",
        "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": FUNCTION,
        "Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:execute-api:us-east-1:111122223333:abc/*/*/orders/{id}"}},
    } | changed


@pytest.mark.parametrize(
    ("changed", "allowed"),
    [
        ({}, True),
        ({"Condition": {}}, True),
        ({"Condition": {"StringLike": {"aws:sourcearn": "arn:aws:execute-api:*:*:abc/*"}}}, True),
        ({"Condition": {"StringEquals": {"AWS:SourceAccount": "111122223333"}}}, True),
        ({"Condition": {"StringEquals": {"AWS:SourceAccount": "999999999999"}}}, False),
        (
            {"Condition": {"ArnLike": {"AWS:SourceArn": f"{API}:other/*/*/*"}}},
            False,
        ),
        (
            {"Condition": {"ArnLike": {"AWS:SourceArn": f"{API}:abc/*/POST/*"}}},
            False,
        ),
        ({"Principal": "*"}, True),
        ({"Principal": {"Service": "events.amazonaws.com"}}, False),
        ({"Action": "lambda:*"}, True),
        ({"Action": "lambda:GetFunction"}, False),
        ({"Effect": "Deny"}, False),
        ({"Resource": FUNCTION + "2"}, False),
    ],
)
def test_the_function_s_policy_is_weighed_as_lambda_does(changed: dict[str, Any], allowed: bool) -> None:
    found = permission_facts(FunctionReading(FUNCTION, {"Statement": [statement(**changed)]}, exists=True), SOURCE)

    assert isinstance(found, PermissionFacts)
    assert found.allowed is allowed
    assert found.wanted_source_arn == SOURCE


def test_the_statements_for_api_gateway_are_listed_as_they_stand() -> None:
    policy = {"Statement": [statement(), statement(Condition={}), statement(Principal={"AWS": "arn:aws:iam::1:root"})]}
    found = permission_facts(FunctionReading(FUNCTION, policy, exists=True), SOURCE)

    assert isinstance(found, PermissionFacts)
    assert found.statements == ("arn:aws:execute-api:us-east-1:111122223333:abc/*/*/orders/{id}", "*")


# Against the sandbox's AWS --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bench(session_sandbox: SandboxProcess) -> Iterator[Bench]:
    bench = Bench(session_sandbox.record)
    yield bench
    bench.switch_tunnel(is_open=False)  # as other tests of this worker expect it


@pytest.fixture
def api(bench: Bench) -> Iterator[Any]:
    """An API with a named stage, two routes, and no authorizer; the test adds to it."""
    client = bench.client("apigatewayv2")
    api_id = client.create_api(Name=bench.name, ProtocolType="HTTP")["ApiId"]
    integration = client.create_integration(
        ApiId=api_id,
        IntegrationType="AWS_PROXY",
        IntegrationUri=f"arn:aws:lambda:us-east-1:000000000000:function:{bench.name}-absent",
        PayloadFormatVersion="1.0",
    )["IntegrationId"]
    for key in ("GET /orders/{id}", "POST /orders"):
        client.create_route(ApiId=api_id, RouteKey=key, Target=f"integrations/{integration}")
    client.create_stage(ApiId=api_id, StageName="live", AutoDeploy=True)
    yield api_id
    client.delete_api(ApiId=api_id)


@pytest.fixture
def probe(bench: Bench) -> Callable[..., GatewayReading]:
    there = bench.record.endpoints.aws

    def look(url: str = "", *, api_id: str = "", method: str = "GET", deny: tuple[str, ...] = ()) -> GatewayReading:
        clients = AwsClients(
            Redactor(),
            region=there.region,
            endpoint_url=there.endpoint_url,
            access_key_id=there.access_key_id,
            secret_access_key=Secret(there.secret_access_key),
            read_only=True,
        )
        for service in ("apigatewayv2", "lambda", "sts"):
            _deny(clients.client(service), deny)
        target = read_invoke_url(url, is_sandbox=True)
        return probe_gateway(GatewayRequest(target, method, api_id), AwsReads(clients))

    return look


def _deny(client: Any, operations: tuple[str, ...]) -> None:
    """Let AWS refuse these operations, as IAM does for whoever has no permission."""
    from botocore.awsrequest import AWSResponse

    def refuse(model: Any, **_: object) -> Any:
        if model.name not in operations:
            return None
        denied = AWSResponse("https://x", 403, {}, None)
        denied._content = b"{}"
        error = {"Code": "AccessDeniedException", "Message": f"User is not authorized to perform: {model.name}"}
        return denied, {"Error": error, "ResponseMetadata": {"HTTPStatusCode": 403}}

    client.meta.events.register_first("before-call", refuse)


def url_of(bench: Bench, api_id: str, path: str) -> str:
    return f"{bench.record.endpoints.gateway_url}/{api_id}{path}"


def route_key(facts: GatewayFacts) -> str:
    assert isinstance(facts.route, RouteFacts)
    return facts.route.route_key


def test_a_named_stage_is_taken_off_the_path(bench: Bench, api: str, probe: Callable[..., GatewayReading]) -> None:
    named = probe(url_of(bench, api, "/live/orders/7")).facts
    without = probe(url_of(bench, api, "/orders/7")).facts

    assert route_key(named) == "GET /orders/{id}"
    assert named.stage == StageFacts("live", deployed=True, auto_deploy=True)
    assert isinstance(without.stage, Missing)
    assert without.stage.gone


def test_a_route_is_chosen_by_method_too(bench: Bench, api: str, probe: Callable[..., GatewayReading]) -> None:
    assert route_key(probe(url_of(bench, api, "/live/orders"), method="POST").facts) == "POST /orders"
    assert route_key(probe(url_of(bench, api, "/live/orders")).facts) == ""


def test_a_function_that_is_not_there_and_an_open_route_are_facts(
    bench: Bench, api: str, probe: Callable[..., GatewayReading]
) -> None:
    facts = probe(url_of(bench, api, "/live/orders/7")).facts

    assert isinstance(facts.integration, IntegrationFacts)
    assert (facts.integration.function_exists, facts.integration.payload_format_version) == (False, "1.0")
    assert isinstance(facts.permission, Missing)
    assert isinstance(facts.route, RouteFacts)
    assert facts.route.authorization_type == "NONE"
    assert isinstance(facts.authorizer, Missing)
    assert not facts.authorizer.gone


def test_several_routes_and_no_url_leave_the_route_open(api: str, probe: Callable[..., GatewayReading]) -> None:
    route = probe(api_id=api).facts.route

    assert isinstance(route, Missing)
    assert "URL" in route.needs


def test_a_custom_domain_s_mapping_leads_to_api_and_stage(
    bench: Bench, api: str, probe: Callable[..., GatewayReading]
) -> None:
    client, name = bench.client("apigatewayv2"), f"{bench.name}.example.com"
    certificate = "arn:aws:acm:us-east-1:000000000000:certificate/x"
    client.create_domain_name(DomainName=name, DomainNameConfigurations=[{"CertificateArn": certificate}])
    try:
        client.create_api_mapping(DomainName=name, ApiId=api, Stage="live", ApiMappingKey="shop/v1")
        mapped = probe(f"https://{name}/shop/v1/orders/7").facts
        unmapped = probe(f"https://{name}/shop/orders/7").facts
        elsewhere = probe("https://other.example.com/x").facts
    finally:
        client.delete_domain_name(DomainName=name)

    assert mapped.domain == DomainFacts(name, api, "live", "shop/v1", ("shop/v1",))
    assert route_key(mapped) == "GET /orders/{id}"
    assert mapped.stage == StageFacts("live", deployed=True, auto_deploy=True)
    assert unmapped.domain == DomainFacts(name, mappings=("shop/v1",))
    assert isinstance(elsewhere.domain, Missing)
    assert "no custom domain" in elsewhere.domain.reason


DENIALS = {
    "GetApi": ("api", "apigateway:GET on arn:aws:apigateway:us-east-1::/apis/{api}"),
    "GetStages": ("stage", "apigateway:GET on arn:aws:apigateway:us-east-1::/apis/{api}/stages"),
    "GetRoutes": ("route", "apigateway:GET on arn:aws:apigateway:us-east-1::/apis/{api}/routes"),
    "GetIntegrations": ("integration", "apigateway:GET on arn:aws:apigateway:us-east-1::/apis/{api}/integrations"),
}


@pytest.mark.parametrize("operation", DENIALS)
def test_what_may_not_be_read_names_the_permission_and_nothing_else_is_lost(
    bench: Bench, api: str, probe: Callable[..., GatewayReading], operation: str
) -> None:
    facts = probe(url_of(bench, api, "/live/orders/7"), deny=(operation,)).facts
    name, needs = DENIALS[operation]
    denied = getattr(facts, name)

    assert isinstance(denied, Missing)
    assert (denied.needs, denied.gone) == (needs.format(api=api), False)
    known = {"api", "stage", "route"} - {name}
    assert all(not isinstance(getattr(facts, each), Missing) for each in known), facts


def test_the_authorizer_is_looked_at_alone_where_they_may_not_be_listed(
    bench: Bench, api: str, probe: Callable[..., GatewayReading]
) -> None:
    client = bench.client("apigatewayv2")
    bench.switch_tunnel(is_open=True)
    issuer = bench.record.endpoints.public_url
    authorizer = client.create_authorizer(
        ApiId=api,
        Name="gate",
        AuthorizerType="JWT",
        IdentitySource=["$request.querystring.token"],
        JwtConfiguration={"Issuer": issuer, "Audience": ["a", "b"]},
    )["AuthorizerId"]
    client.create_route(ApiId=api, RouteKey="GET /private", AuthorizationType="JWT", AuthorizerId=authorizer)
    url = url_of(bench, api, "/live/private")
    for deny in ((), ("GetAuthorizers",), ("GetRoutes",)):
        found = probe(url, deny=deny).facts.authorizer
        assert isinstance(found, AuthorizerFacts), deny
        assert (found.jwt.audience, found.jwt.identity_source) == (("a", "b"), "$request.querystring.token")
    both = probe(url, deny=("GetAuthorizers", "GetAuthorizer")).facts.authorizer
    assert isinstance(both, Missing)
    assert both.needs == f"apigateway:GET on arn:aws:apigateway:us-east-1::/apis/{api}/authorizers/{authorizer}"


def test_nothing_at_all_may_be_read(bench: Bench, api: str, probe: Callable[..., GatewayReading]) -> None:
    everything = ("GetApi", "GetStages", "GetRoutes", "GetAuthorizers", "GetIntegrations", "GetCallerIdentity")
    facts = probe(url_of(bench, api, "/live/orders/7"), deny=everything).facts

    for fact in (facts.api, facts.stage, facts.route, facts.authorizer, facts.integration):
        assert isinstance(fact, Missing)
        assert fact.needs.startswith("apigateway:GET on ")
