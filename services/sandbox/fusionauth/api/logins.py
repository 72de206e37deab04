"""The Login API. Its statuses say more than yes and no, and most of those in the 200s are not a success."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.fusionauth.accounts import named_application
from services.sandbox.fusionauth.api.cookies import set_token_cookies
from services.sandbox.fusionauth.authentication import LOGIN_ID_TYPES, authenticated, record_login
from services.sandbox.fusionauth.authority import presented_key, require_permission
from services.sandbox.fusionauth.call import Call, answer, store_of
from services.sandbox.fusionauth.errors import Errors, unauthorized
from services.sandbox.fusionauth.models.application import Application
from services.sandbox.fusionauth.models.user import User
from services.sandbox.fusionauth.models.wire import Wire
from services.sandbox.fusionauth.refresh_tokens import refresh_token
from services.sandbox.fusionauth.tokens import Grant, access_token

ENDPOINT = "/api/login"


class LoginRequest(Wire):
    """Who wants to log in, and to which application."""

    login_id: str | None = None
    password: str | None = None
    application_id: str | None = None
    login_id_types: list[str] | None = None
    no_jwt: bool = msgspec.field(default=False, name="noJWT")


async def login(request: Request) -> Response:
    """POST /api/login: 200 with tokens; 202 with a lesser token for a user who is not registered to the application.

    404 for an unknown user and a wrong password alike; 423 for a deactivated user, 410 for an expired one.
    """
    store = store_of(request)
    call = Call(request, store, presented_key(request, store))
    if call.key:
        require_permission(call.key, ENDPOINT, request.method)
    wanted = await call.body(LoginRequest)
    named = named_application(store, wanted.application_id or "")
    if call.key is None and _requires_key(call, named):
        raise unauthorized()
    application = _application(call, wanted, named)
    tenant_id = application.tenant_id if application else call.tenant().id
    kinds = wanted.login_id_types or LOGIN_ID_TYPES
    user = await authenticated(store, tenant_id, wanted.login_id or "", wanted.password or "", kinds)
    return await _logged_in(call, user, application, with_tokens=not wanted.no_jwt)


def _requires_key(call: Call, application: Application | None) -> bool:
    if application:
        return application.login_configuration.require_authentication
    tenant = call.store.default_tenant if call.scope() is None else call.tenant()
    return tenant.login_configuration.require_authentication


def _application(call: Call, wanted: LoginRequest, named: Application | None) -> Application | None:
    """The application to log in to. Raises 400 for what is missing in the request or unknown."""
    errors = Errors()
    if not (wanted.login_id or "").strip():
        errors.blank("loginId")
    if not wanted.password:
        errors.blank("password")
    if wanted.application_id and (named is None or not call.sees(named.tenant_id)):
        errors.invalid("applicationId", f"The application with id [{wanted.application_id}] does not exist.")
    errors.raise_if_any()
    return named


async def _logged_in(call: Call, user: User, application: Application | None, *, with_tokens: bool) -> Response:
    store = call.store
    registration = user.registration(application.id) if application else None
    record_login(store, user, application)
    status = 202 if application and registration is None else 200
    if not with_tokens:
        return answer({"user": user}, status)
    made = await access_token(store, user, application, Grant("PASSWORD"))
    body: dict[str, Any] = {"token": made.token, "tokenExpirationInstant": made.expiration_instant, "user": user}
    refresh = None
    if application and registration and application.login_configuration.generate_refresh_tokens:
        refresh = refresh_token(store, user, application)
        body |= {"refreshToken": refresh.token, "refreshTokenId": refresh.id}
    response = answer(body, status)
    set_token_cookies(response, call, user, application, access=made.token, refresh=refresh)
    return response
