"""A tenant."""

import msgspec

from services.sandbox.fusionauth.models.jwt import JwtConfiguration
from services.sandbox.fusionauth.models.wire import Instant, Json, Wire

DEFAULT_ISSUER = "acme.com"


class TenantLogin(Wire):
    """Whether the Login API asks for an API key when no application is named."""

    require_authentication: bool = True


class PasswordRules(Wire):
    """What a password must be like."""

    min_length: int = 8
    max_length: int = 256
    require_mixed_case: bool = False
    require_non_alpha: bool = False
    require_number: bool = False
    validate_on_login: bool = False
    breach_detection: Json | None = None
    remember_previous_passwords: Json | None = None


class Tenant(Wire):
    """A tenant as the API shows it. The fixed `issuer` default is FusionAuth's own and not a URL."""

    id: str = ""
    name: str = ""
    issuer: str = DEFAULT_ISSUER
    base_url: str | None = msgspec.field(default=None, name="baseURL")
    configured: bool = True
    data: Json = msgspec.field(default_factory=dict)
    insert_instant: Instant = 0
    last_update_instant: Instant = 0
    http_session_max_inactive_interval: int = 3600
    jwt_configuration: JwtConfiguration = msgspec.field(default_factory=JwtConfiguration)
    login_configuration: TenantLogin = msgspec.field(default_factory=TenantLogin)
    logout_url: str | None = msgspec.field(default=None, name="logoutURL")
    password_validation_rules: PasswordRules = msgspec.field(default_factory=PasswordRules)
    state: str = "Active"
    theme_id: str | None = None
    access_control_configuration: Json | None = None
    captcha_configuration: Json | None = None
    connector_policies: list[Json] | None = None
    email_configuration: Json | None = None
    event_configuration: Json | None = None
    external_identifier_configuration: Json | None = None
    failed_authentication_configuration: Json | None = None
    family_configuration: Json | None = None
    form_configuration: Json | None = None
    lambda_configuration: Json | None = None
    maximum_password_age: Json | None = None
    minimum_password_age: Json | None = None
    multi_factor_configuration: Json | None = None
    oauth_configuration: Json | None = None
    password_encryption_configuration: Json | None = None
    phone_configuration: Json | None = None
    rate_limit_configuration: Json | None = None
    registration_configuration: Json | None = None
    scim_server_configuration: Json | None = None
    sso_configuration: Json | None = None
    user_delete_policy: Json | None = None
    username_configuration: Json | None = None
    web_authn_configuration: Json | None = None
