"""One hand-made case for every finding there is, and for the forms in which it comes."""

import json
from dataclasses import dataclass, replace
from typing import Any

from services.diagnosis.diagnosis import Culprit
from services.diagnosis.facts import CaseFacts, DomainFacts, KnownGate, Missing
from services.diagnosis.intake import CapturedAnswer, Intake
from services.gateway.issuer_keys import DISCOVERY_PATH, IssuerKeys, KeyFailure, Source
from services.tokens.keys import SkippedKey
from tests.diagnosis.cases import (
    API,
    ENDPOINT,
    FUSIONAUTH,
    INTEGRATION,
    ISSUER,
    PERMISSION,
    ROUTE,
    STAGE,
    UNAUTHORIZED,
    URL,
    answer,
    authorizer,
    facts,
    fetched,
    gateway,
    issuer,
    presented,
    refusal,
    route,
)
from tests.gateway.signing import AUDIENCE, EC_KID, KID, NOW, claims, rsa_key, sign, with_claims, with_flipped_signature

GONE = Missing("AWS does not know it", gone=True)
UNASKED = Missing("AWS was not asked", "AWS credentials")
ALONE: dict[str, Any] = {
    "gateway": gateway(
        api=UNASKED, stage=UNASKED, route=UNASKED, authorizer=UNASKED, integration=None, permission=None
    ),
    "issuer": UNASKED,
    "fusionauth": UNASKED,
}
AUTH0 = "https://shop.eu.auth0.com/"
ENTRA = "https://login.microsoftonline.com/3c219e58-ed0e-4b18-ad48-f4f92793ae32/v2.0"
COGNITO = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI"
KEYCLOAK = "https://sso.example.com/realms/shop"
OKTA = "https://dev-1.okta.com/oauth2/default"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A case, and what the doctor must say: the finding, its form, who is wrong, and words that must be among them."""

    name: str
    facts: CaseFacts
    finding: str
    kind: str
    culprit: Culprit
    words: tuple[str, ...] = ()
    refuses: bool = True
    only: bool = True  # nothing else refuses


def foreign(of: str, token: str | None = None, **changed: Any) -> CaseFacts:
    """A case of another provider: its issuer everywhere, no FusionAuth."""
    usual: dict[str, Any] = {"gateway": authorizer(of), "issuer": issuer(of), "fusionauth": UNASKED}
    return facts(token or sign(claims(of, authenticationType=None)), **usual | changed)


def failing(source: Source, detail: str, **read: Any) -> CaseFacts:
    """A case in which one of the issuer's documents came otherwise."""
    path = DISCOVERY_PATH if source is Source.DISCOVERY else "/.well-known/jwks.json"
    name = "discovery" if source is Source.DISCOVERY else "key_set"
    keys = IssuerKeys(failure=KeyFailure(source, ISSUER + path, detail))
    private = read.pop("is_private", False)
    document: dict[str, Any] = {name: fetched(ISSUER + path, **read)}
    return facts(issuer=issuer(keys=keys, is_private=private, **document))


def captured(status: int, body: str = UNAUTHORIZED, log_line: str = "", **headers: str) -> CaseFacts:
    """Only an answer that somebody kept."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    intake = Intake(captured=CapturedAnswer(status, named, body), log_line=log_line)
    return facts(None, **(ALONE | {"intake": intake}))


def refused(description: str, error: str = "invalid_token") -> CaseFacts:
    """Only the authorizer's words."""
    return captured(
        401, apigw_requestid="x", www_authenticate=f'Bearer error="{error}" error_description="{description}"'
    )


def from_browser() -> CaseFacts:
    intake = replace(facts().intake, headers=(("Origin", "https://shop.example.com"),))
    return facts(intake=intake, gateway=route(catches_preflight=True))


HS256 = sign(claims(ISSUER), algorithm="HS256", key=b"s" * 32, kid="10d51735a5")
OTHER = "https://other.example.com"
WEAK = rsa_key("weak", 1024).public_key()
MISSHAPEN = json.dumps({"integrationErrorMessage": "The response from the Lambda function doesn't match the format"})

