"""FusionAuth's tokens: which claims, which key, how long; and refresh tokens."""

import secrets
import uuid
from dataclasses import dataclass, replace
from typing import Any

from services.sandbox.fusionauth import jws
from services.sandbox.fusionauth.key_pairs import SigningKey
from services.sandbox.fusionauth.models.application import Application
from services.sandbox.fusionauth.models.jwt import JwtConfiguration
from services.sandbox.fusionauth.models.user import User
from services.sandbox.fusionauth.store import RefreshToken, Store

MINUTE = 60_000  # milliseconds


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A signed access token and when it ends, in milliseconds since the epoch."""

    token: str
    expiration_instant: int


def configuration(store: Store, tenant_id: str, application: Application | None) -> JwtConfiguration:
    """The rules a token is made by: the application's where it has its own enabled, else the tenant's."""
    if application and application.jwt_configuration.enabled:
        return application.jwt_configuration
    return store.tenants[tenant_id].jwt_configuration


def access_token(
    store: Store,
    user: User,
    application: Application | None,
    *,
    authentication_type: str,
    auth_time: int | None = None,
    seconds: int | None = None,
) -> AccessToken:
    """An access token for a user, as the Login API makes it.

    Only a user registered to the application gets the claims that tie the token to it (`aud`, `applicationId`,
    `roles`); anyone else gets a valid token without them. `seconds` may shorten its life.
    """
    rules = configuration(store, user.tenant_id, application)
    tenant = store.tenants[user.tenant_id]
    registration = user.registration(application.id) if application else None
    issued = int(store.now())
    expires = issued + min(rules.time_to_live_in_seconds, seconds or rules.time_to_live_in_seconds)
    claims: dict[str, Any] = {
        "aud": registration and registration.application_id,
        "exp": expires,
        "iat": issued,
        "iss": tenant.issuer,
        "sub": user.id,
        "jti": str(uuid.uuid4()),
        "authenticationType": authentication_type,
        "email": user.email,
        "email_verified": user.verified if user.email else None,
        "preferred_username": user.username,
        "applicationId": registration and registration.application_id,
        "roles": registration and registration.roles,
        "auth_time": issued if auth_time is None else auth_time,
        "tid": tenant.id,
    }
    key = _signing_key(store, rules, tenant.jwt_configuration)
    secret = key.secret if key.secret is not None else _client_secret(application)
    token = jws.sign(
        {name: value for name, value in claims.items() if value is not None},
        algorithm=key.key.algorithm,
        kid=key.key.kid,
        secret=secret,
    )
    return AccessToken(token, expires * 1000)


async def valid_claims(store: Store, token: str) -> dict[str, Any] | None:
    """The claims of a token that is signed by a key of ours and has not expired; None for any other."""
    try:
        header, claims = jws.read(token)
        key = await store.keys.by_kid(str(header.get("kid")))
        if key is None:
            return None
        application = store.applications.get(str(claims.get("aud")))
        if key.secret is None and application is None:
            return None
        public = _client_secret(application) if key.secret is None else key.public
        signed = jws.verified(token, algorithm=key.key.algorithm, public=public)
    except ValueError:
        return None
    expires = claims.get("exp")
    return claims if signed and isinstance(expires, int) and expires > store.now() else None


def refresh_token(store: Store, user: User, application: Application) -> RefreshToken:
    """Make and store a refresh token for a login just done."""
    instant = store.instant()
    made = RefreshToken(
        id=str(uuid.uuid4()),
        token=secrets.token_urlsafe(64),
        user_id=user.id,
        application_id=application.id,
        start_instant=instant,
        last_used_instant=instant,
        auth_time=int(store.now()),
    )
    store.refresh_tokens[made.token] = made
    return made


def used(store: Store, token: RefreshToken, rules: JwtConfiguration) -> RefreshToken:
    """Record the use of a refresh token: one for one use comes back with a new value."""
    del store.refresh_tokens[token.token]
    value = secrets.token_urlsafe(64) if rules.refresh_token_usage_policy == "OneTimeUse" else token.token  # noqa: S105
    renewed = replace(token, token=value, last_used_instant=store.instant())
    store.refresh_tokens[renewed.token] = renewed
    return renewed


def expired(store: Store, token: RefreshToken, rules: JwtConfiguration) -> bool:
    """Whether a refresh token's life is over: fixed from its start, or sliding from its last use."""
    life = rules.refresh_token_time_to_live_in_minutes * MINUTE
    if rules.refresh_token_expiration_policy == "Fixed":  # noqa: S105
        return store.instant() >= token.start_instant + life
    end = token.last_used_instant + life
    window = rules.refresh_token_sliding_window_configuration
    if rules.refresh_token_expiration_policy == "SlidingWindowWithMaximumLifetime" and window:  # noqa: S105
        end = min(end, token.start_instant + window.maximum_time_to_live_in_minutes * MINUTE)
    return store.instant() >= end


def _signing_key(store: Store, rules: JwtConfiguration, fallback: JwtConfiguration) -> SigningKey:
    """The rules' access token key; a configuration that names none uses the tenant's."""
    key = store.keys.get(rules.access_token_key_id) or store.keys.get(fallback.access_token_key_id)
    if key is None:
        raise LookupError("a tenant's signing key is never deleted")
    return key


def _client_secret(application: Application | None) -> bytes:
    return ((application.oauth_configuration.client_secret if application else None) or "").encode()
