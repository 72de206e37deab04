"""The written guide, walked with plain requests and boto3: the sandbox stands on its own, apart from our services."""

import jwt
import pytest

from tests.sandbox_process.conftest import Running, Start
from tests.sandbox_process.guide import Guide

NO_AUDIENCE = 'Bearer scope="" error="invalid_token" error_description="the token does not have a valid audience"'


def test_the_guide_ends_with_a_401_and_a_200_and_breaks_where_people_break_it(start: Start) -> None:
    sandbox = start("--tunnel-open")
    guide = Guide(sandbox.record.endpoints)
    public_url = guide.endpoints.public_url

    fusionauth = guide.set_up_fusionauth()
    aws = guide.set_up_aws(fusionauth.application_id)
    assert aws.url == f"{guide.endpoints.gateway_url}/{aws.api_id}/privateFunction"

    refused = guide.call(aws.url)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert refused.text == '{"message":"Unauthorized"}'

    token = guide.log_in(fusionauth)
    accepted = guide.call(aws.url, token)
    assert accepted.status_code == 200
    claims = accepted.json()
    assert (claims["iss"], claims["aud"]) == (public_url, fusionauth.application_id)
    assert claims["sub"] == jwt.decode(token, options={"verify_signature": False})["sub"]
    assert claims["exp"].isdigit()  # the gateway passes every claim on as text

    wrong_audience(guide, aws.api_id, aws.authorizer_id, aws.url, token)
    gateway = guide.client("apigatewayv2")
    configuration = {"Issuer": public_url, "Audience": [fusionauth.application_id]}
    gateway.update_authorizer(ApiId=aws.api_id, AuthorizerId=aws.authorizer_id, JwtConfiguration=configuration)
    assert guide.call(aws.url, token).status_code == 200

    guide.set_issuer(public_url + "/")
    slashed = guide.call(aws.url, guide.log_in(fusionauth))
    assert slashed.status_code == 401
    assert 'error="invalid_token"' in slashed.headers["www-authenticate"]
    assert "issuer" in slashed.headers["www-authenticate"]


def wrong_audience(guide: Guide, api_id: str, authorizer_id: str, url: str, token: str) -> None:
    """Another client id in the authorizer: AWS's own text for it."""
    configuration = {"Issuer": guide.endpoints.public_url, "Audience": ["another-client-id"]}
    gateway = guide.client("apigatewayv2")
    gateway.update_authorizer(ApiId=api_id, AuthorizerId=authorizer_id, JwtConfiguration=configuration)
    refused = guide.call(url, token)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == NO_AUDIENCE


def test_only_the_tunnel_makes_an_issuer_that_aws_can_reach(start: Start) -> None:
    sandbox = start()
    guide = Guide(sandbox.record.endpoints)
    endpoints = guide.endpoints
    guide.set_issuer(endpoints.public_url)
    gateway = guide.client("apigatewayv2")
    api_id = gateway.create_api(Name="privateApi", ProtocolType="HTTP")["ApiId"]
    discovery = "/.well-known/openid-configuration"

    closed = guide.http.get(endpoints.public_url + discovery, timeout=5)
    assert (closed.status_code, closed.headers["ngrok-error-code"]) == (404, "ERR_NGROK_3200")
    with pytest.raises(gateway.exceptions.BadRequestException, match=r"Issuer must have a valid discovery endpoint"):
        guide.create_authorizer(api_id, endpoints.public_url, "client")

    switch(guide, sandbox, is_open=True)
    document = guide.http.get(endpoints.public_url + discovery, timeout=5).json()
    assert document["issuer"] == endpoints.public_url
    assert document["jwks_uri"] == f"{endpoints.public_url}/.well-known/jwks.json"
    guide.create_authorizer(api_id, endpoints.public_url, "client")

    private = endpoints.fusionauth.url
    assert guide.http.get(private + discovery, timeout=5).json()["jwks_uri"].startswith(private)
    for unreachable in (private, private.replace("127.0.0.1", "localhost")):
        with pytest.raises(gateway.exceptions.BadRequestException, match=r"Issuer must have a valid discovery"):
            guide.create_authorizer(api_id, unreachable, "client")


def switch(guide: Guide, sandbox: Running, *, is_open: bool) -> None:
    control = sandbox.record.control
    headers = {"Authorization": f"Bearer {control.token}"}
    answer = guide.http.put(f"{control.url}/tunnel", json={"open": is_open}, headers=headers, timeout=5)
    assert answer.json() == {"open": is_open, "public_url": guide.endpoints.public_url}
