"""Tenants: list, read, create, patch, delete."""

from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.fusionauth.call import Call, answer
from services.sandbox.fusionauth.errors import Errors, general_error, not_found, unauthorized
from services.sandbox.fusionauth.key_master import CLIENT_SECRET_KEY_ID
from services.sandbox.fusionauth.models.tenant import DEFAULT_ISSUER, Tenant
from services.sandbox.fusionauth.models.wire import Wire, from_json, merged, replaced, to_json
from services.sandbox.fusionauth.store import Store

ENDPOINT = "/api/tenant"


class TenantRequest(Wire):
    """A tenant in a request, or the tenant to copy the configuration of."""

    tenant: Tenant | None = None
    source_tenant_id: str | None = None


async def list_all(request: Request) -> Response:
    """GET /api/tenant."""
    call = Call.allowed(request, ENDPOINT)
    return answer({"tenants": [tenant for tenant in call.store.tenants.values() if call.sees(tenant.id)]})


async def read(request: Request) -> Response:
    """GET /api/tenant/{tenantId}."""
    return answer({"tenant": _visible(Call.allowed(request, ENDPOINT))})


async def create(request: Request) -> Response:
    """POST /api/tenant[/{tenantId}]. A copy takes everything from its source but the issuer, which is the default."""
    call = Call.allowed(request, ENDPOINT)
    if call.key and call.key.tenant_id is not None:
        raise unauthorized()
    tenant_id = call.new_id("tenantId")
    data = await call.json()
    wanted = from_json(data, TenantRequest)
    fresh = call.store.new_tenant(tenant_id=tenant_id, name="")
    source = call.store.tenants.get(wanted.source_tenant_id) if wanted.source_tenant_id else None
    if wanted.source_tenant_id and source is None:
        errors = Errors()
        errors.invalid("sourceTenantId", f"The tenant with id [{wanted.source_tenant_id}] does not exist.")
        errors.raise_if_any()
    if source:
        name = wanted.tenant.name if wanted.tenant else ""
        tenant = _owned(source, fresh, name=name, issuer=DEFAULT_ISSUER)
    else:
        given = from_json({"tenant": merged(to_json(fresh), data.get("tenant") or {})}, TenantRequest)
        tenant = _owned(given.tenant or fresh, fresh)
    _validate(call.store, tenant, new=True)
    call.store.tenants[tenant_id] = tenant
    return answer({"tenant": tenant})


async def patch(request: Request) -> Response:
    """PATCH /api/tenant/{tenantId}: what is sent replaces what was there, the rest stays."""
    call = Call.allowed(request, ENDPOINT)
    current = _visible(call)
    data = await call.patched({"tenant": to_json(current)}, "tenant")
    changed = from_json(data, TenantRequest).tenant or current
    tenant = _owned(changed, current, last_update_instant=call.store.instant())
    _validate(call.store, tenant)
    call.store.tenants[tenant.id] = tenant
    return answer({"tenant": tenant})


async def delete(request: Request) -> Response:
    """DELETE /api/tenant/{tenantId}, with everything in it.

    The tenant of FusionAuth's own application stays: that it is refused is inferred, the documentation does not say.
    """
    call = Call.allowed(request, ENDPOINT)
    if call.key and call.key.tenant_id is not None:
        raise unauthorized()
    tenant = _visible(call)
    if tenant.id == call.store.tenant_id:
        raise general_error("invalid", "The tenant of the FusionAuth application cannot be deleted.")
    call.store.remove_tenant(tenant.id)
    return Response()


def _visible(call: Call) -> Tenant:
    tenant = call.store.tenants.get(call.required_id("tenantId"))
    if tenant is None or not call.sees(tenant.id):
        raise not_found()
    return tenant


def _owned(wanted: Tenant, current: Tenant, **changes: object) -> Tenant:
    """`wanted` with the properties that only FusionAuth itself sets."""
    own = {name: getattr(current, name) for name in ("id", "insert_instant", "last_update_instant", "state")}
    return replaced(wanted, **(own | changes))


def _validate(store: Store, tenant: Tenant, *, new: bool = False) -> None:
    errors = Errors()
    if new and tenant.id in store.tenants:
        errors.duplicate("Tenant", "tenant.id", tenant.id)
    if not tenant.name.strip():
        errors.blank("tenant.name")
    if not tenant.issuer.strip():
        errors.blank("tenant.issuer")
    if any(other.name == tenant.name and other.id != tenant.id for other in store.tenants.values()):
        errors.duplicate("Tenant", "tenant.name", tenant.name)
    key_id = tenant.jwt_configuration.access_token_key_id
    if store.keys.get(key_id) is None or key_id == CLIENT_SECRET_KEY_ID:
        errors.invalid("tenant.jwtConfiguration.accessTokenKeyId", f"The key with id [{key_id}] cannot sign tokens.")
    id_key = tenant.jwt_configuration.id_token_key_id
    if store.keys.get(id_key) is None:
        errors.invalid("tenant.jwtConfiguration.idTokenKeyId", f"The key with id [{id_key}] does not exist.")
    errors.raise_if_any()
