"""API keys: create, read, change, delete, by key managers only and never beyond their own authority."""

import hmac
import secrets

from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.fusionauth.authority import presented_key, require_key_manager
from services.sandbox.fusionauth.call import Call, answer, store_of
from services.sandbox.fusionauth.errors import Errors, not_found, unauthorized
from services.sandbox.fusionauth.models.api_key import ApiKey, Permissions
from services.sandbox.fusionauth.models.wire import Wire, replaced
from services.sandbox.fusionauth.store import Store


class ApiKeyRequest(Wire):
    """An API key in a request."""

    api_key: ApiKey | None = None


async def create(request: Request) -> Response:
    """POST /api/api-key[/{apiKeyId}]. The answer shows the key itself; later only a retrievable one is shown."""
    call, manager = _managed(request)
    key_id = call.new_id("apiKeyId")
    wanted = (await call.body(ApiKeyRequest)).api_key or ApiKey()
    instant = call.store.instant()
    key = replaced(
        wanted,
        id=key_id,
        key=wanted.key or secrets.token_urlsafe(33),
        key_manager=False,  # granted in the administrative screens and by Kickstart only
        permissions=_normalized(wanted.permissions),
        insert_instant=instant,
        last_update_instant=instant,
    )
    _validate(call.store, key, new=True)
    if not manager.covers(key):
        raise unauthorized()
    call.store.api_keys[key_id] = key
    return answer({"apiKey": key})


async def read(request: Request) -> Response:
    """GET /api/api-key/{apiKeyId}. There is no list: a key is found by its id only."""
    call, manager = _managed(request)
    return answer({"apiKey": _shown(_covered(call, manager))})


async def update(request: Request) -> Response:
    """PUT /api/api-key/{apiKeyId}: name, description, permissions and expiry; the rest is fixed at creation."""
    call, manager = _managed(request)
    wanted = (await call.body(ApiKeyRequest)).api_key or ApiKey()
    current = _covered(call, manager)
    key = replaced(
        current,
        name=wanted.name,
        meta_data=wanted.meta_data,
        permissions=_normalized(wanted.permissions),
        expiration_instant=wanted.expiration_instant,
        ip_access_control_list_id=wanted.ip_access_control_list_id,
        last_update_instant=call.store.instant(),
    )
    _validate(call.store, key)
    if not manager.covers(key):
        raise unauthorized()
    call.store.api_keys[key.id] = key
    return answer({"apiKey": _shown(key)})


async def delete(request: Request) -> Response:
    """DELETE /api/api-key/{apiKeyId}."""
    call, manager = _managed(request)
    del call.store.api_keys[_covered(call, manager).id]
    return Response()


def _managed(request: Request) -> tuple[Call, ApiKey]:
    store = store_of(request)
    manager = require_key_manager(presented_key(request, store))
    return Call(request, store, manager), manager


def _covered(call: Call, manager: ApiKey) -> ApiKey:
    key = call.store.api_keys.get(call.required_id("apiKeyId"))
    if key is None:
        raise not_found()
    if not manager.covers(key):
        raise unauthorized()
    return key


def _shown(key: ApiKey) -> ApiKey:
    return key if key.retrievable else replaced(key, key=None)


def _normalized(permissions: Permissions) -> Permissions:
    """The permissions with their methods in capitals."""
    endpoints = permissions.endpoints.items()
    return Permissions({path: [method.upper() for method in methods] for path, methods in endpoints})


def _validate(store: Store, key: ApiKey, *, new: bool = False) -> None:
    errors = Errors()
    others = [other for other in store.api_keys.values() if new or other.id != key.id]
    if new and key.id in store.api_keys:
        errors.duplicate("API key", "apiKey.id", key.id)
    if not key.retrievable and not (key.name or "").strip():
        errors.blank("apiKey.name")
    if key.name and any(other.name == key.name for other in others):
        errors.duplicate("API key", "apiKey.name", key.name)
    value = (key.key or "").encode()
    if any(hmac.compare_digest((other.key or "").encode(), value) for other in others):
        errors.add("apiKey.key", "duplicate", "Another API key already has this key.")
    if key.tenant_id is not None and key.tenant_id not in store.tenants:
        errors.invalid("apiKey.tenantId", f"The tenant with id [{key.tenant_id}] does not exist.")
    errors.raise_if_any()
