"""What an API key must be allowed to do in FusionAuth, as its API takes it and as a person reads it."""

from collections.abc import Iterable

from services.fusionauth.preflight import NEEDED, NEEDED_FOR_SCOPE, NEEDED_FOR_TENANT, VERSION, Permission
from services.profile.model import FusionAuthSettings


def needed_permissions(settings: FusionAuthSettings) -> tuple[Permission, ...]:
    """Everything a profile's key is used for."""
    return (VERSION, *NEEDED, *needed_besides(settings))


def needed_besides(settings: FusionAuthSettings) -> tuple[Permission, ...]:
    """What only some profiles' keys are used for."""
    return (*(NEEDED_FOR_SCOPE if settings.scope else ()), *(NEEDED_FOR_TENANT if settings.own_tenant else ()))


def endpoints(permissions: Iterable[Permission]) -> dict[str, list[str]]:
    """The permissions as `apiKey.permissions.endpoints` of FusionAuth's API Key API."""
    found: dict[str, list[str]] = {}
    for permission in permissions:
        methods = found.setdefault(permission.endpoint, [])
        if permission.method not in methods:
            methods.append(permission.method)
    return found
