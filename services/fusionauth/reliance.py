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


def relying(applications: Iterable[Application], ours: Collection[str] = ()) -> tuple[Application, ...]:
    """The active applications, by name, that are neither in `ours` nor FusionAuth's own."""
    others = (
        application
        for application in applications
        if application.active
        and application.id not in (FUSIONAUTH_APPLICATION, *ours)
        and not (application.universal_configuration.universal and application.name == _TENANT_MANAGER)
    )
    return tuple(sorted(others, key=lambda application: application.name))


def quoted(applications: Iterable[Application]) -> tuple[str, ...]:
    """Their names in quotes, as many as a sentence bears."""
    names = [f'"{application.name}"' for application in applications]
    return (*names[:_NAMED], *((f"{len(names) - _NAMED} more",) if len(names) > _NAMED else ()))


def reliance(tenant: Tenant, wanted: str, others: tuple[Application, ...]) -> Reliance | None:
    """Who is hit when the tenant's issuer becomes `wanted`; None when there is no other application."""
    if not others:
        return None
    several = "Other applications rely" if len(others) > 1 else "Another application relies"
    to = "FusionAuth's public address" if "{" in wanted else f'"{wanted}"'  # a plan does not know it yet
    origin = "FusionAuth's choice" if tenant.issuer == DEFAULT_ISSUER else "set on purpose"
    return Reliance(
        what=f'{several} on the issuer "{tenant.issuer}" of tenant "{tenant.name}"',
        by=quoted(others),
        consequence="Their tokens would be refused wherever issuers are compared.",
        detail=f"It would be {to}; what is there now was {origin}. "
        "Other API gateways and programs that check tokens would have to follow.",
        instead="A tenant of our own leaves it alone: fusionauth.own_tenant = true in the profile.",
        agreement="gatelight up --change-issuer",
    )
