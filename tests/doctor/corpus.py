"""The broken gates: what is broken, what is presented, and what must be said of it. Rows are data.

`deciding` and `also` are ids of findings (`docs/doctor.md`), in the gateway's order, warnings apart. `says` is quoted
from the gateway's own answer. `expected` and `actual` are the deciding finding's values, exactly.
"""

from dataclasses import dataclass

from tests.doctor import breaks as b
from tests.doctor import tokens as t
from tests.doctor.breaks import Break
from tests.doctor.tokens import Presented

ISSUER = "issuer does not match"
AUDIENCE = "the token does not have a valid audience"


@dataclass(frozen=True)
class Broken:
    """One broken set-up. `fixed_by` are the steps that set it right and are offered, "token" for a new one alone.

    Without it a person has to do it, as where a lambda changes the claims.
    """

    id: str
    breaks: tuple[Break, ...]
    deciding: str
    status: int
    says: str = ""
    presented: Presented = t.fresh
    also: tuple[str, ...] = ()
    expected: str | None = None
    actual: str | None = None
    fixed_by: tuple[str, ...] = ()
    as_predicted: bool = True
    path: str = ""
    method: str = "GET"


def issuer(name: str, broken: Break, expected: str | None, actual: str | None, step: str) -> Broken:
    """A row for an issuer that differs."""
    return Broken(name, (broken,), "issuer", 401, ISSUER, expected=expected, actual=actual, fixed_by=(step,))


def audience(name: str, *accepted: str, expected: str | None = None) -> Broken:
    """A row for an authorizer that expects another audience."""
    shown = expected or accepted[0]
    broken = b.authorizer(audience=accepted)
    return Broken(
        name, (broken,), "audience", 401, AUDIENCE, expected=shown, actual="{audience}", fixed_by=("authorizer",)
    )


def form(name: str, deciding: str, says: str, presented: Presented, *also: str) -> Broken:
    """A row for what is presented in the wrong form, or is past saving: a new token is the cure."""
    return Broken(name, (), deciding, 401, says, presented, also=also, fixed_by=("token",))


