"""Hand-made cases: a gate that is right in every place, and what tests change about it."""

import json
from dataclasses import replace
from typing import Any

from services.diagnosis.facts import (
    ApiFacts,
    AuthorizerFacts,
    CaseFacts,
    Fetched,
    FusionAuthFacts,
    GatewayFacts,
    IntegrationFacts,
    IssuerFacts,
    PermissionFacts,
    RouteFacts,
    StageFacts,
)
from services.diagnosis.intake import Intake, Presented
from services.exchange import Exchange
from services.gateway.call import Answer
from services.gateway.issuer_keys import DISCOVERY_PATH, IssuerKeys
from services.gateway.rules import JwtAuthorizer
from services.redact import Secret
from services.tokens.keys import parse_jwks
from tests.gateway.signing import AUDIENCE, KID, NOW, claims, jwks, sign

ISSUER = "https://id.example.com"
ENDPOINT = "https://abc123.execute-api.eu-central-1.amazonaws.com"
URL = ENDPOINT + "/privateFunction"
ROUTE_KEY = "ANY /privateFunction"
FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:privateFunction"
SOURCE = "arn:aws:execute-api:eu-central-1:123456789012:abc123/*/*/privateFunction"
TENANT = "30663132-6464-6665-3032-326466613934"
UNAUTHORIZED = '{"message":"Unauthorized"}'

API = ApiFacts("abc123", "shop", "eu-central-1", "123456789012", ENDPOINT)
STAGE = StageFacts("$default", deployed=True, auto_deploy=True)
ROUTE = RouteFacts(
    ROUTE_KEY, "JWT", "auth1", target="integrations/int1", others=(ROUTE_KEY, "GET /health"), route_id="r1"
)
AUTHORIZER = AuthorizerFacts("auth1", "gatelight-own", "JWT", JwtAuthorizer(ISSUER, (AUDIENCE,)))
INTEGRATION = IntegrationFacts("AWS_PROXY", FUNCTION, "2.0", 30_000, function_exists=True)
PERMISSION = PermissionFacts(allowed=True, function_arn=FUNCTION, wanted_source_arn=SOURCE, statements=(SOURCE,))
GATEWAY = GatewayFacts(API, STAGE, ROUTE, AUTHORIZER, integration=INTEGRATION, permission=PERMISSION)
FUSIONAUTH = FusionAuthFacts(
    url="https://fusionauth.example.com",
    version="1.69.0",
    tenant_id=TENANT,
    tenant_name="Default",
    tenant_issuer=ISSUER,
    application_id=AUDIENCE,
    application_name="Shop",
    application_active=True,
    jwt_enabled=True,
    signing_algorithm="RS256",
    signing_kid=KID,
    user_id="user-1",
    user_registered=True,
)


def fetched(url: str, **changed: Any) -> Fetched:
    """A document that came as it should; `changed` as in Fetched."""
    usual: dict[str, Any] = {"status": 200, "content_type": "application/json", "size": 900, "seconds": 0.1}
    return Fetched(url, **usual | changed)


def issuer(of: str = ISSUER, **changed: Any) -> IssuerFacts:
    """An issuer whose two documents are right; `changed` as in IssuerFacts."""
    keys_at = of.rstrip("/") + "/.well-known/jwks.json"
    usual: dict[str, Any] = {
        "discovery": fetched(of.rstrip("/") + DISCOVERY_PATH),
        "key_set": fetched(keys_at),
        "keys": IssuerKeys.of(parse_jwks(json.dumps(jwks())), declared_issuer=of, jwks_uri=keys_at),
        "key_algorithms": ((KID, "RSA RS256"),),
    }
    return IssuerFacts(of, **usual | changed)


def presented(token: str, **changed: Any) -> Presented:
    """A token as it is sent: `Bearer …`, unless it brings its own prefix."""
    whole = token if token.lower().startswith("bearer") else f"Bearer {token}"
    return Presented(Secret(whole), "standard input", **changed)


def facts(token: str | None = "", *, of: str = ISSUER, raw: bool = False, **changed: Any) -> CaseFacts:
    """A case in which everything is right. `token` None leaves it out, `raw` sends it without `Bearer`."""
    if token == "":
        token = sign(claims(of))
    given = None
    if token is not None:
        given = Presented(Secret(token), "standard input") if raw else presented(token)
    usual: dict[str, Any] = {
        "intake": Intake(url=URL, presented=given),
        "now": float(NOW),
        "gateway": GATEWAY,
        "issuer": issuer(),
        "fusionauth": FUSIONAUTH,
    }
    return CaseFacts(**usual | changed)


def gateway(**changed: Any) -> GatewayFacts:
    """The gate's configuration with something changed."""
    return replace(GATEWAY, **changed)


def authorizer(issuer: str = ISSUER, audience: tuple[str, ...] = (AUDIENCE,), **changed: Any) -> GatewayFacts:
    """The gate with another authorizer."""
    return gateway(authorizer=replace(AUTHORIZER, jwt=JwtAuthorizer(issuer, audience, **changed)))


def route(**changed: Any) -> GatewayFacts:
    """The gate with another route."""
    return gateway(route=replace(ROUTE, **changed))


def answer(status: int, body: str = UNAUTHORIZED, **headers: str) -> Answer:
    """An answer of the gateway's. `headers` are named with underscores."""
    named = {name.replace("_", "-"): value for name, value in {"apigw_requestid": "x=", **headers}.items()}
    return Answer(status, "", tuple(named.items()), body, 0.1, Exchange("GET", URL))


def refusal(description: str, code: str = "invalid_token", status: int = 401) -> Answer:
    """The authorizer's refusal in these words."""
    header = f'Bearer scope="" error="{code}" error_description="{description}"' if description else "Bearer"
    body = UNAUTHORIZED if status == 401 else '{"message":"Forbidden"}'
    return answer(status, body, www_authenticate=header)
