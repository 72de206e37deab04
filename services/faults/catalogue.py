"""Every fault, in the order a presenter may show them: the commonest 401s first."""

import json
from collections.abc import Callable

from services.errors import ConfigurationError
from services.faults.fault import Fault, Scene
from services.faults.places_aws import (
    AuthorizerMember,
    IdentitySource,
    InvokePermission,
    RouteAuthorization,
    RouteScopes,
)
from services.faults.places_fusionauth import (
    CLOSED,
    OwnJwtSettings,
    Registration,
    SigningKey,
    TenantIssuer,
    TokenLifetime,
    Tunnel,
    spare_key_id,
)

_ISSUER = AuthorizerMember("Issuer", "the authorizer's issuer")
_AUDIENCE = AuthorizerMember("Audience", "the authorizer's audience")
_LOCALHOST = "http://localhost:9011"
_SCOPE = "gatelight:demo"


def _always(value: str) -> Callable[[Scene, str], str]:
    return lambda _scene, _right: value


def _other_case(_: Scene, right: str) -> str:
    """The host in capitals where it has letters, otherwise the scheme: a URL that is the same to everyone but this."""
    scheme, separator, rest = right.partition("://")
    host, slash, path = rest.partition("/")
    if host.upper() != host:
        return f"{scheme}{separator}{host.upper()}{slash}{path}"
    return f"{scheme.upper()}{separator}{rest}"


def _tenant_path(scene: Scene, right: str) -> str:
    path = f"/{scene.facts['tenant_id']}"
    return right.removesuffix(path) if right.endswith(path) else right + path


def _private_url(scene: Scene, right: str) -> str:
    private = scene.fusionauth.settings.url
    return _LOCALHOST if private == right or private.startswith("https://") else private


FAULTS = (
    Fault(
        "trailing-slash",
        "trailing slash",
        "The authorizer's issuer gets a slash at its end.",
        "One character: 401, issuer does not match.",
        _ISSUER,
        lambda _, right: right.removesuffix("/") if right.endswith("/") else right + "/",
        "issuer",
        401,
        "authorizer",
    ),
    Fault(
        "issuer-case",
        "issuer in capitals",
        "A part of the authorizer's issuer is written in capitals.",
        "The same address to a browser, another name to the gateway: 401, issuer does not match.",
        _ISSUER,
        _other_case,
        "issuer",
        401,
        "authorizer",
    ),
    Fault(
        "tenant-path",
        "another tenant's issuer",
        "The authorizer names the issuer with the tenant's path, as other tenants have it.",
        "Discovery answers there, and the tokens name another issuer: 401, issuer does not match.",
        _ISSUER,
        _tenant_path,
        "issuer",
        401,
        "authorizer",
    ),
    Fault(
        "private-issuer",
        "private issuer",
        "The tenant's issuer becomes FusionAuth's private address.",
        "Tokens name an address that AWS cannot reach: 401, issuer does not match.",
        TenantIssuer(),
        _private_url,
        "issuer",
        401,
        "issuer",
    ),
    Fault(
        "wrong-audience",
        "wrong audience",
        "The authorizer expects the API's id as audience, instead of the application's.",
        "The issuer is right, the audience is not: 401, no valid audience.",
        _AUDIENCE,
        lambda scene, _: json.dumps([scene.facts["api_id"]]),
        "audience",
        401,
        "authorizer",
    ),
    Fault(
        "unregistered-user",
        "unregistered user",
        "The user's registration to the application is deleted.",
        "FusionAuth still logs in (202), but the token has no audience: 401, no valid audience.",
        Registration(),
        _always(""),
        "audience",
        401,
        "registration",
    ),
    Fault(
        "hs256",
        "HS256 signature",
        "The application's own JWT settings are switched off: the tenant's HS256 key signs.",
        "A shared secret, and the gateway takes RSA only: 401, signing method HS256 is invalid.",
        OwnJwtSettings(),
        _always("false"),
        "algorithm",
        401,
        "application",
    ),
    Fault(
        "removed-key",
        "removed signing key",
        "A token is signed with a key that is then removed.",
        "The token names a key that the issuer no longer publishes: 401. A new token is all it takes.",
        SigningKey(),
        lambda scene, _: spare_key_id(scene),
        "kid",
        401,
    ),
    Fault(
        "expired-token",
        "expired token",
        "A token is made that lives for one second, and waited for.",
        "The countdown has ended: 401, the token has expired. A new token is all it takes.",
        TokenLifetime(),
        _always("1"),
        "exp",
        401,
    ),
    Fault(
        "missing-scope",
        "missing scope",
        f"The route asks for the scope {_SCOPE}, which no token has.",
        "A good token without the right to pass: 403, insufficient scope.",
        RouteScopes(),
        _always(json.dumps([_SCOPE])),
        "scopes",
        403,
        "route",
    ),
    Fault(
        "no-permission",
        "missing invoke permission",
        "The function's policy no longer lets the API call it.",
        "The authorizer lets the token in, and then: 500, Internal Server Error.",
        InvokePermission(),
        _always(""),
        "",
        500,
        "permission",
    ),
    Fault(
        "closed-tunnel",
        "closed tunnel",
        "The tunnel to FusionAuth closes, and the gateway's cached keys are forgotten.",
        "The gateway cannot reach the issuer: 401, OIDC discovery endpoint communication error.",
        Tunnel(),
        _always(CLOSED),
        "discovery",
        401,
        "tunnel",
    ),
    Fault(
        "other-header",
        "token in another header",
        "The authorizer looks for the token in X-Authorization.",
        "The token is sent, and the gateway sees none: 401 with nothing but Bearer.",
        IdentitySource(),
        _always('["$request.header.X-Authorization"]'),
        "identity-source",
        401,
        "authorizer",
    ),
    Fault(
        "open-route",
        "unguarded route",
        "The route loses its authorizer.",
        "No 401 any more: whoever knocks is let in, 200 without a token too.",
        RouteAuthorization(),
        _always("NONE"),
        "",
        200,
        "route",
    ),
)
_BY_ID = {fault.id: fault for fault in FAULTS}


def fault_named(fault_id: str) -> Fault:
    """The fault of that id. Raises ConfigurationError that lists the ids there are."""
    found = _BY_ID.get(fault_id)
    if found is None:
        raise ConfigurationError(f'There is no fault "{fault_id}".', f"Faults: {', '.join(_BY_ID)}.")
    return found
