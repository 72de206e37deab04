"""Users: find, create, change, deactivate, delete."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.fusionauth.accounts import check_password, check_user, named_application, new_user, with_profile
from services.sandbox.fusionauth.call import Call, answer
from services.sandbox.fusionauth.errors import Errors, general_error, not_found
from services.sandbox.fusionauth.login_rules import wants_verified_email
from services.sandbox.fusionauth.models.user import NewUser, User
from services.sandbox.fusionauth.models.wire import Json, Wire, from_json, replaced, to_json
from services.sandbox.fusionauth.passwords import PasswordHash
from services.sandbox.fusionauth.tokens import Grant, access_token

ENDPOINT = "/api/user"
LOGIN_ID_TYPES = {"email": ("email",), "username": ("username",), "loginId": ("email", "username")}


class UserRequest(Wire):
    """A user in a request, with the application the user is made from, if any."""

    user: NewUser | None = None
    application_id: str | None = None
    skip_verification: bool = False


async def find(request: Request) -> Response:
    """GET /api/user with `email`, `username` or `loginId`."""
    call = Call.allowed(request, ENDPOINT)
    for parameter, kinds in LOGIN_ID_TYPES.items():
        value = request.query_params.get(parameter)
        if value:
            user = call.store.find_user(call.tenant().id, value, kinds)
            if user is None:
                raise not_found()
            return answer({"user": user})
    raise general_error("missing", "You must specify one of the parameters [email], [username] or [loginId].")


async def read(request: Request) -> Response:
    """GET /api/user/{userId}."""
    return answer({"user": visible_user(Call.allowed(request, ENDPOINT))})


async def create(request: Request) -> Response:
    """POST /api/user[/{userId}]: the user, and a token for it."""
    call = Call.allowed(request, ENDPOINT)
    user_id = call.new_id("userId")
    body = await call.body(UserRequest)
    wanted = body.user or NewUser()
    hashed = await _hash(wanted)
    errors = Errors()
    tenant = call.tenant()
    application = named_application(call.store, body.application_id, tenant.id) if body.application_id else None
    if body.application_id and application is None:
        errors.invalid("applicationId", f"The application with id [{body.application_id}] does not exist.")
    verified = body.skip_verification or not wants_verified_email(tenant)
    user = new_user(call.store, tenant, wanted, user_id, errors, verified=verified)
    errors.raise_if_any()
    call.store.users[user_id] = user
    if hashed:
        call.store.passwords[user_id] = hashed
    made = await access_token(call.store, user, application, Grant("USER_CREATE"))
    return answer({"user": user, "token": made.token, "tokenExpirationInstant": made.expiration_instant})


async def patch(request: Request) -> Response:
    """PATCH /api/user/{userId}: what is sent replaces what was there, the rest stays."""
    call = Call.allowed(request, ENDPOINT)
    document = {"user": to_json(visible_user(call))}
    return await _change(call, _sent(await call.patched(document, "user")))


async def put(request: Request) -> Response:
    """PUT /api/user/{userId}: replaces the profile; `reactivate=true` only makes the user active again."""
    call = Call.allowed(request, ENDPOINT)
    if call.flag("reactivate"):
        user = visible_user(call)
        user.active = True
        user.last_update_instant = call.store.instant()
        return answer({"user": user})
    return await _change(call, _sent(await call.json()))


async def delete(request: Request) -> Response:
    """DELETE /api/user/{userId} deactivates; only `hardDelete=true` removes and frees the e-mail address."""
    call = Call.allowed(request, ENDPOINT)
    user = visible_user(call)
    if call.flag("hardDelete"):
        call.store.remove_user(user.id)
    else:
        user.active = False
        user.last_update_instant = call.store.instant()
        call.store.revoke(lambda token: token.user_id == user.id)
    return Response()


def visible_user(call: Call) -> User:
    """The user that the path names. Raises 404 where there is none in this call's scope."""
    user = call.store.users.get(call.required_id("userId"))
    if user is None or not call.sees(user.tenant_id):
        raise not_found()
    return user


def _sent(data: Json) -> Json:
    sent = data.get("user")
    if not isinstance(sent, dict):
        raise general_error("missing", "The request has no [user].")
    return sent


async def _change(call: Call, data: Json) -> Response:
    """Store the user with the profile `data` describes, and the password if it holds one."""
    wanted = from_json({"user": data}, UserRequest).user or NewUser()
    hashed = await _hash(wanted)
    store, current = call.store, visible_user(call)
    errors = Errors()
    tenant = store.tenants[current.tenant_id]
    user = with_profile(current, wanted, store.instant())
    check_user(store, tenant, user, errors)
    if wanted.password is not None:
        check_password(tenant, wanted.password, errors)
    errors.raise_if_any()
    if hashed:
        store.passwords[user.id] = hashed
        if tenant.jwt_configuration.refresh_token_revocation_policy.on_password_changed:
            store.revoke(lambda token: token.user_id == user.id)
        user = replaced(user, password_last_update_instant=store.instant())
    store.users[user.id] = user
    return answer({"user": user})


async def _hash(wanted: NewUser) -> PasswordHash | None:
    return await asyncio.to_thread(PasswordHash.of, wanted.password) if wanted.password else None
