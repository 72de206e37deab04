"""The Login API. Its statuses say more than yes and no, and most of those in the 200s are not a success."""

from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.fusionauth import second_factor
from services.sandbox.fusionauth.accounts import named_application
from services.sandbox.fusionauth.api.cookies import set_token_cookies
from services.sandbox.fusionauth.api.verification import registration_verification_id, verification_id
from services.sandbox.fusionauth.authentication import LOGIN_ID_TYPES, able_to_log_in, authenticated, record_login
from services.sandbox.fusionauth.authority import presented_key, require_permission
from services.sandbox.fusionauth.call import Call, answer, store_of
from services.sandbox.fusionauth.errors import Errors, not_found, unauthorized
from services.sandbox.fusionauth.login_rules import change_reason, is_gated, lacks_email, lacks_registration
from services.sandbox.fusionauth.models.application import Application
from services.sandbox.fusionauth.models.user import User
from services.sandbox.fusionauth.models.wire import Wire
from services.sandbox.fusionauth.refresh_tokens import refresh_token
from services.sandbox.fusionauth.store import PendingLogin
from services.sandbox.fusionauth.tokens import Grant, access_token

ENDPOINT = "/api/login"


class LoginRequest(Wire):
    """Who wants to log in, and to which application."""

    login_id: str | None = None
    password: str | None = None
    one_time_password: str | None = None
    application_id: str | None = None
    login_id_types: list[str] | None = None
    no_jwt: bool = msgspec.field(default=False, name="noJWT")
    two_factor_trust_id: str | None = None


class TwoFactorLoginRequest(Wire):
    """The second half of a login."""

    two_factor_id: str | None = None
    code: str | None = None
    application_id: str | None = None
    no_jwt: bool = msgspec.field(default=False, name="noJWT")
    trust_computer: bool = False


@dataclass(frozen=True, slots=True)
class _Login:
    """A login whose secrets were right."""

    user: User
    application: Application | None
    authentication_type: str
    change_reason: str | None
    with_tokens: bool


async def login(request: Request) -> Response:
    """POST /api/login: 200 with tokens; 202 with a lesser token for a user who is not registered to the application.

    242 asks for a second factor, 203 for a new password, 212 for a verified e-mail address, 213 for a verified
    registration. 404 for an unknown user and a wrong password alike; 423 for a deactivated user, 410 for an expired
    one.
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
    user, authentication_type = await _authenticated(call, wanted, tenant_id)
    reason = change_reason(store, user, wanted.password)
    if second_factor.required(store, user, application, wanted.two_factor_trust_id):
        pending = PendingLogin(user.id, application.id if application else None, reason)
        return answer(second_factor.challenge(store, pending, user), 242)
    return await _logged_in(call, _Login(user, application, authentication_type, reason, not wanted.no_jwt))


async def complete(request: Request) -> Response:
    """POST /api/two-factor/login, without an API key: the answers of the Login API, 404 for an id that is unknown or
    too old, 421 for a wrong code. `trustComputer` gives an id that spares the user the second factor from now on."""
    store = store_of(request)
    call = Call(request, store)
    wanted = await call.body(TwoFactorLoginRequest)
    errors = Errors()
    for name, value in (("code", wanted.code), ("twoFactorId", wanted.two_factor_id)):
        if not value:
            errors.blank(name)
    named = named_application(store, wanted.application_id or "")
    if wanted.application_id and named is None:
        errors.invalid("applicationId", f"The application with id [{wanted.application_id}] does not exist.")
    errors.raise_if_any()
    pending = second_factor.completed(store, wanted.two_factor_id, wanted.code or "")
    user = able_to_log_in(store, pending.user_id)
    application = named or named_application(store, pending.application_id or "", user.tenant_id)
    if application and application.tenant_id != user.tenant_id:
        raise not_found()
    done = _Login(user, application, "PASSWORD", pending.change_reason, not wanted.no_jwt)
    trust = store.trusts.add(user.id, store.tenants[user.tenant_id]) if wanted.trust_computer else None
    return await _logged_in(call, done, {"twoFactorTrustId": trust} if trust else {})


def _requires_key(call: Call, application: Application | None) -> bool:
    if application:
        return application.login_configuration.require_authentication
    tenant = call.store.default_tenant if call.scope() is None else call.tenant()
    return tenant.login_configuration.require_authentication


def _application(call: Call, wanted: LoginRequest, named: Application | None) -> Application | None:
    """The application to log in to. Raises 400 for what is missing in the request or unknown."""
    errors = Errors()
    if not wanted.one_time_password:
        if not (wanted.login_id or "").strip():
            errors.blank("loginId")
        if not wanted.password:
            errors.blank("password")
    if wanted.application_id and (named is None or not call.sees(named.tenant_id)):
        errors.invalid("applicationId", f"The application with id [{wanted.application_id}] does not exist.")
    errors.raise_if_any()
    return named


async def _authenticated(call: Call, wanted: LoginRequest, tenant_id: str) -> tuple[User, str]:
    """The user by name and password, or by the one-time password that a change of the password gave."""
    store = call.store
    if not wanted.one_time_password:
        kinds = wanted.login_id_types or LOGIN_ID_TYPES
        user = await authenticated(store, tenant_id, wanted.login_id or "", wanted.password or "", kinds)
        return user, "PASSWORD"
    user = able_to_log_in(store, store.one_time_passwords.take(wanted.one_time_password) or "")
    if user.tenant_id != tenant_id:
        raise not_found()
    return user, "ONE_TIME_PASSWORD"


async def _logged_in(call: Call, done: _Login, more: dict[str, Any] | None = None) -> Response:
    store, user, application = call.store, done.user, done.application
    tenant = store.tenants[user.tenant_id]
    if done.change_reason:
        change = {"changePasswordId": store.password_changes.add(user.id, tenant)}
        return answer(change | {"changePasswordReason": done.change_reason}, 203)
    registration = user.registration(application.id) if application else None
    record_login(store, user, application)
    body: dict[str, Any] = {"user": user} | (more or {})
    status, gated = 202 if application and registration is None else 200, False
    if lacks_email(tenant, user):
        status, gated = 212, is_gated(tenant)
        body |= verification_id(store, user)
    elif application and lacks_registration(application, registration):
        status, gated = 213, is_gated(application)
        body |= registration_verification_id(store, user, application)
    if gated or not done.with_tokens:
        return answer(body, status)
    auth_time = int(store.now())
    made = await access_token(store, user, application, Grant(done.authentication_type, auth_time=auth_time))
    body |= {"token": made.token, "tokenExpirationInstant": made.expiration_instant}
    refresh = None
    if application and registration and application.login_configuration.generate_refresh_tokens:
        refresh = refresh_token(store, user, application, auth_time=auth_time)
        body |= {"refreshToken": refresh.token, "refreshTokenId": refresh.id}
    response = answer(body, status)
    set_token_cookies(response, call, user, application, access=made.token, refresh=refresh)
    return response
