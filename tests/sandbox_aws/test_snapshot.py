"""What the data plane learns of the control plane, and how fresh it is."""

import asyncio
from typing import Any

import pytest

from services.sandbox.aws.snapshot import AccessLog, Cors, Throttle
from tests.sandbox_aws.conftest import ACCOUNT, RunningAws

HANDLER = "export const handler = async () => 1"


def test_a_changed_authorizer_is_seen_by_the_next_read(aws: RunningAws) -> None:
    gateway, api_id = aws.client("apigatewayv2"), aws.new_api()
    identifier = gateway.create_authorizer(
        ApiId=api_id,
        Name="jwt",
        AuthorizerType="JWT",
        IdentitySource=["$request.querystring.token"],
        JwtConfiguration={"Issuer": aws.issuer, "Audience": ["old"]},
    )["AuthorizerId"]
    before = aws.wait(aws.plane.api(api_id)).authorizers[0]
    assert (before.audience, before.identity_sources) == (("old",), ("$request.querystring.token",))
    generation = aws.plane.generation
    new = {"Issuer": aws.issuer, "Audience": ["new", "newer"]}
    gateway.update_authorizer(ApiId=api_id, AuthorizerId=identifier, JwtConfiguration=new)
    assert aws.plane.generation > generation
    assert aws.wait(aws.plane.api(api_id)).authorizers[0].audience == ("new", "newer")


def test_reading_makes_nothing_stale(aws: RunningAws) -> None:
    gateway, api_id = aws.client("apigatewayv2"), aws.new_api()
    name = aws.new_function(HANDLER)
    generation = aws.plane.generation
    first = aws.wait(aws.plane.api(api_id))
    gateway.get_apis()
    gateway.get_routes(ApiId=api_id)
    aws.client("cloudformation").describe_stacks()
    aws.client("sts").get_caller_identity()
    aws.client("lambda").invoke(FunctionName=name)
    assert aws.plane.generation == generation
    assert aws.wait(aws.plane.api(api_id)) is first


def test_many_readers_share_one_read(aws: RunningAws, monkeypatch: pytest.MonkeyPatch) -> None:
    api_id = aws.new_api()
    calls: list[str] = []
    real = aws.plane.ministack.call

    async def counted(service: str, region: str, method: str, path: str, **options: Any) -> Any:
        calls.append(path)
        return await real(service, region, method, path, **options)

    async def read_together() -> list[Any]:
        return await asyncio.gather(*(aws.plane.api(api_id) for _ in range(20)))

    monkeypatch.setattr(aws.plane.ministack, "call", counted)
    snapshots = aws.wait(read_together())
    assert all(snapshot is snapshots[0] for snapshot in snapshots)
    assert calls.count(f"/v2/apis/{api_id}") == 1


def test_an_unknown_or_deleted_api_is_none(aws: RunningAws) -> None:
    api_id = aws.new_api()
    assert aws.wait(aws.plane.api("nothere1")) is None
    assert aws.wait(aws.plane.api(api_id)) is not None
    aws.client("apigatewayv2").delete_api(ApiId=api_id)
    assert aws.wait(aws.plane.api(api_id)) is None


def test_an_api_of_another_region_is_found_with_its_region(aws: RunningAws) -> None:
    abroad = aws.client("apigatewayv2", region_name="eu-central-1")
    api_id = abroad.create_api(Name="abroad", ProtocolType="HTTP")["ApiId"]
    snapshot = aws.wait(aws.plane.api(api_id))
    assert (snapshot.region, snapshot.account_id, snapshot.name) == ("eu-central-1", ACCOUNT, "abroad")


def test_stages_cors_and_limits_are_read_as_set(aws: RunningAws) -> None:
    gateway = aws.client("apigatewayv2")
    cors = {"AllowOrigins": ["https://a.example"], "AllowMethods": ["GET"], "MaxAge": 60, "AllowCredentials": True}
    api_id = gateway.create_api(
        Name="full", ProtocolType="HTTP", CorsConfiguration=cors, DisableExecuteApiEndpoint=True
    )["ApiId"]
    destination = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:access"
    gateway.create_stage(
        ApiId=api_id,
        StageName="prod",
        AccessLogSettings={"DestinationArn": destination, "Format": "$context.requestId"},
        DefaultRouteSettings={"ThrottlingRateLimit": 5.0, "ThrottlingBurstLimit": 2},
        RouteSettings={"GET /x": {"ThrottlingRateLimit": 1.0, "ThrottlingBurstLimit": 1}},
        StageVariables={"colour": "green"},
    )
    snapshot = aws.wait(aws.plane.api(api_id))
    assert snapshot.endpoint_disabled
    assert snapshot.cors == Cors(("https://a.example",), ("GET",), allow_credentials=True, max_age=60)
    (stage,) = snapshot.stages
    assert (stage.name, stage.auto_deploy, stage.deployed) == ("prod", False, False)
    assert stage.access_log == AccessLog(destination, "$context.requestId")
    assert stage.default_throttle == Throttle(5.0, 2)
    assert stage.throttles == (("GET /x", Throttle(1.0, 1)),)
    assert stage.variables == (("colour", "green"),)