REACH = [
    Scenario("the API is gone", facts(gateway=gateway(api=GONE)), "api", "", Culprit.API, ("“" + ENDPOINT[8:] + "”",)),
    Scenario(
        "the API's own address is disabled",
        facts(gateway=gateway(api=replace(API, endpoint_disabled=True))),
        "endpoint",
        "",
        Culprit.API,
        (ENDPOINT, "DisableExecuteApiEndpoint"),
    ),
    Scenario(
        "a custom domain without a mapping for the path",
        facts(gateway=gateway(domain=DomainFacts("api.example.com", mappings=("v1", "v2")))),
        "domain-mapping",
        "",
        Culprit.DOMAIN,
        ("“/privateFunction”", "“v1”", "create-api-mapping"),
    ),
    Scenario(
        "a mapping at a stage that is gone",
        facts(gateway=gateway(domain=DomainFacts("api.example.com", "abc123", "old"), stage=GONE)),
        "domain-stage",
        "old stage",
        Culprit.DOMAIN,
        ("“old”",),
    ),
    Scenario(
        "a mapping at another API",
        facts(
            intake=replace(facts().intake, api_id="abc123"),
            gateway=gateway(domain=DomainFacts("api.example.com", "zzz999", "$default")),
        ),
        "domain-stage",
        "",
        Culprit.DOMAIN,
        ("“zzz999”",),
    ),
    Scenario("no such stage", facts(gateway=gateway(stage=GONE)), "stage", "", Culprit.STAGE, ("create-stage",)),
    Scenario(
        "a stage that was never deployed",
        facts(gateway=gateway(stage=replace(STAGE, deployed=False, auto_deploy=False))),
        "deployment",
        "",
        Culprit.STAGE,
        ("404", "update-stage"),
    ),
    Scenario(
        "a stage whose last deployment failed",
        facts(gateway=gateway(stage=replace(STAGE, problem="Deployment attempt failed: x."))),
        "deployment",
        "failed",
        Culprit.STAGE,
        ("Deployment attempt failed: x.",),
        refuses=False,
    ),
    Scenario(
        "a stage that deploys nothing by itself",
        facts(gateway=gateway(stage=replace(STAGE, auto_deploy=False))),
        "auto-deploy",
        "",
        Culprit.STAGE,
        refuses=False,
    ),
    Scenario(
        "no route for the path",
        facts(intake=replace(facts().intake, url=URL + "/"), gateway=route(route_key="")),
        "route",
        "",
        Culprit.ROUTE,
        ("“GET /privateFunction/”", "“ANY /privateFunction”"),
    ),
    Scenario(
        "an open route", facts(gateway=route(authorization_type="NONE")), "route-open", "", Culprit.ROUTE, refuses=False
    ),
    Scenario(
        "IAM", facts(gateway=route(authorization_type="AWS_IAM")), "route-iam", "", Culprit.ROUTE, ("never runs",)
    ),
    Scenario(
        "a Lambda authorizer that denied",
        facts(gateway=route(authorization_type="CUSTOM"), with_token=answer(403, '{"message":"Forbidden"}')),
        "route-custom",
        "",
        Culprit.ROUTE,
        ("never runs",),
    ),
    Scenario(
        "an authorizer that is gone", facts(gateway=gateway(authorizer=GONE)), "authorizer", "", Culprit.AUTHORIZER
    ),
    Scenario(
        "an audience with a blank beside the right one",
        facts(gateway=authorizer(audience=(AUDIENCE, "other "))),
        "audience-blank",
        "",
        Culprit.AUTHORIZER,
        ("“other ”", "“other”"),
        refuses=False,
    ),
]

