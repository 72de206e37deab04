"""Checking who somebody is, for the Login API and for OAuth."""

import asyncio
from collections.abc import Iterable

from services.sandbox.fusionauth.errors import Refused, not_found
from services.sandbox.fusionauth.models.application import Application
from services.sandbox.fusionauth.models.user import User
from services.sandbox.fusionauth.store import Store

LOGIN_ID_TYPES = ("email", "username")


async def authenticated(
    store: Store, tenant_id: str, login_id: str, password: str, kinds: Iterable[str] = LOGIN_ID_TYPES
) -> User:
    """The tenant's user whose name and password these are.

    Raises `Refused`: 404 for an unknown user and a wrong password alike, 423 for a deactivated user, 410 for an
    expired one.
    """
    user = store.find_user(tenant_id, login_id, kinds)
    hashed = store.passwords.get(user.id) if user else None
    if user is None or hashed is None or not await asyncio.to_thread(hashed.matches, password):
        raise not_found()
    return able_to_log_in(store, user.id)


def able_to_log_in(store: Store, user_id: str) -> User:
    """The user as it is now. Raises `Refused` (404, 410, 423) for one who may not log in."""
    user = store.users.get(user_id)
    if user is None:
        raise not_found()
    if not user.active:
        raise Refused(423)
    if user.expiry is not None and user.expiry <= store.instant():
        raise Refused(410)
    return user


def record_login(store: Store, user: User, application: Application | None) -> None:
    """Remember when the user logged in, and to which application."""
    user.last_login_instant = store.instant()
    registration = user.registration(application.id) if application else None
    if registration:
        registration.last_login_instant = store.instant()
