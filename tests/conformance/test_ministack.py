"""MiniStack's own data plane as a second opinion, on the statuses it is trusted with.

It runs in this process and is asked with the very same tokens. It words nothing, so only
statuses are compared. Where it answers otherwise, the reason stands in `DIFFERENT`; a difference that is gone, or a new
one, fails the test.
"""

import time
from collections.abc import Iterator

import pytest

from tests.conformance.case import SCOPE, TokenCase, published
from tests.conformance.documented_cases import DOCUMENTED
from tests.conformance.hostile_cases import HOSTILE
from tests.gateway.signing import AUDIENCE
from tests.sandbox_aws.conftest import RunningAws
from tests.sandbox_gateway.conftest import Issuer, serving

NO_ALG = "it never reads alg: whatever RS256 verifies is accepted, though the guide takes RSA-based algorithms only"
ONLY_RS256 = "it verifies RS256 only; the guide says “RSA-based”, which RS384 and RS512 are"
CRASH = "it fails on claims or headers of another kind than it expects; the gateway's answer to bad tokens is a 401"
OPEN = "AWS's behaviour is unknown: it accepts, the sandbox refuses and says so"
TEXT = "it takes the prefix in any case and trims blanks; the guide shows “Bearer ” alone"
JSON_TEXT = "it reads JSON with Python's rules; the sandbox with those of Go, whose error texts AWS sends"
LISTS = "it reads scp lists, and scope only as text; nobody captured scope as a list"

DIFFERENT = {
    "lower-case bearer": (200, TEXT),
    "BEARER": (200, TEXT),
    "two blanks after Bearer": (200, TEXT),
    "no exp": (200, OPEN),
    "exp as string": (200, OPEN),
    "scope without and scp with": (200, OPEN),
    "crit": (200, OPEN),
    "b64 false and crit": (200, OPEN),
    "RS384": (401, ONLY_RS256),
    "RS512": (401, ONLY_RS256),
    "no alg": (200, NO_ALG),
    "alg as list": (200, NO_ALG),
    "alg nOnE": (200, NO_ALG),
    "alg in lower case": (200, NO_ALG),
    "alg EdDSA": (200, NO_ALG),
    "alg twice, RS256 and none": (200, NO_ALG),
    "RS512 that was signed as RS256": (200, NO_ALG),
    "null exp": (500, CRASH),
    "exp as list": (500, CRASH),
    "exp beyond every float": (500, CRASH),
    "nbf as string": (500, CRASH),
    "iat as object": (500, CRASH),
    "claims as a list": (500, CRASH),
    "claims as null": (500, CRASH),
    "header as text": (500, CRASH),
    "claims that are not UTF-8": (401, JSON_TEXT),
    "claims with NaN": (200, JSON_TEXT),
    "scope as list": (403, LISTS),
}


@pytest.fixture(scope="module")
def route(aws: RunningAws) -> Iterator[tuple[str, Issuer]]:
    """A scoped route to the issuer's key set, and the issuer; a token that is let through gets those keys."""
    issuer = Issuer()
    with serving(issuer) as port:
        issuer.url = f"http://127.0.0.1:{port}"
        issuer.restore()
        issuer.keys = published()
        gateway, api_id = aws.client("apigatewayv2"), aws.new_api()
        authorizer = gateway.create_authorizer(
            ApiId=api_id,
            Name="jwt",
            AuthorizerType="JWT",
            IdentitySource=["$request.header.Authorization"],
            JwtConfiguration={"Issuer": issuer.url, "Audience": [AUDIENCE]},
        )["AuthorizerId"]
        integration = gateway.create_integration(
            ApiId=api_id,
            IntegrationType="HTTP_PROXY",
            IntegrationMethod="GET",
            IntegrationUri=issuer.url,
            PayloadFormatVersion="1.0",
        )["IntegrationId"]
        gateway.create_route(
            ApiId=api_id,
            RouteKey="GET /oauth/keys",
            Target=f"integrations/{integration}",
            AuthorizationType="JWT",
            AuthorizerId=authorizer,
            AuthorizationScopes=[SCOPE],
        )
        gateway.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True)
        yield f"/_aws/execute-api/{api_id}/$default/oauth/keys", issuer


def ask(aws: RunningAws, path: str, authorization: str | None) -> int:
    headers = () if authorization is None else ((b"authorization", authorization.encode("latin-1")),)
    status: int = aws.wait(aws.plane.ministack.request("GET", path, headers=headers)).status
    return status


def test_ministack_agrees_on_every_status_but_the_listed_ones(aws: RunningAws, route: tuple[str, Issuer]) -> None:
    path, issuer = route
    assert ask(aws, path, None) == 401

    def status(case: TokenCase) -> int:
        return ask(aws, path, case.build(issuer.url, time.time()))

    sendable = [case for case in (*DOCUMENTED, *HOSTILE) if case.http_status is None]
    answered = {case.name: (case.status, status(case)) for case in sendable}
    different = {name: theirs for name, (ours, theirs) in answered.items() if ours != theirs}
    assert different == {name: status for name, (status, _) in DIFFERENT.items()}