FORM = [
    Scenario(
        "a token that is sent elsewhere",
        facts(
            intake=Intake(url=URL, presented=presented(sign(claims(ISSUER)), place="$request.header.Authorization")),
            gateway=authorizer(identity_source="$request.querystring.token"),
        ),
        "identity-source",
        "elsewhere",
        Culprit.CALLER,
        ("“$request.querystring.token”", "“$request.header.Authorization”"),
    ),
    Scenario(
        "an identity source that is not the usual one",
        facts(gateway=authorizer(identity_source="$request.header.X-Token")),
        "identity-source",
        "elsewhere",
        Culprit.CALLER,
        ("“$request.header.X-Token”",),
        refuses=False,
    ),
    Scenario("nothing after Bearer", facts(" ", raw=True), "segments", "placeholder", Culprit.TOKEN),
    Scenario(
        "no text at all",
        facts(intake=Intake(url=URL, presented=replace(presented("x"), value=type(presented("x").value)("")))),
        "identity-source",
        "empty",
        Culprit.CALLER,
    ),
    Scenario(
        "a lower-case prefix",
        facts("bearer " + sign(claims(ISSUER))),
        "bearer",
        "",
        Culprit.CALLER,
        ("“bearer ”", "not known"),
        refuses=False,
    ),
    Scenario("a placeholder", facts("$TOKEN"), "segments", "placeholder", Culprit.TOKEN, ("This is a placeholder",)),
    Scenario("an opaque token", facts("Zm9vYmFyYmF6cXV4"), "segments", "opaque-token", Culprit.TOKEN),
    Scenario("a token cut off", facts("eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0"), "segments", "cut off", Culprit.TOKEN),
    Scenario("Bearer twice", facts("Bearer Bearer " + sign(claims(ISSUER))), "decode", "bearer-twice", Culprit.CALLER),
    Scenario("quotation marks", facts(f'"{sign(claims(ISSUER))}"'), "decode", "quotation marks", Culprit.CALLER),
    Scenario("a line break", facts(sign(claims(ISSUER)) + "\n"), "signature", "blank", Culprit.CALLER, only=False),
    Scenario("damage", facts("eyJhbGciOiJSUzI1NiJ9.eyJp!.AAAA"), "decode", "damaged", Culprit.TOKEN, ("base64url",)),
    Scenario(
        "the tenant's secret",
        facts(HS256, fusionauth=replace(FUSIONAUTH, jwt_enabled=False, signing_algorithm="HS256")),
        "algorithm",
        "tenant's key",
        Culprit.APPLICATION,
        ("“HS256”", "“Shop”", "curl", "${GATELIGHT_FUSIONAUTH_API_KEY}"),
        only=False,
    ),
    Scenario("an older HS256 token", facts(HS256), "algorithm", "older token", Culprit.TOKEN, only=False),
    Scenario(
        "an elliptic curve",
        facts(sign(claims(ISSUER), algorithm="ES256", kid=EC_KID)),
        "algorithm",
        "elliptic curve",
        Culprit.TOKEN,
        only=False,
    ),
    Scenario(
        "no signature",
        facts("eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0."),
        "algorithm",
        "unsigned",
        Culprit.TOKEN,
        only=False,
    ),
]

