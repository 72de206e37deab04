"""The ASGI app: which address leads to which endpoint, and what becomes of a refusal."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.sandbox.fusionauth.api import (
    api_keys,
    applications,
    discovery,
    jwt,
    keys,
    lambdas,
    logins,
    passwords,
    registrations,
    system,
    tenants,
    two_factor,
    users,
    verification,
)
from services.sandbox.fusionauth.call import answer
from services.sandbox.fusionauth.errors import Refused
from services.sandbox.fusionauth.oauth import authorize, inspection, logout, token
from services.sandbox.fusionauth.store import Store

APPLICATION = "/api/application/{applicationId}"
API_KEY = "/api/api-key/{apiKeyId}"
KEY = "/api/key/{keyId}"
LAMBDA = "/api/lambda/{lambdaId}"
REGISTRATION = "/api/user/registration/{userId}/{applicationId}"
TENANT = "/api/tenant/{tenantId}"
USER = "/api/user/{userId}"

ROUTES = [
    Route("/api/status", system.status, methods=["GET"]),
    Route("/api/health", system.health, methods=["GET"]),
    Route("/api/system/version", system.version, methods=["GET"]),
    Route("/api/tenant", tenants.list_all, methods=["GET"]),
    Route("/api/tenant", tenants.create, methods=["POST"]),
    Route(TENANT, tenants.read, methods=["GET"]),
    Route(TENANT, tenants.create, methods=["POST"]),
    Route(TENANT, tenants.patch, methods=["PATCH"]),
    Route(TENANT, tenants.delete, methods=["DELETE"]),
    Route("/api/key", keys.list_all, methods=["GET"]),
    Route("/api/key/generate", keys.create, methods=["POST"]),
    Route("/api/key/generate/{keyId}", keys.create, methods=["POST"]),
    Route(KEY, keys.read, methods=["GET"]),
    Route(KEY, keys.rename, methods=["PUT"]),
    Route(KEY, keys.delete, methods=["DELETE"]),
    Route("/api/lambda", lambdas.list_all, methods=["GET"]),
    Route("/api/lambda", lambdas.create, methods=["POST"]),
    Route(LAMBDA, lambdas.read, methods=["GET"]),
    Route(LAMBDA, lambdas.create, methods=["POST"]),
    Route(LAMBDA, lambdas.patch, methods=["PATCH"]),
    Route(LAMBDA, lambdas.put, methods=["PUT"]),
    Route(LAMBDA, lambdas.delete, methods=["DELETE"]),
    Route("/api/application", applications.list_all, methods=["GET"]),
    Route("/api/application", applications.create, methods=["POST"]),
    Route(APPLICATION, applications.read, methods=["GET"]),
    Route(APPLICATION, applications.create, methods=["POST"]),
    Route(APPLICATION, applications.patch, methods=["PATCH"]),
    Route(APPLICATION, applications.put, methods=["PUT"]),
    Route(APPLICATION, applications.delete, methods=["DELETE"]),
    Route("/api/user/registration", registrations.create, methods=["POST"]),
    Route("/api/user/registration/{userId}", registrations.create, methods=["POST"]),
    Route("/api/user/registration/{userId}", registrations.put, methods=["PUT"]),
    Route("/api/user/registration/{userId}", registrations.patch, methods=["PATCH"]),
    Route(REGISTRATION, registrations.read, methods=["GET"]),
    Route(REGISTRATION, registrations.delete, methods=["DELETE"]),
    Route("/api/user/change-password", passwords.change, methods=["POST"]),
    Route("/api/user/change-password/{changePasswordId}", passwords.change, methods=["POST"]),
    Route("/api/user/verify-email", verification.start_email, methods=["PUT"]),
    Route("/api/user/verify-email", verification.verify_email, methods=["POST"]),
    Route("/api/user/verify-email/{verificationId}", verification.verify_email, methods=["POST"]),
    Route("/api/user/verify-registration", verification.start_registration, methods=["PUT"]),
    Route("/api/user/verify-registration", verification.verify_registration, methods=["POST"]),
    Route("/api/user/verify-registration/{verificationId}", verification.verify_registration, methods=["POST"]),
    Route("/api/user/two-factor/{userId}", two_factor.enable, methods=["POST"]),
    Route("/api/user/two-factor/{userId}", two_factor.disable, methods=["DELETE"]),
    Route("/api/user", users.find, methods=["GET"]),
    Route("/api/user", users.create, methods=["POST"]),
    Route(USER, users.read, methods=["GET"]),
    Route(USER, users.create, methods=["POST"]),
    Route(USER, users.patch, methods=["PATCH"]),
    Route(USER, users.put, methods=["PUT"]),
    Route(USER, users.delete, methods=["DELETE"]),
    Route("/api/api-key", api_keys.create, methods=["POST"]),
    Route(API_KEY, api_keys.read, methods=["GET"]),
    Route(API_KEY, api_keys.create, methods=["POST"]),
    Route(API_KEY, api_keys.update, methods=["PUT"]),
    Route(API_KEY, api_keys.delete, methods=["DELETE"]),
    Route("/api/login", logins.login, methods=["POST"]),
    Route("/api/two-factor/login", logins.complete, methods=["POST"]),
    Route("/api/two-factor/secret", two_factor.secret, methods=["GET"]),
    Route("/api/jwt/validate", jwt.validate, methods=["GET"]),
    Route("/api/jwt/refresh", jwt.refresh, methods=["POST"]),
    Route("/api/jwt/public-key", jwt.public_key, methods=["GET"]),
    Route("/oauth2/authorize", authorize.show, methods=["GET"]),
    Route("/oauth2/authorize", authorize.submit, methods=["POST"]),
    Route("/oauth2/token", token.token, methods=["POST"]),
    Route("/oauth2/userinfo", inspection.userinfo, methods=["GET", "POST"]),
    Route("/oauth2/introspect", inspection.introspect, methods=["POST"]),
    Route("/oauth2/logout", logout.logout, methods=["GET", "POST"]),
    Route("/.well-known/jwks.json", discovery.jwks, methods=["GET"]),
    Route("/.well-known/openid-configuration", discovery.openid_configuration, methods=["GET"]),
    Route("/{tenantId}/.well-known/openid-configuration", discovery.openid_configuration, methods=["GET"]),
]


async def _refused(_: Request, error: Exception) -> Response:
    if not isinstance(error, Refused) or error.body is None:
        return Response(status_code=getattr(error, "status", 500))
    return answer(error.body, error.status)


async def _no_such_endpoint(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    return Response(status_code=status, headers=headers)


async def _broken(_: Request, __: Exception) -> Response:
    return Response(status_code=500)


HANDLERS = {Refused: _refused, HTTPException: _no_such_endpoint, Exception: _broken}


def create_app(store: Store) -> Starlette:
    """The sandbox's FusionAuth over `store`. It reads forwarded headers itself: serve it with proxy headers off."""
    app = Starlette(routes=ROUTES, exception_handlers=HANDLERS)
    app.router.redirect_slashes = False
    app.state.store = store
    return app
