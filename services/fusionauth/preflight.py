"""Which of the calls Gatelight needs an API key may make, asked without creating or changing anything.

FusionAuth looks at a key's permissions before it looks at the request (its documentation, "API Authentication": 401
for a key that lacks an endpoint and method). So each probe is a call that cannot succeed: it concerns an id that nobody
has, or creates something out of an empty body. 401 then means that the key may not, and any other refusal that it may.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.errors import ConfigurationError
from services.fusionauth.client import FusionAuth
from services.parallel import side_by_side
from services.read_only import ReadOnly

_AT_ONCE = 20  # probes under way at the same time: all of them, as a rule, in the time that one takes


@dataclass(frozen=True, slots=True)
class Permission:
    """A method at an endpoint as a key's permissions name it, and what Gatelight needs it for.

    `probe` is the path of a call that cannot succeed, `{id}` standing for an id that nobody has.
    """

    method: str
    endpoint: str
    probe: str
    purpose: str
    global_only: bool = False  # FusionAuth gives it to keys without a tenant alone

    def __str__(self) -> str:
        return f"{self.method} {self.endpoint}"


VERSION = Permission("GET", "/api/system/version", "/api/system/version", "read the version")
NEEDED = (
    Permission("GET", "/api/tenant", "/api/tenant/{id}", "read the tenant"),
    Permission("PATCH", "/api/tenant", "/api/tenant/{id}", "set its issuer"),
    Permission("GET", "/api/key", "/api/key/{id}", "find the signing keys", global_only=True),
    Permission("POST", "/api/key/generate", "/api/key/generate/{id}", "make them", global_only=True),
    Permission("DELETE", "/api/key", "/api/key/{id}", "take them back", global_only=True),
    Permission("GET", "/api/application", "/api/application/{id}", "find the application"),
    Permission("POST", "/api/application", "/api/application/{id}", "make it"),
    Permission("PATCH", "/api/application", "/api/application/{id}", "repair it"),
    Permission("PUT", "/api/application", "/api/application/{id}?reactivate=true", "reactivate it"),
    Permission("DELETE", "/api/application", "/api/application/{id}?hardDelete=true", "take it back"),
    Permission("GET", "/api/user", "/api/user/{id}", "find the user"),
    Permission("POST", "/api/user", "/api/user/{id}", "make the user"),
    Permission("DELETE", "/api/user", "/api/user/{id}?hardDelete=true", "take the user back"),
    Permission("GET", "/api/user/registration", "/api/user/registration/{id}/{id}", "find the registration"),
    Permission("POST", "/api/user/registration", "/api/user/registration/{id}", "make it"),
    Permission("DELETE", "/api/user/registration", "/api/user/registration/{id}/{id}", "take it back"),
    Permission("POST", "/api/login", "/api/login", "log the user in"),
)
NEEDED_FOR_SCOPE = (
    Permission("GET", "/api/lambda", "/api/lambda/{id}", "find the populate lambda", global_only=True),
    Permission("POST", "/api/lambda", "/api/lambda/{id}", "make it", global_only=True),
    Permission("PATCH", "/api/lambda", "/api/lambda/{id}", "repair it", global_only=True),
    Permission("DELETE", "/api/lambda", "/api/lambda/{id}", "take it back", global_only=True),
)


NEEDED_FOR_TENANT = (
    Permission("POST", "/api/tenant", "/api/tenant/{id}", "make a tenant of our own", global_only=True),
    Permission("DELETE", "/api/tenant", "/api/tenant/{id}", "take it back", global_only=True),
)


def missing_permissions(client: FusionAuth, needed: Sequence[Permission] = NEEDED) -> tuple[Permission, ...]:
    """Those of the needed permissions that the key lacks. Raises RemoteError for what does not answer as FusionAuth."""
    nobody = str(uuid.uuid4())
    allowed: list[bool] = []
    for start in range(0, len(needed), _AT_ONCE):
        batch = needed[start : start + _AT_ONCE]
        allowed += side_by_side(*(_asking(client, permission, nobody) for permission in batch))
    return tuple(permission for permission, may in zip(needed, allowed, strict=True) if not may)


def lacking(missing: Sequence[Permission]) -> ConfigurationError:
    """All missing permissions in one error."""
    listed = "; ".join(f"{permission} ({permission.purpose})" for permission in missing)
    several = f"{len(missing)} calls" if len(missing) > 1 else "a call"
    tenant = " A key that is bound to a tenant never may: use one without." if _is_bound(missing) else ""
    return ConfigurationError(
        f"The API key lacks {several} that Gatelight needs: {listed}.",
        f"Allow them for the key in FusionAuth: Settings → API Keys. Nothing was changed.{tenant}",
    )


def _is_bound(missing: Sequence[Permission]) -> bool:
    global_only = {permission for permission in NEEDED if permission.global_only}
    return global_only <= set(missing)


def _asking(client: FusionAuth, permission: Permission, nobody: str) -> Callable[[], bool]:
    body: object = None if permission.method in ("GET", "DELETE") else {}
    path = permission.probe.format(id=nobody)

    def may() -> bool:
        try:
            return client.may_call(permission.method, path, body)
        except ReadOnly:  # what will not be called needs no permission
            return True

    return may
