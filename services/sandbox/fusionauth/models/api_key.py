"""An API key and what it may do."""

import msgspec

from services.sandbox.fusionauth.models.formats import Uuid
from services.sandbox.fusionauth.models.wire import Instant, Wire


class Attributes(Wire):
    """Free-form attributes; `description` is the one the administrative screens show."""

    attributes: dict[str, str] = msgspec.field(default_factory=dict)


class Permissions(Wire):
    """The methods allowed at each endpoint; no endpoint at all means every endpoint."""

    endpoints: dict[str, list[str]] = msgspec.field(default_factory=dict)


class ApiKey(Wire):
    """An API key. Without `tenant_id` it is global; `key_manager` keys may manage other keys."""

    id: str = ""
    key: str | None = None
    expiration_instant: Instant | None = None
    insert_instant: Instant = 0
    ip_access_control_list_id: Uuid | None = None
    key_manager: bool = False
    last_update_instant: Instant = 0
    meta_data: Attributes = msgspec.field(default_factory=Attributes)
    name: str | None = None
    permissions: Permissions = msgspec.field(default_factory=Permissions)
    retrievable: bool = True
    tenant_id: str | None = None

    def permits(self, endpoint: str, method: str) -> bool:
        """Whether the key may call `method` at `endpoint`."""
        endpoints = self.permissions.endpoints
        return not endpoints or method in endpoints.get(endpoint, ())

    def covers(self, other: "ApiKey") -> bool:
        """Whether this key's authority is equal to or greater than the other's, in tenant and in permissions."""
        if self.tenant_id is not None and self.tenant_id != other.tenant_id:
            return False
        if not self.permissions.endpoints:
            return True
        wanted = other.permissions.endpoints
        return bool(wanted) and all(
            self.permits(path, method) for path, methods in wanted.items() for method in methods
        )
