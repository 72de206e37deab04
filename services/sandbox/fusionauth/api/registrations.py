"""Registrations of users to applications; a user can be made in the same call."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.fusionauth.accounts import check_roles, named_application, new_registration, new_user
from services.sandbox.fusionauth.api.users import visible_user
from services.sandbox.fusionauth.call import Call, answer
from services.sandbox.fusionauth.errors import Errors, field_error, not_found
from services.sandbox.fusionauth.login_rules import wants_verified_email
from services.sandbox.fusionauth.models.application import Application
from services.sandbox.fusionauth.models.user import NewUser, Registration, User
from services.sandbox.fusionauth.models.wire import Json, Wire, from_json, merged, replaced, to_json
from services.sandbox.fusionauth.passwords import PasswordHash
from services.sandbox.fusionauth.refresh_tokens import refresh_token
from services.sandbox.fusionauth.tokens import Grant, access_token

ENDPOINT = "/api/user/registration"


class RegistrationRequest(Wire):
    """A registration in a request, with the user to make for it, if any."""

    registration: Registration | None = None
    user: NewUser | None = None
    skip_registration_verification: bool = False
    skip_verification: bool = False


async def create(request: Request) -> Response:
    """POST /api/user/registration[/{userId}]. The id in the path is the user's, never the application's."""
    call = Call.allowed(request, ENDPOINT)
    body = await call.body(RegistrationRequest)
    if body.user is None:
        return await _register(call, body)
    password = body.user.password
    hashed = await asyncio.to_thread(PasswordHash.of, password) if password else None
    return await _create_and_register(call, body, body.user, hashed)


async def put(request: Request) -> Response:
    """PUT /api/user/registration/{userId}: replaces the registration to the application that the body names."""
    call = Call.allowed(request, ENDPOINT)
    return _change(call, await call.json())


async def patch(request: Request) -> Response:
    """PATCH /api/user/registration/{userId}: what is sent replaces what was there. The body names the application."""
    call = Call.allowed(request, ENDPOINT)
    sent = await call.json()
    wanted = from_json(sent, RegistrationRequest).registration or Registration()
    registration = _registration_to(visible_user(call), wanted)
    return _change(call, merged({"registration": to_json(registration)}, sent))


async def read(request: Request) -> Response:
    """GET /api/user/registration/{userId}/{applicationId}."""
    call = Call.allowed(request, ENDPOINT)
    return answer({"registration": _existing(call)[1]})


async def delete(request: Request) -> Response:
    """DELETE /api/user/registration/{userId}/{applicationId}: the user stays."""
    call = Call.allowed(request, ENDPOINT)
    user, registration = _existing(call)
    user.registrations = [item for item in user.registrations if item.id != registration.id]
    call.store.revoke(lambda token: token.user_id == user.id and token.application_id == registration.application_id)
    return Response()


def _change(call: Call, data: Json) -> Response:
    """Store the registration as `data` describes it; identity, tokens and verification stay."""
    user = visible_user(call)
    wanted = from_json(data, RegistrationRequest).registration or Registration()
    current = _registration_to(user, wanted)
    errors = Errors()
    check_roles(call.store.applications[current.application_id], wanted, errors)
    errors.raise_if_any()
    own = ("id", "application_id", "insert_instant", "last_login_instant", "username_status", "verified")
    kept = {name: getattr(current, name) for name in own}
    registration = replaced(wanted, **kept, last_update_instant=call.store.instant())
    user.registrations = [registration if item is current else item for item in user.registrations]
    return answer({"registration": registration})


def _registration_to(user: User, wanted: Registration) -> Registration:
    """The user's registration to the application that `wanted` names. Raises 400 or 404."""
    if not wanted.application_id:
        raise field_error(
            "registration.applicationId", "blank", "You must specify the [registration.applicationId] property."
        )
    registration = user.registration(wanted.application_id.lower())
    if registration is None:
        raise not_found()
    return registration


async def _register(call: Call, body: RegistrationRequest) -> Response:
    wanted = body.registration or Registration()
    if call.path_id("userId") is None:
        raise field_error("user", "missing", "You must specify the [user] or its id in the path.")
    user = visible_user(call)
    errors = Errors()
    application = _application(call, wanted, errors, user.tenant_id)
    registration = wanted
    if application:
        verified = body.skip_registration_verification or not application.verify_registration
        registration = new_registration(call.store, application, wanted, errors, verified=verified)
        if user.registration(application.id):
            errors.add(
                "registration", "duplicate", f"User with Id [{user.id}] is already registered for [{application.id}]."
            )
    errors.raise_if_any()
    user.registrations = [*user.registrations, registration]
    return answer({"registration": registration} | await _tokens(call, user, application))


async def _create_and_register(
    call: Call, body: RegistrationRequest, profile: NewUser, hashed: PasswordHash | None
) -> Response:
    store, wanted = call.store, body.registration or Registration()
    user_id = call.new_id("userId")
    errors = Errors()
    application = _application(call, wanted, errors, call.scope())
    tenant = store.tenants[application.tenant_id] if application else call.tenant()
    verified = body.skip_verification or not wants_verified_email(tenant)
    user = new_user(store, tenant, profile, user_id, errors, verified=verified)
    registration = wanted
    if application:
        verified = body.skip_registration_verification or not application.verify_registration
        registration = new_registration(store, application, wanted, errors, verified=verified)
    errors.raise_if_any()
    user = replaced(user, registrations=[registration])
    store.users[user_id] = user
    if hashed:
        store.passwords[user_id] = hashed
    return answer({"user": user, "registration": registration} | await _tokens(call, user, application))


def _application(call: Call, wanted: Registration, errors: Errors, tenant_id: str | None) -> Application | None:
    """The application to register to; what is wrong with its id is added to `errors`."""
    name = "registration.applicationId"
    if not wanted.application_id:
        errors.blank(name)
        return None
    application = named_application(call.store, wanted.application_id, tenant_id)
    if application is None:
        errors.invalid(name, f"The application with id [{wanted.application_id}] does not exist.")
    return application


async def _tokens(call: Call, user: User, application: Application | None) -> dict[str, Any]:
    """The access token of a new registration, and a refresh token where the application gives them on login."""
    auth_time = int(call.store.now())
    made = await access_token(call.store, user, application, Grant("REGISTRATION", auth_time=auth_time))
    tokens: dict[str, Any] = {"token": made.token, "tokenExpirationInstant": made.expiration_instant}
    if application and application.login_configuration.generate_refresh_tokens:
        refresh = refresh_token(call.store, user, application, auth_time=auth_time)
        tokens |= {"refreshToken": refresh.token, "refreshTokenId": refresh.id}
    return tokens


def _existing(call: Call) -> tuple[User, Registration]:
    user = visible_user(call)
    registration = user.registration(call.required_id("applicationId"))
    if registration is None:
        raise not_found()
    return user, registration