READING = [
    Scenario(
        "a private address",
        failing(Source.DISCOVERY, "refused", status=None, is_private=True),
        "discovery",
        "private address",
        Culprit.ISSUER,
    ),
    Scenario(
        "a redirect",
        failing(Source.DISCOVERY, "status 302", status=302, redirect_to=OTHER),
        "discovery",
        "redirect",
        Culprit.ISSUER,
        (OTHER,),
    ),
    Scenario(
        "a login page",
        failing(Source.DISCOVERY, "not JSON", content_type="text/html"),
        "discovery",
        "web page",
        Culprit.ISSUER,
    ),
    Scenario(
        "a bad certificate",
        failing(Source.DISCOVERY, "TLS", status=None, tls_problem="certificate has expired"),
        "discovery",
        "TLS",
        Culprit.ISSUER,
        ("certificate has expired",),
    ),
    Scenario(
        "nobody there",
        failing(Source.DISCOVERY, "nothing answers", status=None),
        "discovery",
        "unreachable",
        Culprit.ISSUER,
    ),
    Scenario(
        "no discovery document",
        failing(Source.DISCOVERY, "status 404", status=404),
        "discovery",
        "status",
        Culprit.ISSUER,
        ("404",),
    ),
    Scenario(
        "too slow",
        failing(Source.DISCOVERY, "slow", seconds=2.4),
        "discovery",
        "too slow",
        Culprit.ISSUER,
        ("2,400 ms",),
    ),
    Scenario(
        "not JSON",
        failing(Source.DISCOVERY, "the discovery document is not JSON"),
        "discovery",
        "content",
        Culprit.ISSUER,
        ("is not JSON",),
    ),
    Scenario(
        "a key set that is too large",
        failing(Source.JWKS, "too large", size=200_000),
        "keys",
        "too large",
        Culprit.ISSUER,
        ("200,000",),
    ),
    Scenario(
        "a large key set that we could read",
        facts(issuer=issuer(key_set=fetched(ISSUER + "/k", size=200_000))),
        "keys",
        "too large",
        Culprit.ISSUER,
    ),
    Scenario(
        "close to the limit",
        facts(issuer=issuer(discovery=fetched(ISSUER, seconds=1.3))),
        "discovery-slow",
        "",
        Culprit.ISSUER,
        ("1,300 ms",),
        refuses=False,
    ),
    Scenario(
        "another declared issuer",
        facts(issuer=issuer(keys=replace(issuer().keys, declared_issuer=OTHER))),
        "discovery-issuer",
        "",
        Culprit.ISSUER,
        (OTHER,),
        refuses=False,
    ),
    Scenario(
        "keys over http",
        facts(issuer=issuer(jwks_uri_stray='its scheme is "http", the issuer\'s "https"')),
        "jwks-uri",
        "http",
        Culprit.TUNNEL,
        refuses=False,
    ),
    Scenario(
        "keys at a stray port",
        facts(issuer=issuer(jwks_uri_stray="its port is 9011, the issuer's 443")),
        "jwks-uri",
        "port",
        Culprit.TUNNEL,
        ("9011",),
        refuses=False,
    ),
    Scenario(
        "a duplicate kid",
        facts(
            issuer=issuer(
                keys=replace(issuer().keys, skipped=(SkippedKey(KID, "another key of the same kid stands before it"),))
            )
        ),
        "key-duplicate",
        "",
        Culprit.ISSUER,
        refuses=False,
    ),
    Scenario(
        "a weak key",
        facts(
            None,
            issuer=issuer(keys=replace(issuer().keys, by_kid={KID: WEAK})),
        ),
        "key-weak",
        "",
        Culprit.ISSUER,
        ("1,024",),
        refuses=False,
    ),
    Scenario(
        "no RSA key",
        facts(issuer=issuer(keys=replace(issuer().keys, by_kid={}), key_algorithms=())),
        "kid",
        "no RSA key",
        Culprit.ISSUER,
    ),
    Scenario(
        "only elliptic curves",
        facts(issuer=issuer(keys=replace(issuer().keys, by_kid={}))),
        "kid",
        "no RSA key",
        Culprit.ISSUER,
        ("not RSA",),
    ),
    Scenario("a rotated key", facts(sign(claims(ISSUER), kid="old")), "kid", "rotated", Culprit.TOKEN, ("“old”", KID)),
    Scenario("no kid", facts(sign(claims(ISSUER), kid=None)), "kid", "missing", Culprit.ISSUER),
    Scenario(
        "a tunnel that came back elsewhere",
        facts(moved_to="https://other-words.ngrok-free.dev", provisioned_by="own"),
        "tunnel-address",
        "",
        Culprit.TUNNEL,
        ("other-words.ngrok-free.dev", ISSUER, "gatelight up --profile own"),
        refuses=False,
    ),
    Scenario(
        "a tunnel to another FusionAuth",
        facts(sign(claims(ISSUER), kid="new"), fusionauth=replace(FUSIONAUTH, signing_kid="new")),
        "kid",
        "other server",
        Culprit.TUNNEL,
    ),
    Scenario(
        "another profile's key",
        facts(sign(claims(ISSUER), kid="k9"), known_gates=(KnownGate("staging", OTHER, "x", ("k9",)),)),
        "kid",
        "other environment",
        Culprit.TOKEN,
        ("“staging”",),
    ),
    Scenario(
        "another issuer's key",
        facts(
            sign(claims(OTHER), kid="k9"),
            fusionauth=UNASKED,
            token_issuer=issuer(OTHER, keys=IssuerKeys({"k9": rsa_key().public_key()}, declared_issuer=OTHER)),
        ),
        "kid",
        "other issuer",
        Culprit.TOKEN,
        (OTHER,),
        only=False,
    ),
    Scenario(
        "cached keys",
        facts(with_token=refusal("kid not found")),
        "key-cache",
        "",
        Culprit.AUTHORIZER,
        ("reset-authorizers-cache",),
    ),
    Scenario(
        "a changed token", facts(with_flipped_signature(sign(claims(ISSUER)))), "signature", "changed", Culprit.TOKEN
    ),
    Scenario(
        "changed claims",
        facts(with_claims(sign(claims(ISSUER)), claims(ISSUER, sub="admin"))),
        "signature",
        "changed",
        Culprit.TOKEN,
    ),
    Scenario(
        "a masked signature",
        facts(sign(claims(ISSUER)).rpartition(".")[0] + ".••••••••"),
        "signature",
        "masked",
        Culprit.TOKEN,
    ),
    Scenario(
        "AWS alone cannot read the issuer",
        facts(with_token=refusal("OIDC discovery endpoint communication error")),
        "discovery",
        "from AWS only",
        Culprit.ISSUER,
    ),
]

