"""Making and changing users and registrations: the rules shared by the User and the Registration API."""

import re
import uuid

from services.sandbox.fusionauth.errors import Errors
from services.sandbox.fusionauth.models.application import Application
from services.sandbox.fusionauth.models.tenant import Tenant
from services.sandbox.fusionauth.models.user import NewUser, Profile, Registration, User
from services.sandbox.fusionauth.models.wire import replaced
from services.sandbox.fusionauth.store import Store

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def new_user(
    store: Store, tenant: Tenant, wanted: NewUser, user_id: str, errors: Errors, *, verified: bool = True
) -> User:
    """A user as wanted, not stored; what is wrong with it is added to `errors`."""
    instant = store.instant()
    user = with_profile(
        User(
            id=user_id,
            tenant_id=tenant.id,
            insert_instant=instant,
            verified=verified,
            password_last_update_instant=instant if wanted.password else None,
        ),
        wanted,
        instant,
    )
    if user_id in store.users:
        errors.duplicate("User", "user.id", user_id)
    check_user(store, tenant, user, errors)
    if wanted.password is not None:
        check_password(tenant, wanted.password, errors)
    return user


def with_profile(user: User, wanted: NewUser, instant: int) -> User:
    """A copy of the user with the wanted profile; e-mail addresses are kept in lower case."""
    profile = {name: getattr(wanted, name) for name in Profile.__struct_fields__}
    profile["email"] = (wanted.email or "").strip().lower() or None
    profile["username"] = (wanted.username or "").strip() or None
    return replaced(
        user,
        **profile,
        unique_username=profile["username"],
        password_change_required=wanted.password_change_required,
        last_update_instant=instant,
    )


def check_user(store: Store, tenant: Tenant, user: User, errors: Errors) -> None:
    """Add what is wrong with the user's e-mail address and name."""
    if user.email is None and user.username is None:
        errors.blank("user.email")
        errors.blank("user.username")
    if user.email is not None and not _EMAIL.fullmatch(user.email):
        errors.add("user.email", "notEmail", f"The [user.email] property [{user.email}] is not a valid e-mail address.")
    for kind, value in (("email", user.email), ("username", user.username)):
        known = store.find_user(tenant.id, value, (kind,)) if value else None
        if value and known and known.id != user.id:
            errors.duplicate("User", f"user.{kind}", value)


def check_password(tenant: Tenant, password: str, errors: Errors) -> None:
    """Add what the tenant's rules have against the password."""
    rules = tenant.password_validation_rules
    name = "user.password"
    if not password:
        errors.blank(name)
    elif len(password) < rules.min_length:
        errors.add(name, "tooShort", f"The [{name}] property must be at least [{rules.min_length}] characters.")
    elif len(password) > rules.max_length:
        errors.add(name, "tooLong", f"The [{name}] property must be at most [{rules.max_length}] characters.")
    if rules.require_mixed_case and password in (password.lower(), password.upper()):
        errors.add(name, "singleCase", f"The [{name}] property must contain upper and lower case characters.")
    if rules.require_non_alpha and password.isalpha():
        errors.add(name, "onlyAlpha", f"The [{name}] property must contain a non-alphabetic character.")
    if rules.require_number and not any(character.isdigit() for character in password):
        errors.add(name, "requireNumber", f"The [{name}] property must contain a number.")


def check_roles(application: Application, wanted: Registration, errors: Errors) -> None:
    """Add the roles of a registration that the application does not have."""
    known = {role.name for role in application.roles}
    for role in wanted.roles:
        if role not in known:
            errors.invalid("registration.roles", f"The role [{role}] does not exist in the application.")


def new_registration(
    store: Store, application: Application, wanted: Registration, errors: Errors, *, verified: bool = True
) -> Registration:
    """A registration as wanted, not stored; without id it gets one, without roles the application's default ones."""
    check_roles(application, wanted, errors)
    instant = store.instant()
    return replaced(
        wanted,
        id=wanted.id or str(uuid.uuid4()),
        application_id=application.id,
        roles=list(dict.fromkeys(wanted.roles)) or [role.name for role in application.roles if role.is_default],
        insert_instant=instant,
        last_login_instant=None,
        last_update_instant=instant,
        username_status="ACTIVE",
        verified=verified,
    )


def named_application(store: Store, application_id: str, tenant_id: str | None = None) -> Application | None:
    """The active application of that id (any form of the UUID), in that tenant if one is given."""
    try:
        application = store.applications.get(str(uuid.UUID(application_id)))
    except ValueError:
        return None
    if application is None or not application.active or tenant_id not in (None, application.tenant_id):
        return None
    return application
