"""A user and the applications the user is registered to."""

import msgspec

from services.sandbox.fusionauth.models.formats import Date, Url, Zone
from services.sandbox.fusionauth.models.wire import Instant, Json, Wire


class Registration(Wire):
    """A user's registration to one application."""

    id: str = ""
    application_id: str = ""
    data: Json = msgspec.field(default_factory=dict)
    insert_instant: Instant = 0
    last_login_instant: Instant | None = None
    last_update_instant: Instant = 0
    preferred_languages: list[str] = msgspec.field(default_factory=list)
    roles: list[str] = msgspec.field(default_factory=list)
    timezone: Zone | None = None
    tokens: dict[str, str] = msgspec.field(default_factory=dict)
    username: str | None = None
    username_status: str = "ACTIVE"
    verified: bool = True


class Profile(Wire):
    """What a caller may say about a user, the password apart."""

    birth_date: Date | None = None
    data: Json = msgspec.field(default_factory=dict)
    email: str | None = None
    expiry: Instant | None = None
    first_name: str | None = None
    full_name: str | None = None
    image_url: Url | None = None
    last_name: str | None = None
    legacy_identifier: str | None = None
    middle_name: str | None = None
    mobile_phone: str | None = None
    parent_email: str | None = None
    phone_number: str | None = None
    preferred_languages: list[str] = msgspec.field(default_factory=list)
    timezone: Zone | None = None
    username: str | None = None


class NewUser(Profile):
    """A user in a request."""

    password: str | None = None
    password_change_required: bool = False


class TwoFactor(Wire):
    """The second factors of a user."""

    methods: list[Json] = msgspec.field(default_factory=list)


class User(Profile):
    """A user as the API shows it; the password's hash is kept apart."""

    id: str = ""
    tenant_id: str = ""
    active: bool = True
    insert_instant: Instant = 0
    last_login_instant: Instant | None = None
    last_update_instant: Instant = 0
    memberships: list[Json] = msgspec.field(default_factory=list)
    password_change_required: bool = False
    password_last_update_instant: Instant | None = None
    registrations: list[Registration] = msgspec.field(default_factory=list)
    two_factor: TwoFactor = msgspec.field(default_factory=TwoFactor)
    unique_username: str | None = None
    username_status: str = "ACTIVE"
    verified: bool = True

    def registration(self, application_id: str) -> Registration | None:
        """The registration to that application, if there is one."""
        return next((item for item in self.registrations if item.application_id == application_id), None)