def test_a_stage_is_deployed_by_a_deployment(aws: RunningAws) -> None:
    gateway, api_id = aws.client("apigatewayv2"), aws.new_api()
    gateway.create_stage(ApiId=api_id, StageName="prod")
    gateway.create_deployment(ApiId=api_id, StageName="prod")
    assert aws.wait(aws.plane.api(api_id)).stages[0].deployed


def test_an_api_made_with_a_target_is_whole_at_once(aws: RunningAws) -> None:
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"
    api_id = aws.client("apigatewayv2").create_api(Name="quick", ProtocolType="HTTP", Target=arn)["ApiId"]
    snapshot = aws.wait(aws.plane.api(api_id))
    (integration,), (route,), (stage,) = snapshot.integrations, snapshot.routes, snapshot.stages
    assert (integration.function_arn, integration.payload_format_version) == (arn, "2.0")
    assert (route.route_key, route.integration_id) == ("$default", integration.integration_id)
    assert (stage.name, stage.deployed) == ("$default", True)


@pytest.mark.parametrize(
    ("source", "called", "allowed"),
    [
        ("{api}/*/*/privateFunction", "{api}/$default/GET/privateFunction", True),
        ("{api}/*/*/privateFunction", "{api}/$default/GET/other", False),
        ("{api}/*/GET/privateFunction", "{api}/$default/POST/privateFunction", False),
        ("{api}/*", "{api}/prod/ANY/a/b", True),
        ("otherapi/*", "{api}/$default/GET/privateFunction", False),
        (None, "{api}/$default/GET/privateFunction", True),
    ],
)
def test_the_gateway_may_invoke_what_the_permission_covers(
    aws: RunningAws, source: str | None, called: str, allowed: bool
) -> None:
    name = aws.new_function(HANDLER)
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"
    prefix = f"arn:aws:execute-api:us-east-1:{ACCOUNT}:"
    call = prefix + called.format(api="abcd1234")
    assert not aws.wait(aws.plane.may_invoke(arn, call))
    narrow = {"SourceArn": prefix + source.format(api="abcd1234")} if source else {}
    aws.client("lambda").add_permission(
        FunctionName=name,
        StatementId="s",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        **narrow,
    )
    assert aws.wait(aws.plane.may_invoke(arn, call)) is allowed
    aws.client("lambda").remove_permission(FunctionName=name, StatementId="s")
    assert not aws.wait(aws.plane.may_invoke(arn, call))


def test_a_permission_for_another_service_or_account_does_not_count(aws: RunningAws) -> None:
    name = aws.new_function(HANDLER)
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"
    functions = aws.client("lambda")
    permission = {"FunctionName": name, "Action": "lambda:InvokeFunction"}
    functions.add_permission(**permission, StatementId="events", Principal="events.amazonaws.com")
    functions.add_permission(
        **permission, StatementId="account", Principal="apigateway.amazonaws.com", SourceAccount="123456789012"
    )
    assert not aws.wait(aws.plane.may_invoke(arn, f"arn:aws:execute-api:us-east-1:{ACCOUNT}:a/b/GET/c"))


def test_invoking_what_does_not_exist_is_a_lookup_error(aws: RunningAws) -> None:
    for arn in (f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:nobody", "nonsense:"):
        with pytest.raises(LookupError):
            aws.wait(aws.plane.invoke(arn, b"{}", 5))


def test_access_log_lines_land_in_their_group(aws: RunningAws) -> None:
    async def write() -> None:
        for line in ("one", "two", "three"):
            aws.plane.log("access", "us-east-1", line)

    aws.wait(write())
    events = aws.client("logs").filter_log_events(logGroupName="access")["events"]
    assert [event["message"] for event in events] == ["one", "two", "three"]


def test_an_integration_may_wrap_the_functions_arn(aws: RunningAws) -> None:
    gateway, api_id = aws.client("apigatewayv2"), aws.new_api()
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"
    wrapped = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
    for uri in (arn, wrapped):
        gateway.create_integration(
            ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationUri=uri, PayloadFormatVersion="2.0"
        )
    gateway.create_integration(
        ApiId=api_id,
        IntegrationType="HTTP_PROXY",
        IntegrationMethod="GET",
        IntegrationUri="http://127.0.0.1/",
        PayloadFormatVersion="1.0",
    )
    found = [each.function_arn for each in aws.wait(aws.plane.api(api_id)).integrations]
    assert found == [arn, arn, ""]
