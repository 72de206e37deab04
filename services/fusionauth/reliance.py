"""Who relies on a tenant's issuer: every application in it signs its tokens with that name."""

from collections.abc import Collection, Iterable

from services.fusionauth.models import Application, Tenant
from services.provisioning.step import Reliance

DEFAULT_ISSUER = "acme.com"
"""What FusionAuth gives a new tenant (its documentation, "Tenants")."""

FUSIONAUTH_APPLICATION = "3c219e58-ed0e-4b18-ad48-f4f92793ae32"
"""FusionAuth's own application, the same in every installation (its documentation, "The FusionAuth application")."""

_TENANT_MANAGER = "Tenant Manager"  # FusionAuth's other application of its own, since 1.58; it belongs to every tenant
_NAMED = 8  # as many names as a sentence bears


def relying_applications(applications: Iterable[Application], ours: Collection[str]) -> tuple[str, ...]:
    """The names of the active applications that are neither in `ours` nor FusionAuth's own."""
    return tuple(
        sorted(
            application.name
            for application in applications
            if application.active
            and application.id not in (FUSIONAUTH_APPLICATION, *ours)
            and not (application.universal_configuration.universal and application.name == _TENANT_MANAGER)
        )
    )


def reliance(tenant: Tenant, wanted: str, applications: tuple[str, ...]) -> Reliance | None:
    """Who is hit when the tenant's issuer becomes `wanted`; None when there is no other application."""
    if not applications:
        return None
    count = len(applications)
    several = f"{count} other applications rely" if count > 1 else "another application relies"
    on_purpose = "FusionAuth's default" if tenant.issuer == DEFAULT_ISSUER else "set on purpose"
    more = (f"{count - _NAMED} more",) if count > _NAMED else ()
    return Reliance(
        what=f'The issuer of tenant "{tenant.name}" is "{tenant.issuer}" ({on_purpose}), and {several} on it',
        by=(*(f'"{name}"' for name in applications[:_NAMED]), *more),
        consequence=f'With "{wanted}" instead, every token that any of them was given is refused by whoever compares '
        "issuers, other API gateways included, and their settings must follow.",
        instead="Give Gatelight a tenant of its own: fusionauth.own_tenant = true in the profile. Nothing of theirs "
        "changes then.",
        agreement="gatelight up --change-issuer",
    )
