"""OpenID Connect discovery and the JSON Web Key Set."""

from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.fusionauth.base_url import base_url
from services.sandbox.fusionauth.call import answer, store_of

SIGNATURES = ["ES256", "ES384", "ES512", "HS256", "HS384", "HS512", "RS256", "RS384", "RS512"]
CLAIMS = [
    "applicationId",
    "at_hash",
    "aud",
    "authenticationType",
    "birthdate",
    "c_hash",
    "email",
    "email_verified",
    "exp",
    "family_name",
    "given_name",
    "iat",
    "iss",
    "jti",
    "middle_name",
    "name",
    "nbf",
    "nonce",
    "phone_number",
    "phone_number_verified",
    "picture",
    "preferred_username",
    "roles",
    "sub",
]
# Values: the open-source client's OpenIdConfiguration.
SUPPORTED = {
    "backchannel_logout_supported": False,
    "claims_supported": CLAIMS,
    "code_challenge_methods_supported": ["S256"],
    "dpop_signing_alg_values_supported": [f"{kind}{size}" for kind in ("ES", "RS", "PS") for size in (256, 384, 512)],
    "frontchannel_logout_supported": True,
    "grant_types_supported": [
        "authorization_code",
        "password",
        "implicit",
        "refresh_token",
        "urn:ietf:params:oauth:grant-type:device_code",
        "client_credentials",
    ],
    "id_token_signing_alg_values_supported": SIGNATURES,
    "response_modes_supported": ["form_post", "fragment", "query"],
    "response_types_supported": ["code", "id_token", "token id_token"],
    "scopes_supported": ["openid", "offline_access", "email", "phone", "profile"],
    "subject_types_supported": ["public"],
    "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
    "userinfo_signing_alg_values_supported": SIGNATURES,
}
ENDPOINTS = {
    "authorization_endpoint": "/oauth2/authorize",
    "device_authorization_endpoint": "/oauth2/device_authorize",
    "end_session_endpoint": "/oauth2/logout",
    "jwks_uri": "/.well-known/jwks.json",
    "token_endpoint": "/oauth2/token",
    "userinfo_endpoint": "/oauth2/userinfo",
}


async def openid_configuration(request: Request) -> Response:
    """GET /.well-known/openid-configuration, with `?tenantId=` or the tenant's id as a path before it.

    The issuer is the tenant's, word for word; every other address comes from the request. An unknown tenant is no
    error: the default one answers.
    """
    store = store_of(request)
    tenant_id = request.path_params.get("tenantId") or request.query_params.get("tenantId", "")
    tenant = store.tenants.get(tenant_id.lower(), store.default_tenant)
    base = base_url(request, keeps_listening_port=store.keeps_listening_port)
    return answer({"issuer": tenant.issuer} | {name: base + path for name, path in ENDPOINTS.items()} | SUPPORTED)


async def jwks(request: Request) -> Response:
    """GET /.well-known/jwks.json: every public key of the installation, whatever the tenant."""
    keys = await store_of(request).keys.all()
    return answer({"keys": [item.jwk for item in keys if item.jwk]})
