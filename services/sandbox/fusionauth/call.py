"""One request to the API: what it may see, which tenant it concerns, and what it sends."""

import uuid
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from services.sandbox.fusionauth import json_patch
from services.sandbox.fusionauth.authority import presented_key, require_permission
from services.sandbox.fusionauth.errors import Refused, field_error, general_error, not_found
from services.sandbox.fusionauth.models.api_key import ApiKey
from services.sandbox.fusionauth.models.tenant import Tenant
from services.sandbox.fusionauth.models.wire import Json, Wire, from_json, merged, parse, to_json
from services.sandbox.fusionauth.store import Store

MAXIMUM_BODY = 1_000_000  # bytes
JSON_TYPES = ("application/json", "application/merge-patch+json")
JSON_PATCH = "application/json-patch+json"

T = TypeVar("T", bound=Wire)


@dataclass(frozen=True, slots=True)
class Call:
    """A request, the state it works on, and the API key it was allowed with (None where none is needed)."""

    request: Request
    store: Store
    key: ApiKey | None = None

    @classmethod
    def allowed(cls, request: Request, endpoint: str, *, global_only: bool = False) -> "Call":
        """The call, if its API key may make it. Raises `Refused` (401)."""
        store = store_of(request)
        key = presented_key(request, store)
        return cls(request, store, require_permission(key, endpoint, request.method, global_only=global_only))

    def path_id(self, name: str) -> str | None:
        """The UUID in the path, in its usual form; None where the path has none. Raises 400 for anything else."""
        value = self.request.path_params.get(name)
        return None if value is None else as_uuid(name, str(value))

    def required_id(self, name: str) -> str:
        """The UUID that the path must have."""
        value = self.path_id(name)
        if value is None:
            raise field_error(name, "blank", f"You must specify the [{name}] property.")
        return value

    def new_id(self, name: str) -> str:
        """The UUID the caller chose in the path, or a random one."""
        return self.path_id(name) or str(uuid.uuid4())

    def flag(self, name: str) -> bool:
        """Whether the query says `name=true`."""
        return self.request.query_params.get(name, "").lower() == "true"

    def scope(self) -> str | None:
        """The tenant this call is confined to, by its key or its header; None if it sees every tenant.

        Raises 404 for a tenant that does not exist or is not the key's.
        """
        own = self.key.tenant_id if self.key else None
        header = self.request.headers.get("x-fusionauth-tenantid")
        if not header:
            return own
        wanted = as_uuid("tenantId", header)
        if wanted not in self.store.tenants or own not in (None, wanted):
            raise not_found()
        return wanted

    def sees(self, tenant_id: str) -> bool:
        """Whether objects of that tenant exist as far as this call is concerned."""
        return self.scope() in (None, tenant_id)

    def tenant(self) -> Tenant:
        """The tenant this call concerns. Raises 400 where there are several and nothing says which."""
        scope = self.scope()
        if scope is None and len(self.store.tenants) > 1:
            raise general_error(
                "TenantIdRequired",
                "A Tenant Id is required to complete this request. To complete this request, you may assign a Tenant "
                "to your API key, or add the X-FusionAuth-TenantId HTTP request header with the Tenant Id.",
            )
        return self.store.tenants[scope] if scope else self.store.default_tenant

    async def json(self) -> Json:
        """The request's JSON object. Raises `Refused`: 413 over a megabyte, 400 for anything but JSON."""
        content = await read_content(self.request)
        kind = self._content_type()
        if content and kind not in JSON_TYPES:
            raise general_error(
                "invalidContentType", f"The Content-Type [{kind}] is not supported. Send application/json."
            )
        return parse(content)

    async def patched(self, document: Json, root: str) -> Json:
        """The document as the request changes it, by JSON Merge Patch or, since FusionAuth 1.39, JSON Patch.

        Raises `Refused` as `json` does, and 400 if the object `root` is missing or an operation fails.
        """
        if self._content_type() == JSON_PATCH:
            return json_patch.applied(await read_content(self.request), document)
        sent = await self.json()
        if not isinstance(sent.get(root), dict):
            raise general_error("missing", f"The request has no [{root}].")
        return merged(document, sent)

    async def body(self, kind: type[T]) -> T:
        """The request's JSON as a `kind`. Raises `Refused` as `json` does, and 400 for a property of a wrong type."""
        return from_json(await self.json(), kind)

    def _content_type(self) -> str:
        return self.request.headers.get("content-type", "").partition(";")[0].strip().lower()


def store_of(request: Request) -> Store:
    """The state behind the app that got the request."""
    store: Store = request.app.state.store
    return store


def as_uuid(name: str, value: str) -> str:
    """`value` as a UUID in its usual form. Raises 400 naming the parameter."""
    try:
        parsed = uuid.UUID(value)
    except ValueError:
        raise field_error(name, "couldNotConvert", f"The value [{value}] of [{name}] is not a valid UUID.") from None
    return str(parsed)


def answer(value: Any, status: int = 200) -> Response:
    """A JSON response; FusionAuth answers 200 to a creation as well."""
    return Response(msgspec.json.encode(to_json(value)), status, media_type="application/json;charset=UTF-8")


async def read_content(request: Request) -> bytes:
    """The request's body. One that is too long is read to its end and dropped, so that its sender sees the answer."""
    content = bytearray()
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            content += chunk if size <= MAXIMUM_BODY else b""
    except ClientDisconnect:
        raise Refused(400) from None
    if size > MAXIMUM_BODY:
        raise Refused(413)
    return bytes(content)
