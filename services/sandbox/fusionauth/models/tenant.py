"""A tenant."""

import msgspec

from services.sandbox.fusionauth.models.formats import Number, Url, Uuid
from services.sandbox.fusionauth.models.jwt import JwtConfiguration
from services.sandbox.fusionauth.models.sections import messages
from services.sandbox.fusionauth.models.sections import tenant as sections
from services.sandbox.fusionauth.models.wire import Instant, Json, Wire

DEFAULT_ISSUER = "acme.com"


class TenantLogin(Wire):
    """Whether the Login API asks for an API key when no application is named."""

    require_authentication: bool = True


class PasswordRules(Wire):
    """What a password must be like."""

    min_length: Number = 8
    max_length: Number = 256
    require_mixed_case: bool = False
    require_non_alpha: bool = False
    require_number: bool = False
    validate_on_login: bool = False
    breach_detection: sections.PasswordBreachDetection | None = None
    remember_previous_passwords: sections.RememberPreviousPasswords | None = None


class Tenant(Wire):
    """A tenant as the API shows it. The fixed `issuer` default is FusionAuth's own and not a URL."""

    id: str = ""
    name: str = ""
    issuer: str = DEFAULT_ISSUER
    base_url: Url | None = msgspec.field(default=None, name="baseURL")
    configured: bool = True
    data: Json = msgspec.field(default_factory=dict)
    insert_instant: Instant = 0
    last_update_instant: Instant = 0
    http_session_max_inactive_interval: Number = 3600
    jwt_configuration: JwtConfiguration = msgspec.field(default_factory=JwtConfiguration)
    login_configuration: TenantLogin = msgspec.field(default_factory=TenantLogin)
    logout_url: Url | None = msgspec.field(default=None, name="logoutURL")
    password_validation_rules: PasswordRules = msgspec.field(default_factory=PasswordRules)
    state: str = "Active"
    theme_id: Uuid | None = None
    access_control_configuration: sections.TenantAccessControlConfiguration | None = None
    client_risk_configuration: sections.ClientRiskConfiguration | None = None
    captcha_configuration: sections.TenantCaptchaConfiguration | None = None
    connector_policies: list[sections.ConnectorPolicy] | None = None
    email_configuration: messages.TenantEmailConfiguration | None = None
    event_configuration: sections.EventConfiguration | None = None
    external_identifier_configuration: messages.ExternalIdentifierConfiguration | None = None
    failed_authentication_configuration: sections.FailedAuthenticationConfiguration | None = None
    family_configuration: sections.FamilyConfiguration | None = None
    form_configuration: sections.TenantFormConfiguration | None = None
    lambda_configuration: sections.TenantLambdaConfiguration | None = None
    maximum_password_age: sections.MaximumPasswordAge | None = None
    minimum_password_age: sections.MinimumPasswordAge | None = None
    multi_factor_configuration: sections.TenantMultiFactorConfiguration | None = None
    oauth_configuration: sections.TenantOAuth2Configuration | None = None
    password_encryption_configuration: sections.PasswordEncryptionConfiguration | None = None
    phone_configuration: messages.TenantPhoneConfiguration | None = None
    rate_limit_configuration: sections.TenantRateLimitConfiguration | None = None
    registration_configuration: sections.TenantRegistrationConfiguration | None = None
    scim_server_configuration: sections.TenantSCIMServerConfiguration | None = None
    sso_configuration: sections.TenantSSOConfiguration | None = None
    user_delete_policy: sections.TenantUserDeletePolicy | None = None
    username_configuration: sections.TenantUsernameConfiguration | None = None
    web_authn_configuration: sections.TenantWebAuthnConfiguration | None = None