CORPUS = (
    # The issuer: the authorizer's, then the tenant's
    issuer("authorizer-slash", b.authorizer("{issuer}/"), "{issuer}/", "{issuer}", "authorizer"),
    issuer("authorizer-scheme-capitals", b.upper_issuer, None, "{issuer}", "authorizer"),
    issuer("authorizer-localhost", b.other_loopback_name, None, "{issuer}", "authorizer"),
    issuer(
        "authorizer-tenant-path",
        b.authorizer("{issuer}/{tenant_id}"),
        "{issuer}/{tenant_id}",
        "{issuer}",
        "authorizer",
    ),
    issuer("tenant-private", b.private_issuer, "{issuer}", None, "issuer"),
    issuer("tenant-default-acme", b.tenant_issuer("acme.com"), "{issuer}", "acme.com", "issuer"),
    issuer("tenant-slash", b.tenant_issuer("{issuer}/"), "{issuer}", "{issuer}/", "issuer"),
    issuer("tenant-https", b.https_issuer, "{issuer}", None, "issuer"),
    issuer("tenant-other-port", b.other_port_issuer, "{issuer}", None, "issuer"),
    issuer("tenant-path", b.tenant_issuer("{issuer}/{tenant_id}"), "{issuer}", "{issuer}/{tenant_id}", "issuer"),
    issuer("tenant-trailing-dot", b.tenant_issuer("{issuer}."), "{issuer}", "{issuer}.", "issuer"),
    issuer("tenant-blank", b.tenant_issuer("{issuer} "), "{issuer}", "{issuer} ", "issuer"),
    issuer("tenant-newline", b.tenant_issuer("{issuer}\n"), "{issuer}", "{issuer}\n", "issuer"),
    issuer("tenant-zero-width", b.tenant_issuer("{issuer}\u200b"), "{issuer}", "{issuer}\u200b", "issuer"),
    issuer("tenant-percent", b.tenant_issuer("{issuer}%2F"), "{issuer}", "{issuer}%2F", "issuer"),
    issuer(
        "tenant-homoglyph",
        b.tenant_issuer("https://\u0430uth.example.com"),
        "{issuer}",
        "https://\u0430uth.example.com",
        "issuer",
    ),
    Broken(
        "lambda-issuer",
        (b.populate("jwt.iss = 'https://lambda.example.com';"),),
        "issuer",
        401,
        ISSUER,
        expected="{issuer}",
        actual="https://lambda.example.com",
    ),
    # The audience
    audience("audience-api-id", "{api_id}"),
    audience("audience-other-application", "3c219e58-ed0e-4b18-ad48-f4f92793ae32"),
    audience("audience-scheme", "api://{audience}"),
    audience("audience-blank", "{audience} "),
    audience("audience-slash", "{audience}/"),
    audience("audience-several", "{api_id}", "{audience}s", expected='["{api_id}", "{audience}s"]'),
    audience("audience-issuer", "{issuer}"),
    Broken(
        "audience-capitals",
        (b.upper_audience,),
        "audience",
        401,
        AUDIENCE,
        actual="{audience}",
        fixed_by=("authorizer",),
    ),
    Broken("unregistered", (b.unregistered,), "audience", 401, AUDIENCE, fixed_by=("registration",)),
    form("login-without-application", "algorithm", "signing method HS256", t.without_application, "kid", "audience"),
    Broken(
        "lambda-audience",
        (b.populate("jwt.aud = 'somebody-else';"),),
        "audience",
        401,
        AUDIENCE,
        expected="{audience}",
        actual="somebody-else",
    ),
    Broken(
        "lambda-audience-list",
        (b.populate("jwt.aud = ['one', 'two'];"),),
        "audience",
        401,
        AUDIENCE,
        actual='["one", "two"]',
    ),
    # Algorithm, key, signature
    Broken(
        "own-jwt-off",
        (b.own_jwt_off,),
        "algorithm",
        401,
        "signing method HS256",
        also=("kid",),
        fixed_by=("application",),
    ),
    Broken(
        "hs512",
        (b.signing_key("HS512"),),
        "algorithm",
        401,
        "signing method HS512",
        also=("kid",),
        fixed_by=("application",),
    ),
    Broken(
        "es256",
        (b.signing_key("ES256"),),
        "algorithm",
        401,
        "signing method ES256",
        also=("kid",),
        fixed_by=("application",),
    ),
    Broken(
        "es384",
        (b.signing_key("ES384"),),
        "algorithm",
        401,
        "signing method ES384",
        also=("kid",),
        fixed_by=("application",),
    ),
    form("alg-none", "algorithm", "signing method none", t.unsigned, "kid"),
    form("forged-es256", "algorithm", "signing method ES256", t.forged_es256, "kid"),
    Broken("rotated-key", (b.rotated_key,), "key-cache", 401, "kid not found", as_predicted=False),
    form("removed-key", "kid", "", t.removed_key),
    form("somebody-elses-key", "kid", "", t.forged_unknown_kid),
    form("no-kid", "kid", "", t.forged_without_kid),
    form("flipped-signature", "signature", "", t.flipped),
    form("promoted-claims", "signature", "", t.promoted),
    form("cut-off", "signature", "", t.cut_off),
    # The form of what is presented
    form("nothing", "identity-source", "Bearer", t.nothing),
    form("opaque", "segments", "number of segments", t.text("Bearer 3c219e58ed0e4b18")),
    form("two-segments", "segments", "number of segments", t.without_signature),
    form("five-segments", "segments", "number of segments", t.five_parts),
    form("refresh-token", "segments", "number of segments", t.refresh_token),
    form("api-key", "segments", "number of segments", t.api_key),
    form("placeholder", "segments", "number of segments", t.text("Bearer $TOKEN")),
    form("bearer-twice", "decode", "", t.bearer_twice),
    form("header-cut", "decode", "", t.header_cut),
    form("in-quotes", "decode", "", t.in_quotes),
    form("whole-answer", "decode", "", t.whole_answer),
    # Times and scopes
    Broken("expired", (), "exp", 401, "the token has expired", t.expired, fixed_by=("token",)),
    Broken(
        "lambda-expired",
        (b.populate("jwt.exp = jwt.iat - 60;"),),
        "exp",
        401,
        "the token has expired",
    ),
    Broken("not-before", (b.populate("jwt.nbf = jwt.iat + 3600;"),), "nbf", 401, ""),
    Broken(
        "scope-missing",
        (b.route(AuthorizationScopes=["orders:read"]),),
        "scopes",
        403,
        "expected scopes: [orders:read]",
        expected="orders:read",
        fixed_by=("route",),
    ),
    Broken(
        "scope-other",
        (b.route(AuthorizationScopes=["orders:read"]), b.populate("jwt.scope = 'orders:write';")),
        "scopes",
        403,
        "expected scopes: [orders:read]",
        expected="orders:read",
        actual="orders:write",
        fixed_by=("route",),
    ),
    Broken(
        "scope-in-permissions",
        (b.route(AuthorizationScopes=["orders:read"]), b.populate("jwt.permissions = ['orders:read'];")),
        "scopes",
        403,
        "expected scopes: [orders:read]",
        expected="orders:read",
        fixed_by=("route",),
    ),
    # Where the authorizer looks, and whether it is there at all
    Broken(
        "other-header",
        (b.authorizer(source="$request.header.X-Authorization"),),
        "identity-source",
        401,
        "Bearer",
        fixed_by=("authorizer",),
    ),
    Broken(
        "in-the-query",
        (b.authorizer(source="$request.querystring.token"),),
        "identity-source",
        401,
        "Bearer",
        fixed_by=("authorizer",),
    ),
    Broken("other-authorizer", (b.second_authorizer,), "audience", 401, AUDIENCE, fixed_by=("route",)),
    Broken("closed-tunnel", (b.closed_tunnel,), "discovery", 401, "discovery endpoint", fixed_by=("tunnel",)),
    # Routes and stages
    Broken("no-route", (), "route", 404, path="/private"),
    Broken("route-case", (), "route", 404, path="/privatefunction"),
    Broken("route-method", (b.route(RouteKey="POST /privateFunction"),), "route", 404),
    Broken("no-stage", (b.removed_stage,), "stage", 404, fixed_by=("stage",)),
    Broken("other-stage", (), "route", 404, path="/prod/privateFunction"),
    Broken("iam", (b.route(AuthorizationType="AWS_IAM"),), "route-iam", 403, fixed_by=("route",)),
    # Behind the authorizer
    Broken("no-permission", (b.no_permission,), "permission", 500, fixed_by=("permission",)),
    Broken("other-api", (b.permission("other/*/*/privateFunction"),), "permission", 500, fixed_by=("permission",)),
    Broken("other-path", (b.permission("{api_id}/*/*/private"),), "permission", 500, fixed_by=("permission",)),
    # Several at once: all are named, the deciding one first
    Broken(
        "slash-and-audience",
        (b.authorizer("{issuer}/", ("{api_id}",)),),
        "issuer",
        401,
        ISSUER,
        also=("audience",),
        expected="{issuer}/",
        actual="{issuer}",
        fixed_by=("authorizer",),
    ),
    Broken(
        "hs256-and-slash",
        (b.own_jwt_off, b.authorizer("{issuer}/")),
        "algorithm",
        401,
        "signing method HS256",
        also=("kid", "issuer"),
        fixed_by=("application", "authorizer"),
    ),
    Broken(
        "tenant-and-scope",
        (b.tenant_issuer("acme.com"), b.route(AuthorizationScopes=["orders:read"])),
        "issuer",
        401,
        ISSUER,
        also=("scopes",),
        expected="{issuer}",
        actual="acme.com",
        fixed_by=("issuer", "route"),
    ),
    Broken(
        "unregistered-and-permission",
        (b.unregistered, b.no_permission),
        "audience",
        401,
        AUDIENCE,
        also=("permission",),
        fixed_by=("registration", "permission"),
    ),
    Broken(
        "expired-and-slash",
        (b.authorizer("{issuer}/"),),
        "issuer",
        401,
        ISSUER,
        t.expired,
        also=("exp",),
        expected="{issuer}/",
        actual="{issuer}",
        fixed_by=("authorizer", "token"),
    ),
    Broken(
        "removed-key-and-scope",
        (b.route(AuthorizationScopes=["orders:read"]),),
        "kid",
        401,
        "",
        t.removed_key,
        also=("scopes",),
        fixed_by=("route", "token"),
    ),
    Broken(
        "slash-audience-and-scope",
        (b.authorizer("{issuer}/", ("{api_id}",)), b.route(AuthorizationScopes=["orders:read"])),
        "issuer",
        401,
        ISSUER,
        also=("audience", "scopes"),
        expected="{issuer}/",
        actual="{issuer}",
        fixed_by=("authorizer", "route"),
    ),
    Broken(
        "tunnel-hs256-and-permission",
        (b.own_jwt_off, b.no_permission, b.closed_tunnel),
        "algorithm",
        401,
        "signing method HS256",
        also=("discovery", "permission"),
        fixed_by=("tunnel", "application", "permission"),
    ),
    Broken(
        "forged-and-audience",
        (b.authorizer(audience=("{api_id}",)),),
        "signature",
        401,
        "",
        t.flipped,
        also=("audience",),
        fixed_by=("authorizer", "token"),
    ),
)
