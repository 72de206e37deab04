"""The table against the sandbox's gateway: over real sockets, alone and in a whole sandbox process."""

import http.client
import json
import re
import time
import zipfile
from io import BytesIO
from urllib.parse import urlsplit

import pytest

from services.gateway.wordings import WORDINGS
from services.sandbox.gateway.answer import NOTE
from tests.benches import Bench
from tests.conformance.case import SCOPE, TokenCase, expected_header, published
from tests.conformance.documented_cases import DOCUMENTED
from tests.conformance.hostile_cases import HOSTILE
from tests.gateway.signing import AUDIENCE
from tests.sandbox_gateway.conftest import Issuer, Lab

SENDABLE = [case for case in (*DOCUMENTED, *HOSTILE) if case.http_status != 0]


@pytest.fixture
def prepared(lab: Lab) -> Lab:
    """The running gateway; its issuer publishes RSA keys of other sizes too."""
    lab.issuer.keys = published()
    return lab


def ask(url: str, authorization: str | None) -> tuple[int, dict[str, str], bytes]:
    """A GET whose header carries any byte: status, headers in lower case, body."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", address.port or 0, timeout=10)
    headers = {} if authorization is None else {"Authorization": authorization.encode("latin-1")}
    try:
        connection.request("GET", address.path, headers=headers)
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()


@pytest.mark.parametrize("case", SENDABLE, ids=lambda case: case.name)
def test_each_token_gets_its_status_and_header(prepared: Lab, case: TokenCase) -> None:
    status, headers, body = ask(f"{prepared.url}/scoped", case.build(prepared.issuer.url, time.time()))
    assert status == (case.http_status or case.status)
    assert re.fullmatch(r"[\w-]{15}=", headers["apigw-requestid"])
    assert "/trap" not in prepared.issuer.requests, "an address in a token must never be asked"
    if status == 200:
        assert json.loads(body)["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] == "user-1"
        return
    assert prepared.control_plane.events == [], "a refused request must not reach the function"
    if case.cause is None:
        return
    assert headers["content-type"] == "application/json"
    assert body == (b'{"message":"Forbidden"}' if case.status == 403 else b'{"message":"Unauthorized"}')
    assert (NOTE.decode() in headers) is not WORDINGS[case.cause].evidence.wording_verified
    if case.description is not None:
        assert headers["www-authenticate"] == expected_header(case)


def deploy(bench: Bench) -> str:
    """A function that returns what it is told of the request; gives its ARN."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = bench.client("iam").create_role(
        RoleName=bench.name, AssumeRolePolicyDocument=json.dumps({"Statement": [trust]})
    )["Role"]["Arn"]
    package = BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("index.mjs", "export const handler = async (event) => event.requestContext;")
    function: str = bench.client("lambda").create_function(
        FunctionName=bench.name,
        Runtime="nodejs24.x",
        Handler="index.handler",
        Role=role,
        Code={"ZipFile": package.getvalue()},
    )["FunctionArn"]
    bench.client("lambda").add_permission(
        FunctionName=bench.name,
        StatementId="gateway",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    return function


def test_a_whole_sandbox_answers_every_case_of_ones_own_provider(bench: Bench, issuer: Issuer) -> None:
    gateway = bench.client("apigatewayv2")
    api = gateway.create_api(Name=bench.name, ProtocolType="HTTP")
    api_id = api["ApiId"]
    authorizer = gateway.create_authorizer(
        ApiId=api_id,
        Name="jwt",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Issuer": issuer.url, "Audience": [AUDIENCE]},
    )["AuthorizerId"]
    integration = gateway.create_integration(
        ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationUri=deploy(bench), PayloadFormatVersion="2.0"
    )["IntegrationId"]
    gateway.create_route(
        ApiId=api_id,
        RouteKey="GET /scoped",
        Target=f"integrations/{integration}",
        AuthorizationType="JWT",
        AuthorizerId=authorizer,
        AuthorizationScopes=[SCOPE],
    )
    gateway.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True)
    different = {}
    for case in SENDABLE:
        status, headers, _ = ask(f"{api['ApiEndpoint']}/scoped", case.build(issuer.url, time.time()))
        expected = case.http_status or case.status
        challenge = headers.get("www-authenticate", "")
        if status != expected or (case.description is not None and challenge != expected_header(case)):
            different[case.name] = (expected, status, challenge)
    assert different == {}
    assert "/trap" not in issuer.requests
