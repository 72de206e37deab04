"""Gates that are unusual and right: nothing may be held against them. Rows are data."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.diagnosis.strangers import reply, serving
from tests.doctor import breaks as b
from tests.doctor import tokens as t
from tests.doctor.breaks import Break
from tests.doctor.gate import Gate, Undo
from tests.doctor.tokens import Presented
from tests.gateway.signing import jwk, sign

Keys = dict[str, Any]


@dataclass(frozen=True)
class Healthy:
    """One sound set-up. `query` carries the token where the gate reads it there."""

    id: str
    breaks: tuple[Break, ...] = ()
    presented: Presented = t.fresh
    path: str = ""
    method: str = "GET"
    query: str = ""


@dataclass(frozen=True)
class Provider:
    """Another provider's tokens: their shape, as its documentation shows it, at an issuer of the test's own."""

    id: str
    claims: Callable[[str], dict[str, Any]]
    accepted: tuple[str, ...]
    path: str = ""
    scopes: tuple[str, ...] = ()
    header: dict[str, Any] = field(default_factory=dict)


def tenant_path(gate: Gate) -> Undo:
    """Tenant and authorizer both name the issuer with the tenant's path."""
    undo = b.tenant_issuer("{issuer}/{tenant_id}")(gate)
    back = b.authorizer("{issuer}/{tenant_id}")(gate)
    return lambda: (back(), undo())


def keys_fetched(gate: Gate) -> Undo:
    """The gateway fetches the keys anew, now and afterwards."""
    gate.forget_keys()
    return gate.forget_keys


def named_stage(gate: Gate) -> Undo:
    """A second stage with a name."""
    gate.aws.create_stage(ApiId=gate.facts["api_id"], StageName="prod", AutoDeploy=True)
    return lambda: gate.aws.delete_stage(ApiId=gate.facts["api_id"], StageName="prod")


def refreshed(gate: Gate) -> str:
    """The token that a refresh token gave."""
    body = {"refreshToken": gate.login()["refreshToken"]}
    there = gate.bench.record.endpoints.fusionauth.url
    return f"Bearer {gate.bench.http.post(there + '/api/jwt/refresh', json=body, timeout=10).json()['token']}"


HEALTHY = (
    Healthy("plain"),
    Healthy("raw-token", presented=t.raw),
    Healthy("refreshed", presented=refreshed),
    Healthy("several-audiences", (b.authorizer(audience=("{audience}", "{api_id}", "another")),)),
    Healthy("audience-in-second-place", (b.authorizer(audience=("another", "{audience}")),)),
    Healthy("audience-list-in-the-token", (b.populate("jwt.aud = ['{audience}', 'https://api.example.com'];"),)),
    Healthy("tenant-path-issuer", (tenant_path,)),
    Healthy("rs384", (b.signing_key("RS384", 2048), keys_fetched)),
    Healthy("rs512", (b.signing_key("RS512", 2048), keys_fetched)),
    Healthy("rotated-key-fetched", (b.rotated_key, keys_fetched)),
    Healthy("scope", (b.route(AuthorizationScopes=["orders:read"]), b.populate("jwt.scope = 'orders:read';"))),
    Healthy(
        "one-of-the-scopes",
        (b.route(AuthorizationScopes=["a:b", "orders:read"]), b.populate("jwt.scope = 'x y orders:read';")),
    ),
    Healthy("scp", (b.route(AuthorizationScopes=["orders:read"]), b.populate("jwt.scp = ['orders:read'];"))),
    Healthy("scope-nobody-asks-for", (b.populate("jwt.scope = 'anything else';"),)),
    Healthy("more-claims", (b.populate("jwt.permissions = [[1, 2.5], true, 'x']; jwt.nbf = jwt.iat;"),)),
    Healthy("header-in-lower-case", (b.authorizer(source="$request.header.authorization"),)),
    Healthy("token-in-the-query", (b.authorizer(source="$request.querystring.token"),), t.raw, query="token"),
    Healthy("post", method="POST"),
    Healthy("named-stage", (named_stage,), path="/prod/privateFunction"),
    Healthy("route-by-method", (b.route(RouteKey="GET /privateFunction"),)),
    Healthy("wide-permission", (b.permission("{api_id}/*"),)),
)


def _times() -> dict[str, int]:
    now = int(time.time())
    return {"iat": now - 5, "exp": now + 3600}


PROVIDERS = (
    Provider(
        "cognito",
        lambda issuer: {
            "iss": issuer,
            "client_id": "6o1j5q0f3bk3d7v2cg8q9sbl2k",
            "token_use": "access",
            "scope": "aws.cognito.signin.user.admin",
            "username": "richard",
            "auth_time": int(time.time()),
        },
        ("6o1j5q0f3bk3d7v2cg8q9sbl2k",),
        path="/us-east-1_AbCdEfGhI",
    ),
    Provider(
        "auth0",
        lambda issuer: {
            "iss": issuer,
            "aud": ["https://api.example.com", f"{issuer}userinfo"],
            "azp": "client",
            "scope": "openid profile read:orders",
        },
        ("https://api.example.com",),
        path="/",
        scopes=("read:orders",),
    ),
    Provider(
        "entra",
        lambda issuer: {
            "iss": issuer,
            "aud": "11112222-bbbb-3333-cccc-4444dddd5555",
            "ver": "2.0",
            "scp": "access_as_user",
            "tid": "aaaabbbb-0000-cccc-1111-dddd2222eeee",
            "azp": "client",
        },
        ("11112222-bbbb-3333-cccc-4444dddd5555",),
        path="/aaaabbbb-0000-cccc-1111-dddd2222eeee/v2.0",
        scopes=("access_as_user",),
    ),
    Provider(
        "keycloak",
        lambda issuer: {"iss": issuer, "aud": ["orders", "account"], "azp": "web", "typ": "Bearer", "scope": "email"},
        ("orders",),
        path="/realms/shop",
    ),
    Provider(
        "okta",
        lambda issuer: {"iss": issuer, "aud": "api://default", "cid": "client", "scp": ["openid", "orders.read"]},
        ("api://default",),
        path="/oauth2/default",
        scopes=("orders.read",),
    ),
)


@contextmanager
def provider_gate(gate: Gate, provider: Provider) -> Iterator[str]:
    """The gate with another provider in FusionAuth's place; gives what is presented to it."""
    where: list[str] = []

    def answer(head: str) -> bytes:
        if "openid-configuration" in head:
            return reply(json.dumps({"issuer": where[0], "jwks_uri": f"{where[0].rstrip('/')}/keys"}).encode())
        return reply(json.dumps({"keys": [jwk("theirs")]}).encode())

    with serving(answer) as server:
        issuer = server.url + provider.path
        where.append(issuer)
        undo = b.authorizer(issuer, provider.accepted)(gate)
        back = b.route(AuthorizationScopes=list(provider.scopes))(gate)
        claims = {**provider.claims(issuer), **_times(), "sub": "user-1"}
        try:
            yield f"Bearer {sign(claims, kid='theirs', headers=provider.header or None)}"
        finally:
            back()
            undo()