VALUES = [
    Scenario(
        "a trailing slash at the authorizer",
        facts(gateway=authorizer(ISSUER + "/")),
        "issuer",
        "authorizer",
        Culprit.AUTHORIZER,
        (f"“{ISSUER}/”", f"“{ISSUER}”", "update-authorizer"),
    ),
    Scenario(
        "a trailing slash at the tenant",
        facts(
            sign(claims(ISSUER + "/")),
            fusionauth=replace(FUSIONAUTH, tenant_issuer=ISSUER + "/"),
            known_gates=(KnownGate("own", ISSUER, AUDIENCE),),
            provisioned_by="own",
        ),
        "issuer",
        "tenant",
        Culprit.TENANT,
        ("/api/tenant/",),
    ),
    Scenario(
        "the default issuer",
        facts(sign(claims("acme.com")), fusionauth=replace(FUSIONAUTH, tenant_issuer="acme.com")),
        "issuer",
        "default issuer",
        Culprit.TENANT,
        ("“acme.com”",),
    ),
    Scenario(
        "a token from before",
        facts(sign(claims("https://old.example.com")), fusionauth=replace(FUSIONAUTH, tenant_changed_at=float(NOW))),
        "issuer",
        "older token",
        Culprit.TOKEN,
        ("older than the tenant's last change",),
    ),
    Scenario(
        "another environment",
        facts(sign(claims(OTHER)), known_gates=(KnownGate("staging", OTHER, "x"),)),
        "issuer",
        "other environment",
        Culprit.TOKEN,
        ("“staging”",),
    ),
    Scenario(
        "another tenant's discovery",
        facts(
            sign(claims(OTHER + "/t")),
            fusionauth=replace(FUSIONAUTH, tenant_issuer=OTHER + "/t"),
            issuer=issuer(keys=replace(issuer().keys, declared_issuer="https://third.example.com")),
        ),
        "issuer",
        "other tenant",
        Culprit.AUTHORIZER,
    ),
    Scenario(
        "discovery sides with the token",
        facts(fusionauth=UNASKED, gateway=authorizer(ISSUER + "/")),
        "issuer",
        "authorizer",
        Culprit.AUTHORIZER,
    ),
    Scenario(
        "Entra ID's version 1 token",
        foreign(
            ENTRA,
            sign(
                claims(
                    "https://sts.windows.net/3c219e58-ed0e-4b18-ad48-f4f92793ae32/",
                    ver="1.0",
                    tid="x",
                    authenticationType=None,
                )
            ),
        ),
        "issuer",
        "version",
        Culprit.AUTHORIZER,
        ("In Entra ID",),
    ),
    Scenario(
        "Auth0 without its slash",
        foreign(AUTH0, gateway=authorizer(AUTH0[:-1])),
        "issuer",
        "authorizer",
        Culprit.AUTHORIZER,
        ("In Auth0", AUTH0),
    ),
    Scenario("no iss", facts(sign(claims(ISSUER, iss=None))), "issuer", "missing", Culprit.TOKEN),
    Scenario(
        "a tenant that was changed since",
        facts(fusionauth=replace(FUSIONAUTH, tenant_issuer="acme.com")),
        "tenant-issuer",
        "default issuer",
        Culprit.TENANT,
        ("acme.com",),
        refuses=False,
    ),
    Scenario(
        "an unregistered user",
        facts(sign(claims(ISSUER, aud=None)), fusionauth=replace(FUSIONAUTH, user_registered=False)),
        "audience",
        "unregistered user",
        Culprit.APPLICATION,
        ("202", "/api/user/registration/user-1"),
    ),
    Scenario(
        "a login without an application",
        facts(sign(claims(ISSUER, aud=None))),
        "audience",
        "no application",
        Culprit.CALLER,
        ("applicationId",),
    ),
    Scenario(
        "Keycloak's own audience",
        foreign(KEYCLOAK, sign(claims(KEYCLOAK, aud="account", typ="Bearer"))),
        "audience",
        "own audience",
        Culprit.CALLER,
        ("In Keycloak", "Audience mapper"),
    ),
    Scenario(
        "Cognito's client id",
        foreign(COGNITO, sign(claims(COGNITO, aud=None, client_id="7abc", token_use="access"))),
        "audience",
        "authorizer",
        Culprit.AUTHORIZER,
        ("In Cognito", "“7abc”"),
    ),
    Scenario(
        "an ID token",
        foreign(AUTH0, sign(claims(AUTH0, aud="client", nonce="n", scope=None))),
        "audience",
        "ID token",
        Culprit.CALLER,
    ),
    Scenario(
        "another application's token",
        facts(sign(claims(ISSUER, aud="other"))),
        "audience",
        "other application",
        Culprit.TOKEN,
    ),
    Scenario(
        "an authorizer with the API's id",
        facts(gateway=authorizer(audience=("abc123",))),
        "audience",
        "authorizer",
        Culprit.AUTHORIZER,
        ("API's own id",),
    ),
    Scenario(
        "a blank in the only audience",
        facts(gateway=authorizer(audience=(AUDIENCE + " ",))),
        "audience",
        "authorizer",
        Culprit.AUTHORIZER,
        ("update-authorizer",),
    ),
    Scenario(
        "no audience at all",
        facts(gateway=authorizer(audience=())),
        "audience",
        "unset",
        Culprit.AUTHORIZER,
        refuses=False,
    ),
    Scenario(
        "another profile's audience",
        facts(sign(claims(ISSUER, aud="x")), known_gates=(KnownGate("staging", OTHER, "x"),)),
        "audience",
        "other environment",
        Culprit.TOKEN,
    ),
    Scenario(
        "an expired token",
        facts(sign(claims(ISSUER, exp=NOW - 7200, iat=NOW - 10_800))),
        "exp",
        "expired",
        Culprit.TOKEN,
        ("2 hours ago",),
    ),
    Scenario(
        "a token that never lived",
        facts(sign(claims(ISSUER, exp=NOW - 70, iat=NOW - 10))),
        "exp",
        "never valid",
        Culprit.ISSUER,
    ),
    Scenario(
        "a token that has to wait",
        facts(sign(claims(ISSUER, nbf=NOW + 3_590))),
        "nbf",
        "delayed",
        Culprit.ISSUER,
        ("1 hour",),
    ),
    Scenario(
        "a populate lambda that writes the issuer",
        facts(sign(claims(OTHER)), fusionauth=replace(FUSIONAUTH, tenant_changed_at=NOW - 500.0)),
        "issuer",
        "populate lambda",
        Culprit.APPLICATION,
    ),
    Scenario(
        "a populate lambda that writes the audience",
        facts(sign(claims(ISSUER, aud=["one", "two"], applicationId=AUDIENCE))),
        "audience",
        "populate lambda",
        Culprit.APPLICATION,
    ),
    Scenario(
        "a token that expires soon",
        facts(sign(claims(ISSUER, exp=NOW + 20))),
        "exp-soon",
        "",
        Culprit.TOKEN,
        ("20 seconds",),
        refuses=False,
    ),
    Scenario("not valid yet", facts(sign(claims(ISSUER, nbf=NOW + 90, iat=None))), "nbf", "future", Culprit.CLOCK),
    Scenario(
        "a clock ahead",
        facts(
            sign(claims(ISSUER, iat=NOW + 40)),
            issuer=issuer(discovery=fetched(ISSUER, server_time=NOW + 40.0, received_at=float(NOW))),
        ),
        "iat",
        "future",
        Culprit.CLOCK,
        ("40 seconds ahead of ours",),
    ),
    Scenario("milliseconds", facts(sign(claims(ISSUER, iat=NOW * 1000))), "iat", "milliseconds", Culprit.ISSUER),
    Scenario(
        "our clock",
        facts(answered_at=float(NOW), with_token=answer(200, "{}", date="Fri, 15 Jan 2027 08:05:00 GMT")),
        "clock",
        "ours",
        Culprit.CLOCK,
        ("5 minutes behind",),
        refuses=False,
    ),
    Scenario(
        "no scope",
        facts(sign(claims(ISSUER, scope=None)), gateway=route(scopes=("orders.read",))),
        "scopes",
        "none",
        Culprit.TOKEN,
        ("“orders.read”", "populate lambda"),
    ),
    Scenario(
        "Auth0's permissions",
        foreign(
            AUTH0,
            sign(claims(AUTH0, permissions=["orders:read"])),
            gateway=replace(authorizer(AUTH0), route=replace(ROUTE, scopes=("orders:read",))),
        ),
        "scopes",
        "permissions",
        Culprit.TOKEN,
        ("“permissions”",),
    ),
    Scenario(
        "nearly the scope",
        facts(sign(claims(ISSUER, scope="orders.Read")), gateway=route(scopes=("orders.read",))),
        "scopes",
        "nearly",
        Culprit.ROUTE,
        ("upper and lower case",),
    ),
    Scenario(
        "the application's JWT switched off",
        facts(fusionauth=replace(FUSIONAUTH, jwt_enabled=False, signing_algorithm="HS256")),
        "application-jwt",
        "",
        Culprit.APPLICATION,
        refuses=False,
    ),
    Scenario(
        "a deactivated application",
        facts(fusionauth=replace(FUSIONAUTH, application_active=False)),
        "application-inactive",
        "",
        Culprit.APPLICATION,
        ("reactivate=true",),
        refuses=False,
    ),
]

