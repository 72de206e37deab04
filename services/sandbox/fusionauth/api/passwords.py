"""Changing a password, by the id that the Login API gives with a 203 or by an API key."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.fusionauth.accounts import check_password
from services.sandbox.fusionauth.authentication import LOGIN_ID_TYPES
from services.sandbox.fusionauth.call import Call, answer, store_of
from services.sandbox.fusionauth.errors import Errors, field_error, not_found
from services.sandbox.fusionauth.models.user import User
from services.sandbox.fusionauth.models.wire import Wire
from services.sandbox.fusionauth.passwords import PasswordHash
from services.sandbox.fusionauth.store import Store

ENDPOINT = "/api/user/change-password"


class ChangeRequest(Wire):
    """Whose password it is, and what it becomes."""

    change_password_id: str | None = None
    current_password: str | None = None
    login_id: str | None = None
    login_id_types: list[str] | None = None
    password: str | None = None


async def change(request: Request) -> Response:
    """POST /api/user/change-password[/{changePasswordId}]: 200 with a one-time password for the Login API.

    Without an id it takes an API key and a `loginId`, and answers without a body. 404 for an unknown id or user.
    Every refresh token of the user and every other id for a change ends. (FusionAuth also wants a `trustToken` from a
    user with a second factor, and takes the user's own token; the sandbox does neither.)
    """
    store = store_of(request)
    wanted = await Call(request, store).body(ChangeRequest)
    change_id = wanted.change_password_id or request.path_params.get("changePasswordId")
    user = _by_id(store, change_id) if change_id else _by_login_id(Call.allowed(request, ENDPOINT), wanted)
    errors = Errors()
    check_password(store.tenants[user.tenant_id], wanted.password or "", errors)
    errors.raise_if_any()
    await _check_current(store, user, wanted.current_password)
    hashed = await asyncio.to_thread(PasswordHash.of, wanted.password or "")
    if change_id and store.password_changes.take(change_id) is None:  # somebody else was faster
        raise not_found()
    current = store.users.get(user.id)
    if current is None:
        raise not_found()
    _set_password(store, current, hashed)
    if not change_id:
        return Response()
    return answer({"oneTimePassword": store.one_time_passwords.add(user.id, store.tenants[user.tenant_id])})


def _by_id(store: Store, change_id: str) -> User:
    user = store.users.get(store.password_changes.get(change_id) or "")
    if user is None:
        raise not_found()
    return user


def _by_login_id(call: Call, wanted: ChangeRequest) -> User:
    if not wanted.login_id:
        raise field_error("loginId", "blank", "You must specify the [loginId] property.")
    user = call.store.find_user(call.tenant().id, wanted.login_id, wanted.login_id_types or LOGIN_ID_TYPES)
    if user is None:
        raise not_found()
    return user


async def _check_current(store: Store, user: User, password: str | None) -> None:
    """Raise 400 if the current password is given and wrong."""
    known = store.passwords.get(user.id)
    if password is not None and (known is None or not await asyncio.to_thread(known.matches, password)):
        raise field_error("currentPassword", "invalid", "The [currentPassword] is not the user's password.")


def _set_password(store: Store, user: User, hashed: PasswordHash) -> None:
    store.passwords[user.id] = hashed
    user.password_change_required = False
    user.password_last_update_instant = user.last_update_instant = store.instant()
    store.revoke(lambda token: token.user_id == user.id)
    store.password_changes.discard(lambda user_id: user_id == user.id)
