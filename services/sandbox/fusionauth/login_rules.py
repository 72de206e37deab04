"""What may still be asked of somebody whose password was right: a new one, a verified address or registration."""

from services.sandbox.fusionauth.accounts import check_password
from services.sandbox.fusionauth.errors import Errors
from services.sandbox.fusionauth.models.application import Application
from services.sandbox.fusionauth.models.tenant import Tenant
from services.sandbox.fusionauth.models.user import Registration, User
from services.sandbox.fusionauth.store import Store

DAY = 86_400_000  # milliseconds


def change_reason(store: Store, user: User, password: str | None) -> str | None:
    """Why the user must change the password (the Login API's `changePasswordReason`); None if nothing says so.

    `password` is the one just typed, which the tenant may want checked against its rules at every login.
    """
    tenant = store.tenants[user.tenant_id]
    if user.password_change_required:
        return "Administrative"
    if password is not None and tenant.password_validation_rules.validate_on_login:
        errors = Errors()
        check_password(tenant, password, errors)
        if errors.fields:
            return "Validation"
    age = tenant.maximum_password_age or {}
    days = age.get("days", 180)
    changed = user.password_last_update_instant
    if age.get("enabled") is not True or changed is None:
        return None
    return "Expired" if store.instant() >= changed + days * DAY else None


def wants_verified_email(tenant: Tenant) -> bool:
    """Whether users of the tenant must verify their e-mail address."""
    return (tenant.email_configuration or {}).get("verifyEmail") is True


def lacks_email(tenant: Tenant, user: User) -> bool:
    """Whether the user's e-mail address still waits to be verified."""
    return wants_verified_email(tenant) and not user.verified


def lacks_registration(application: Application | None, registration: Registration | None) -> bool:
    """Whether the registration still waits to be verified."""
    return bool(application and application.verify_registration and registration and not registration.verified)


def is_gated(holder: Tenant | Application) -> bool:
    """Whether what is not verified gets no tokens: `unverified.behavior` is `Gated`, not the default `Allow`."""
    rules = holder.email_configuration if isinstance(holder, Tenant) else {"unverified": holder.unverified}
    unverified = (rules or {}).get("unverified")
    return isinstance(unverified, dict) and unverified.get("behavior") == "Gated"