BEHIND = [
    Scenario(
        "a browser's preflight",
        from_browser(),
        "cors",
        "",
        Culprit.ROUTE,
        ("“OPTIONS /privateFunction”",),
        refuses=False,
    ),
    Scenario("no integration", facts(gateway=gateway(integration=GONE)), "integration", "gone", Culprit.INTEGRATION),
    Scenario(
        "no function",
        facts(gateway=gateway(integration=replace(INTEGRATION, function_exists=False))),
        "integration",
        "no function",
        Culprit.INTEGRATION,
    ),
    Scenario(
        "no permission",
        facts(
            gateway=gateway(permission=replace(PERMISSION, allowed=False, statements=())),
            with_token=answer(500, '{"message":"Internal Server Error"}'),
        ),
        "permission",
        "none",
        Culprit.PERMISSION,
        ("add-permission",),
    ),
    Scenario(
        "permission for another API",
        facts(gateway=gateway(permission=replace(PERMISSION, allowed=False, statements=("arn:x",)))),
        "permission",
        "other source",
        Culprit.PERMISSION,
        ("“arn:x”",),
    ),
    Scenario(
        "format 1.0",
        facts(gateway=gateway(integration=replace(INTEGRATION, payload_format_version="1.0"))),
        "payload-format",
        "",
        Culprit.INTEGRATION,
        refuses=False,
    ),
    Scenario(
        "a failing function",
        facts(with_token=answer(500, '{"message":"Internal Server Error"}')),
        "function",
        "answer",
        Culprit.FUNCTION,
        only=False,
    ),
    Scenario(
        "a function that answers 401",
        facts(with_token=answer(401, '{"error":"no"}')),
        "function",
        "answer",
        Culprit.FUNCTION,
        ("made by the function",),
    ),
    Scenario(
        "a slow function",
        facts(with_token=answer(503, '{"message":"Service Unavailable"}')),
        "integration-timeout",
        "answer",
        Culprit.FUNCTION,
    ),
    Scenario(
        "a misshapen answer",
        captured(
            500,
            '{"message":"Internal Server Error"}',
            MISSHAPEN,
            apigw_requestid="x",
        ),
        "response-shape",
        "answer",
        Culprit.FUNCTION,
    ),
    Scenario(
        "no reason", facts(with_token=refusal("something new")), "unexplained", "", Culprit.NOBODY, ("“something new”",)
    ),
    Scenario("lost on the way", facts(with_token=refusal("")), "identity-source", "lost", Culprit.CALLER),
]

