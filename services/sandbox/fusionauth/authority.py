"""Who may call what: the API key in the Authorization header, its permissions, its tenant."""

import hmac

from starlette.requests import Request

from services.sandbox.fusionauth.errors import unauthorized
from services.sandbox.fusionauth.models.api_key import ApiKey
from services.sandbox.fusionauth.store import Store


def presented_key(request: Request, store: Store) -> ApiKey | None:
    """The API key the request presents; None if it presents nothing. Raises 401 for a key that is not valid now.

    The header's value is the key itself: no `Bearer` or other scheme stands before it.
    """
    presented = request.headers.get("authorization")
    if presented is None:
        return None
    value = presented.encode("latin-1")  # the bytes of the header
    found: ApiKey | None = None
    for candidate in store.api_keys.values():  # every one is compared: the time tells nothing
        if hmac.compare_digest((candidate.key or "").encode(), value):
            found = candidate
    if found is None or not value:
        raise unauthorized()
    if found.expiration_instant is not None and found.expiration_instant <= store.instant():
        raise unauthorized()
    return found


def require_permission(key: ApiKey | None, endpoint: str, method: str, *, global_only: bool = False) -> ApiKey:
    """The key, if it may call `method` at `endpoint`; 401 otherwise. Some endpoints want a key without a tenant."""
    if key is None or not key.permits(endpoint, method) or (global_only and key.tenant_id is not None):
        raise unauthorized()
    return key


def require_key_manager(key: ApiKey | None) -> ApiKey:
    """The key, if it may manage other keys; 401 otherwise. No endpoint permission stands for this."""
    if key is None or not key.key_manager:
        raise unauthorized()
    return key
