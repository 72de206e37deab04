"""The Key Master's keys: generate, read, rename, delete. Only a global API key may."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.fusionauth.call import Call, answer
from services.sandbox.fusionauth.errors import Errors, general_error, not_found
from services.sandbox.fusionauth.key_pairs import ALGORITHMS, RSA_LENGTHS, TYPES, SigningKey, generate
from services.sandbox.fusionauth.models.application import Application
from services.sandbox.fusionauth.models.key import KeySpecification
from services.sandbox.fusionauth.models.tenant import Tenant
from services.sandbox.fusionauth.models.wire import Wire, replaced
from services.sandbox.fusionauth.store import Store

ENDPOINT = "/api/key"


class KeyRequest(Wire):
    """A key in a request."""

    key: KeySpecification | None = None


async def list_all(request: Request) -> Response:
    """GET /api/key."""
    call = Call.allowed(request, ENDPOINT, global_only=True)
    return answer({"keys": [item.key for item in await call.store.keys.all()]})


async def read(request: Request) -> Response:
    """GET /api/key/{keyId}."""
    call = Call.allowed(request, ENDPOINT, global_only=True)
    return answer({"key": (await _existing(call)).key})


async def create(request: Request) -> Response:
    """POST /api/key/generate[/{keyId}]. The issuer, if none is given, is the default tenant's."""
    call = Call.allowed(request, "/api/key/generate", global_only=True)
    key_id = call.new_id("keyId")
    wanted = (await call.body(KeyRequest)).key or KeySpecification()
    store = call.store
    _validate(store, wanted, key_id)
    made = await asyncio.to_thread(
        generate,
        algorithm=wanted.algorithm or "",
        key_id=key_id,
        name=wanted.name or "",
        length=wanted.length,
        issuer=wanted.issuer or store.default_tenant.issuer,
        instant=store.instant(),
    )
    _validate(store, wanted, key_id)  # another request may have taken the id while this key was made
    store.keys.add(made)
    return answer({"key": made.key})


async def rename(request: Request) -> Response:
    """PUT /api/key/{keyId}: the name is all that can change."""
    call = Call.allowed(request, ENDPOINT, global_only=True)
    wanted = (await call.body(KeyRequest)).key or KeySpecification()
    current = await _existing(call)
    errors = Errors()
    if not (wanted.name or "").strip():
        errors.blank("key.name")
    errors.raise_if_any()
    key = replaced(current.key, name=wanted.name, last_update_instant=call.store.instant())
    call.store.keys.add(SigningKey(key, current.secret, current.jwk))
    return answer({"key": key})


async def delete(request: Request) -> Response:
    """DELETE /api/key/{keyId}. A key that a tenant or an application signs with stays."""
    call = Call.allowed(request, ENDPOINT, global_only=True)
    key = (await _existing(call)).key
    holders: list[Tenant | Application] = [*call.store.tenants.values(), *call.store.applications.values()]
    for holder in holders:
        configuration = holder.jwt_configuration
        if key.id in (configuration.access_token_key_id, configuration.id_token_key_id):
            raise general_error(
                "inUse", f"The key with id [{key.id}] is in use by [{holder.name}] and cannot be deleted."
            )
    call.store.keys.remove(key.id)
    return Response()


async def _existing(call: Call) -> SigningKey:
    key_id = call.required_id("keyId")
    await call.store.keys.all()
    key = call.store.keys.get(key_id)
    if key is None:
        raise not_found()
    return key


def _validate(store: Store, wanted: KeySpecification, key_id: str) -> None:
    errors = Errors()
    if store.keys.get(key_id):
        errors.duplicate("Key", "key.id", key_id)
    if not (wanted.name or "").strip():
        errors.blank("key.name")
    if not wanted.algorithm:
        errors.blank("key.algorithm")
    elif wanted.algorithm not in ALGORITHMS:
        errors.invalid("key.algorithm", f"The algorithm [{wanted.algorithm}] is not one of {', '.join(ALGORITHMS)}.")
    elif TYPES[wanted.algorithm[:2]] == "RSA":
        if wanted.length is None:
            errors.blank("key.length")
        elif wanted.length not in RSA_LENGTHS:
            errors.invalid("key.length", f"The length [{wanted.length}] is not one of 2048, 3072, 4096.")
    errors.raise_if_any()
