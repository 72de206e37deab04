"""FusionAuth's own word on the tenant, the application and the user behind a token, where an API key allows it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from services.diagnosis.facts import FusionAuthFacts, Missing
from services.errors import GatelightError, RemoteError, Unreachable
from services.fusionauth.client import FusionAuth
from services.fusionauth.models import Application, Key, Registration, Tenant
from services.parallel import Begun, begin

T = TypeVar("T")

Read = Begun[T | Missing]

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class Behind:
    """Who is behind a token: ids from the token itself, or from what a profile has set up; empty where not known.

    `key_id` is the key that probably signs, to be asked before it is certain.
    """

    tenant_id: str = ""
    application_id: str = ""
    user_id: str = ""
    key_id: str = ""


def behind(claims: Mapping[str, Any], recorded: Mapping[str, str]) -> Behind:
    """Who is behind a token of FusionAuth's; for any other token, or none, what a profile has recorded.

    `tid` and `applicationId` are claims that FusionAuth adds (its documentation, "JWT components"). Only what can be an
    id is taken: a claim must not become a part of a path.
    """
    tenant, application = _id(claims.get("tid")), _id(claims.get("applicationId"))
    audience = _id(claims.get("aud"))
    own = recorded.get("application_id", "")
    is_theirs = bool(tenant or application) or (bool(own) and audience == own)
    return Behind(
        tenant or recorded.get("tenant_id", ""),
        application or (audience if is_theirs else "") or own,
        (_id(claims.get("sub")) if is_theirs else "") or recorded.get("user_id", ""),
        recorded.get("access_token_key_id", ""),
    )


def probe_fusionauth(client: FusionAuth, who: Behind) -> FusionAuthFacts | Missing:
    """Read everything side by side. What fails alone is in `not_read`; Missing where nothing could be read at all."""
    version = _begin("GET /api/system/version", client.version)
    tenant = _begin("GET /api/tenant", lambda: _tenant(client, who.tenant_id))
    early_key = _key(client, who.key_id) if who.key_id else None
    if who.tenant_id:
        tenant_id = who.tenant_id
    else:
        known = tenant.result()
        tenant_id = known.id if isinstance(known, Tenant) else ""
    application = _application(client, who.application_id, tenant_id)
    registration = _registration(client, who, tenant_id)
    signing = _signing_key_id(application.result(), tenant.result())
    key = early_key if early_key is not None and signing in ("", who.key_id) else None
    key = key or (_key(client, signing) if signing else None)
    return _facts(client.url, version, tenant, application, registration, key, who)


def _facts(
    url: str,
    version: Read[str],
    tenant: Read[Tenant],
    application: Read[Application | None],
    registration: Read[Registration | None],
    key: Read[Key | None] | None,
    who: Behind,
) -> FusionAuthFacts | Missing:
    told, of_tenant, of_application, of_user = (
        version.result(),
        tenant.result(),
        application.result(),
        registration.result(),
    )
    of_key: Key | Missing | None = key.result() if key else None
    parts = (
        ("the version", told),
        ("the tenant", of_tenant),
        ("the application", of_application),
        ("the user's registration", of_user),
        ("the signing key", of_key),
    )
    failed = tuple((name, part) for name, part in parts if isinstance(part, Missing))
    if isinstance(told, Missing) and isinstance(of_tenant, Missing) and isinstance(of_application, Missing):
        return of_tenant if of_tenant.needs else told
    signing = of_key if isinstance(of_key, Key) else None
    found = of_application if isinstance(of_application, Application) else None
    home = of_tenant if isinstance(of_tenant, Tenant) else None
    return FusionAuthFacts(
        url=url,
        version=told if isinstance(told, str) else "",
        tenant_id=home.id if home else who.tenant_id,
        tenant_name=home.name if home else "",
        tenant_issuer=home.issuer if home else "",
        tenant_changed_at=home.last_update_instant / 1000 if home and home.last_update_instant else None,
        application_id=found.id if found else who.application_id,
        application_name=found.name if found else "",
        application_active=found.active if found else None,
        jwt_enabled=found.jwt_configuration.enabled if found else None,
        signing_algorithm=signing.algorithm if signing else "",
        signing_kid=signing.kid if signing else "",
        user_id=who.user_id,
        user_registered=None if isinstance(of_user, Missing) else of_user is not None,
        not_read=failed,
    )


def _tenant(client: FusionAuth, tenant_id: str) -> Tenant:
    if tenant_id:
        return client.tenant(tenant_id)
    tenants = client.tenants()
    if len(tenants) != 1:
        raise GatelightError(f"FusionAuth has {len(tenants)} tenants, and it is not known which one is meant.")
    return tenants[0]


def _application(client: FusionAuth, application_id: str, tenant_id: str) -> Read[Application | None]:
    if not application_id:
        return begin(lambda: Missing("it is not known which application the token is for", "a token"))
    path = f"GET /api/application/{application_id}"
    return _begin(path, lambda: client.application(application_id, tenant_id))


def _registration(client: FusionAuth, who: Behind, tenant_id: str) -> Read[Registration | None]:
    user, application = who.user_id, who.application_id
    if not (user and application):
        return begin(lambda: Missing("it is not known whose token it is", "a user's token"))
    path = f"GET /api/user/registration/{user}/{application}"
    return _begin(path, lambda: client.registration(user, application, tenant_id))


def _key(client: FusionAuth, key_id: str) -> Read[Key | None]:
    return _begin(f"GET /api/key/{key_id}", lambda: client.key(key_id))


def _signing_key_id(application: Application | Missing | None, tenant: Tenant | Missing) -> str:
    """The key that signs access tokens: the application's while its own JWT settings are on, or else the tenant's."""
    if not isinstance(application, Application):
        return ""
    if application.jwt_configuration.enabled and application.jwt_configuration.access_token_key_id:
        return application.jwt_configuration.access_token_key_id
    return tenant.jwt_configuration.access_token_key_id if isinstance(tenant, Tenant) else ""


def _begin(call: str, read: Callable[[], T]) -> Read[T]:
    def reading() -> T | Missing:
        try:
            return read()
        except Unreachable as error:
            return Missing(error.message.rstrip("."), "a way to FusionAuth: check fusionauth.url in the profile")
        except RemoteError as error:
            needs = f"an API key that may call {call}" if error.status in (401, 403) else error.fix.rstrip(".")
            return Missing(error.message.rstrip("."), needs)
        except GatelightError as error:
            return Missing(error.message.rstrip("."), error.fix.rstrip("."))

    return begin(reading)


def _id(claim: object) -> str:
    return claim if isinstance(claim, str) and _UUID.fullmatch(claim) else ""