ANSWERS = [
    Scenario(
        "a 401 without the authorizer's words",
        captured(401, apigw_requestid="x"),
        "route-custom",
        "answer",
        Culprit.ROUTE,
    ),
    Scenario(
        "the audience in the answer",
        refused("the token does not have a valid audience"),
        "audience",
        "answer",
        Culprit.AUTHORIZER,
    ),
    Scenario("the issuer in the answer", refused("issuer does not match"), "issuer", "answer", Culprit.AUTHORIZER),
    Scenario(
        "no token in the answer",
        captured(401, apigw_requestid="x", www_authenticate="Bearer"),
        "identity-source",
        "answer",
        Culprit.CALLER,
    ),
    Scenario(
        "scopes in the answer",
        captured(
            403,
            '{"message":"Forbidden"}',
            apigw_requestid="x",
            www_authenticate='Bearer scope="a" error="insufficient_scope" error_description="expected scopes: [a]"',
        ),
        "scopes",
        "answer",
        Culprit.TOKEN,
        ("“a”",),
    ),
    Scenario(
        "a log line alone",
        facts(None, **(ALONE | {"intake": Intake(log_line="invalid_token: the token has expired")})),
        "exp",
        "answer",
        Culprit.TOKEN,
    ),
    Scenario(
        "ngrok's page",
        captured(404, "<html>", ngrok_error_code="ERR_NGROK_3200"),
        "tunnel-answer",
        "answer",
        Culprit.TUNNEL,
        ("ERR_NGROK_3200",),
    ),
    Scenario(
        "a login redirect",
        captured(302, "", location="https://sso.example.com/login"),
        "login-page",
        "answer",
        Culprit.PROXY,
        ("sso.example.com",),
    ),
    Scenario("a proxy", captured(502, "bad gateway"), "proxy-answer", "answer", Culprit.PROXY),
    Scenario("CloudFront", captured(403, "x", server="CloudFront"), "firewall", "answer", Culprit.PROXY),
    Scenario(
        "a signed request",
        captured(
            403, '{"message":"Missing Authentication Token"}', x_amzn_errortype="MissingAuthenticationTokenException"
        ),
        "iam-answer",
        "answer",
        Culprit.ROUTE,
    ),
    Scenario(
        "throttling",
        captured(429, '{"message":"Too Many Requests"}', apigw_requestid="x"),
        "throttled",
        "answer",
        Culprit.STAGE,
    ),
    Scenario(
        "a long header",
        captured(431, '{"message":"Request Header Fields Too Large"}', apigw_requestid="x"),
        "request-size",
        "answer",
        Culprit.CALLER,
    ),
    Scenario(
        "nothing there",
        captured(404, '{"message":"Not Found"}', apigw_requestid="x"),
        "route",
        "answer",
        Culprit.ROUTE,
        only=False,
    ),
]

SCENARIOS = [*REACH, *FORM, *READING, *VALUES, *BEHIND, *ANSWERS]
