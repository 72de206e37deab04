"""Refresh tokens: made at a login, used again and again or once, over when their policy says so."""

import secrets
import uuid
from dataclasses import replace

from services.sandbox.fusionauth.models.application import Application
from services.sandbox.fusionauth.models.jwt import JwtConfiguration
from services.sandbox.fusionauth.models.user import User
from services.sandbox.fusionauth.store import RefreshToken, Store
from services.sandbox.fusionauth.tokens import Grant, configuration

MINUTE = 60_000  # milliseconds


def refresh_token(
    store: Store,
    user: User,
    application: Application,
    *,
    auth_time: int,
    grants: tuple[str, ...] = (),
    scopes: tuple[str, ...] = (),
) -> RefreshToken:
    """Make and store a refresh token of the login at `auth_time`, with the OAuth grants and scopes it came by."""
    instant = store.instant()
    made = RefreshToken(
        id=str(uuid.uuid4()),
        token=secrets.token_urlsafe(64),
        user_id=user.id,
        application_id=application.id,
        start_instant=instant,
        last_used_instant=instant,
        auth_time=auth_time,
        grants=grants,
        scopes=scopes,
    )
    store.refresh_tokens[made.token] = made
    return made


def usable(store: Store, value: str) -> tuple[RefreshToken, User, Application] | None:
    """The refresh token with its user and its application; None if it is unknown, revoked or expired."""
    token = store.refresh_tokens.get(value)
    if token is None:
        return None
    user, application = store.users.get(token.user_id), store.applications.get(token.application_id)
    if user is None or not user.active or application is None or not application.active:
        return None
    if _expired(store, token, configuration(store, user.tenant_id, application)):
        return None
    return token, user, application


def used(store: Store, token: RefreshToken, user: User, application: Application) -> RefreshToken:
    """Record the use of a refresh token: one for one use comes back with a new value."""
    rules = configuration(store, user.tenant_id, application)
    store.refresh_tokens.pop(token.token, None)
    value = secrets.token_urlsafe(64) if rules.refresh_token_usage_policy == "OneTimeUse" else token.token  # noqa: S105
    renewed = replace(token, token=value, last_used_instant=store.instant())
    store.refresh_tokens[renewed.token] = renewed
    return renewed


def refreshed(token: RefreshToken, seconds: int | None, scopes: tuple[str, ...] | None = None) -> Grant:
    """What a refresh token grants: the scopes it has or fewer, and a life of at most `seconds`."""
    types = (*token.grants, "refresh_token") if token.grants else ()
    return Grant(
        "REFRESH_TOKEN",
        types=types,
        scopes=token.scopes if scopes is None else scopes,
        session_id=token.id if types else None,
        auth_time=token.auth_time,
        seconds=seconds,
    )


def _expired(store: Store, token: RefreshToken, rules: JwtConfiguration) -> bool:
    """Whether a refresh token's life is over: fixed from its start, or sliding from its last use."""
    life = rules.refresh_token_time_to_live_in_minutes * MINUTE
    if rules.refresh_token_expiration_policy == "Fixed":  # noqa: S105
        return store.instant() >= token.start_instant + life
    end = token.last_used_instant + life
    window = rules.refresh_token_sliding_window_configuration
    if rules.refresh_token_expiration_policy == "SlidingWindowWithMaximumLifetime" and window:  # noqa: S105
        end = min(end, token.start_instant + window.maximum_time_to_live_in_minutes * MINUTE)
    return store.instant() >= end
