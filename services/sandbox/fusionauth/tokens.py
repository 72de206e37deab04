"""FusionAuth's tokens: which claims, which key, how long."""

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from services.sandbox.fusionauth import jws
from services.sandbox.fusionauth.certificates import base64url
from services.sandbox.fusionauth.claims import identifying, scoped
from services.sandbox.fusionauth.key_pairs import SigningKey
from services.sandbox.fusionauth.lambdas.populate import populated
from services.sandbox.fusionauth.models.application import Application
from services.sandbox.fusionauth.models.jwt import JwtConfiguration
from services.sandbox.fusionauth.models.tenant import Tenant
from services.sandbox.fusionauth.models.user import User
from services.sandbox.fusionauth.store import Store


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A signed access token, when it ends in milliseconds since the epoch, and how many seconds it lives."""

    token: str
    expiration_instant: int
    lifetime: int


@dataclass(frozen=True, slots=True)
class Grant:
    """How a token came about: the OAuth grants in their order (none for the other APIs), and what they granted.

    `auth_time` is in seconds, now if it is None; `seconds` may shorten the token's life.
    """

    authentication_type: str
    types: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    session_id: str | None = None
    auth_time: int | None = None
    seconds: int | None = None


def configuration(store: Store, tenant_id: str, application: Application | None) -> JwtConfiguration:
    """The rules a token is made by: the application's where it has its own enabled, else the tenant's."""
    if application and application.jwt_configuration.enabled:
        return application.jwt_configuration
    return store.tenants[tenant_id].jwt_configuration


async def access_token(store: Store, user: User, application: Application | None, grant: Grant) -> AccessToken:
    """An access token for a user.

    Only a user registered to the application gets the claims that tie the person to it (`applicationId`, `roles`);
    from an API that is not OAuth also `aud` is only theirs. An OAuth token names its scopes and, under the policy
    `Strict`, says nothing about the user but `sub`.
    """
    rules = configuration(store, user.tenant_id, application)
    registration = user.registration(application.id) if application else None
    is_oauth = bool(grant.types)
    claims = _common(store, user, rules, grant) | {
        "aud": application.id if application and (registration or is_oauth) else None,
        "applicationId": registration and registration.application_id,
        "roles": registration and registration.roles,
        "scope": " ".join(grant.scopes) or None,
        "sid": grant.session_id,
    }
    if not is_oauth or _is_compatible(application):
        claims |= identifying(user)
    lambda_id = application.lambda_configuration.access_token_populate_id if application else None
    claims = await populated(
        store, lambda_id, _present(claims), user=user, application=application, scopes=grant.scopes
    )
    signed = _signed(store, user, application, rules.access_token_key_id, claims, grant)
    return AccessToken(signed, claims["exp"] * 1000, max(0, claims["exp"] - claims["iat"]))


async def id_token(
    store: Store,
    user: User,
    application: Application,
    grant: Grant,
    *,
    access: str,
    code: str | None = None,
    nonce: str | None = None,
) -> str:
    """The Id token that belongs to an access token (OpenID Connect Core 1.0 §3.1.3.6)."""
    rules = configuration(store, user.tenant_id, application)
    algorithm = _key(store, user.tenant_id, rules.id_token_key_id).key.algorithm
    claims = _common(store, user, rules, grant) | {
        "aud": application.id,
        "scope": " ".join(grant.scopes) or None,
        "sid": grant.session_id,
        "nonce": nonce,
        "at_hash": _half_hash(access, algorithm),
        "c_hash": _half_hash(code, algorithm) if code else None,
    }
    claims |= identifying(user) if _is_compatible(application) else scoped(user, grant.scopes)
    lambda_id = application.lambda_configuration.id_token_populate_id
    claims = await populated(
        store, lambda_id, _present(claims), user=user, application=application, scopes=grant.scopes
    )
    return _signed(store, user, application, rules.id_token_key_id, claims, grant)


async def valid_claims(store: Store, token: str, *, even_if_expired: bool = False) -> dict[str, Any] | None:
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
    alive = even_if_expired or (isinstance(expires, int) and expires > store.now())
    return claims if signed and alive else None


def _common(store: Store, user: User, rules: JwtConfiguration, grant: Grant) -> dict[str, Any]:
    """The claims that every token has."""
    issued = int(store.now())
    longest = rules.time_to_live_in_seconds
    return {
        "exp": issued + min(longest, grant.seconds or longest),
        "iat": issued,
        "iss": store.tenants[user.tenant_id].issuer,
        "sub": user.id,
        "jti": str(uuid.uuid4()),
        "authenticationType": grant.authentication_type,
        "auth_time": issued if grant.auth_time is None else grant.auth_time,
        "tid": user.tenant_id,
    }


def _signed(
    store: Store,
    user: User,
    application: Application | None,
    key_id: str | None,
    claims: dict[str, Any],
    grant: Grant,
) -> str:
    key = _key(store, user.tenant_id, key_id)
    secret = key.secret if key.secret is not None else _client_secret(application)
    return jws.sign(claims, algorithm=key.key.algorithm, kid=key.key.kid, secret=secret, grants=grant.types)


def _present(claims: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if value is not None}


def _key(store: Store, tenant_id: str, key_id: str | None) -> SigningKey:
    """The key of that id; a configuration that names none uses the tenant's access token key."""
    tenant: Tenant = store.tenants[tenant_id]
    key = store.keys.get(key_id) or store.keys.get(tenant.jwt_configuration.access_token_key_id)
    if key is None:
        raise LookupError("a tenant's signing key is never deleted")
    return key


def _is_compatible(application: Application | None) -> bool:
    return application is not None and application.oauth_configuration.scope_handling_policy == "Compatibility"


def _client_secret(application: Application | None) -> bytes:
    return ((application.oauth_configuration.client_secret if application else None) or "").encode()


def _half_hash(value: str, algorithm: str) -> str:
    """The left half of a value's hash, with the hash of the signature; Ed25519's is SHA-512 (RFC 8032 §5.1)."""
    size = algorithm[-3:] if algorithm[-3:] in ("256", "384", "512") else "512"
    digest = hashlib.new(f"sha{size}", value.encode()).digest()
    return base64url(digest[: len(digest) // 2])
