"""Registrations of users to applications; a user can be made in the same call."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.fusionauth.accounts import named_application, new_registration, new_user
from services.sandbox.fusionauth.api.users import visible_user
from services.sandbox.fusionauth.call import Call, answer
from services.sandbox.fusionauth.errors import Errors, field_error, not_found
from services.sandbox.fusionauth.models.application import Application
from services.sandbox.fusionauth.models.user import NewUser, Registration, User
from services.sandbox.fusionauth.models.wire import Wire, replaced
from services.sandbox.fusionauth.passwords import PasswordHash
from services.sandbox.fusionauth.refresh_tokens import refresh_token
from services.sandbox.fusionauth.tokens import Grant, access_token

ENDPOINT = "/api/user/registration"


class RegistrationRequest(Wire):
    """A registration in a request, with the user to make for it, if any."""

    registration: Registration | None = None
    user: NewUser | None = None


async def create(request: Request) -> Response:
    """POST /api/user/registration[/{userId}]. The id in the path is the user's, never the application's."""
    call = Call.allowed(request, ENDPOINT)
    body = await call.body(RegistrationRequest)
    wanted = body.registration or Registration()
    if body.user is None:
        return await _register(call, wanted)
    password = body.user.password
    hashed = await asyncio.to_thread(PasswordHash.of, password) if password else None
    return await _create_and_register(call, wanted, body.user, hashed)


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


async def _register(call: Call, wanted: Registration) -> Response:
    if call.path_id("userId") is None:
        raise field_error("user", "missing", "You must specify the [user] or its id in the path.")
    user = visible_user(call)
    errors = Errors()
    application = _application(call, wanted, errors, user.tenant_id)
    registration = wanted
    if application:
        registration = new_registration(call.store, application, wanted, errors)
        if user.registration(application.id):
            errors.add(
                "registration", "duplicate", f"User with Id [{user.id}] is already registered for [{application.id}]."
            )
    errors.raise_if_any()
    user.registrations = [*user.registrations, registration]
    return answer({"registration": registration} | await _tokens(call, user, application))


async def _create_and_register(
    call: Call, wanted: Registration, profile: NewUser, hashed: PasswordHash | None
) -> Response:
    store = call.store
    user_id = call.new_id("userId")
    errors = Errors()
    application = _application(call, wanted, errors, call.scope())
    tenant = store.tenants[application.tenant_id] if application else call.tenant()
    user = new_user(store, tenant, profile, user_id, errors)
    registration = wanted
    if application:
        registration = new_registration(store, application, wanted, errors)
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
    made = await access_token(call.store, user, application, Grant("REGISTRATION"))
    tokens: dict[str, Any] = {"token": made.token, "tokenExpirationInstant": made.expiration_instant}
    if application and application.login_configuration.generate_refresh_tokens:
        refresh = refresh_token(call.store, user, application)
        tokens |= {"refreshToken": refresh.token, "refreshTokenId": refresh.id}
    return tokens


def _existing(call: Call) -> tuple[User, Registration]:
    user = visible_user(call)
    registration = user.registration(call.required_id("applicationId"))
    if registration is None:
        raise not_found()
    return user, registration
