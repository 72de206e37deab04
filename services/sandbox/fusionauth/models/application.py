"""An application: the client of OAuth and of the Login API, and what a user registers to."""

from typing import Literal

import msgspec

from services.sandbox.fusionauth.models.formats import Url, Uuid
from services.sandbox.fusionauth.models.jwt import ApplicationJwtConfiguration
from services.sandbox.fusionauth.models.sections import application as sections
from services.sandbox.fusionauth.models.sections.shared import VerificationStrategy
from services.sandbox.fusionauth.models.wire import Instant, Json, Wire

GrantType = Literal[
    "authorization_code",
    "implicit",
    "password",
    "client_credentials",
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:device_code",
    "device_code",
]
ProofKeyPolicy = Literal["Required", "NotRequired", "NotRequiredWhenUsingClientAuthentication"]


class OAuth2Configuration(Wire):
    """The OAuth side (defaults of a new application: the open-source client's OAuth2Configuration)."""

    authorized_origin_urls: list[Url] = msgspec.field(default_factory=list, name="authorizedOriginURLs")
    authorized_redirect_urls: list[Url] = msgspec.field(default_factory=list, name="authorizedRedirectURLs")
    authorized_resource_uris: list[Url] = msgspec.field(default_factory=list)
    authorized_url_validation_policy: Literal["ExactMatch", "AllowWildcards"] = msgspec.field(
        default="ExactMatch", name="authorizedURLValidationPolicy"
    )
    client_authentication_policy: Literal["Required", "NotRequired", "NotRequiredWhenUsingPKCE"] = "Required"
    client_id: str | None = None
    client_secret: str | None = None
    consent_mode: Literal["AlwaysPrompt", "RememberDecision", "NeverPrompt"] = "AlwaysPrompt"
    debug: bool = False
    device_verification_url: Url | None = msgspec.field(default=None, name="deviceVerificationURL")
    enabled_grants: list[GrantType] = msgspec.field(default_factory=lambda: ["authorization_code", "refresh_token"])
    generate_refresh_tokens: bool = False
    logout_behavior: Literal["RedirectOnly", "AllApplications"] = "AllApplications"
    logout_url: Url | None = msgspec.field(default=None, name="logoutURL")
    proof_key_for_code_exchange_policy: ProofKeyPolicy = "NotRequired"
    provided_scope_policy: sections.ProvidedScopePolicy | None = None
    relationship: Literal["FirstParty", "ThirdParty"] = "FirstParty"
    require_client_authentication: bool = True
    require_registration: bool = False
    scope_handling_policy: Literal["Compatibility", "Strict"] = "Strict"
    unknown_scope_policy: Literal["Allow", "Remove", "Reject"] = "Reject"


class LambdaConfiguration(Wire):
    """Which lambda runs when, by id."""

    access_token_populate_id: str | None = None
    id_token_populate_id: str | None = None
    multi_factor_requirement_id: str | None = None
    samlv2_populate_id: str | None = None
    self_service_registration_validation_id: str | None = None
    userinfo_populate_id: str | None = None

    def ids(self) -> dict[str, str]:
        """The lambdas that are set, by the property's JSON name."""
        set_ids: dict[str, str] = {
            name: value for name, value in msgspec.to_builtins(self).items() if value is not None
        }
        return set_ids


class ApplicationLogin(Wire):
    """What the Login API asks for and gives."""

    allow_token_refresh: bool = False
    generate_refresh_tokens: bool = False
    require_authentication: bool = True


class Role(Wire):
    """A role of an application. A default role goes to every user registered without naming roles."""

    id: str = ""
    name: str = ""
    description: str | None = None
    is_default: bool = False
    is_super_role: bool = False
    insert_instant: Instant = 0
    last_update_instant: Instant = 0


class Application(Wire):
    """An application as the API shows it."""

    id: str = ""
    name: str = ""
    tenant_id: str = ""
    active: bool = True
    state: str = "Active"
    base_url: Url | None = msgspec.field(default=None, name="baseURL")
    data: Json = msgspec.field(default_factory=dict)
    insert_instant: Instant = 0
    last_update_instant: Instant = 0
    jwt_configuration: ApplicationJwtConfiguration = msgspec.field(default_factory=ApplicationJwtConfiguration)
    lambda_configuration: LambdaConfiguration = msgspec.field(default_factory=LambdaConfiguration)
    login_configuration: ApplicationLogin = msgspec.field(default_factory=ApplicationLogin)
    oauth_configuration: OAuth2Configuration = msgspec.field(default_factory=OAuth2Configuration)
    roles: list[Role] = msgspec.field(default_factory=list)
    scopes: list[sections.ApplicationOAuthScope] = msgspec.field(default_factory=list)
    theme_id: Uuid | None = None
    verification_email_template_id: Uuid | None = None
    verification_strategy: VerificationStrategy | None = None
    verify_registration: bool = False
    access_control_configuration: sections.ApplicationAccessControlConfiguration | None = None
    authentication_token_configuration: sections.AuthenticationTokenConfiguration | None = None
    clean_speak_configuration: sections.CleanSpeakConfiguration | None = None
    email_configuration: sections.ApplicationEmailConfiguration | None = None
    external_identifier_configuration: sections.ApplicationExternalIdentifierConfiguration | None = None
    form_configuration: sections.ApplicationFormConfiguration | None = None
    multi_factor_configuration: sections.ApplicationMultiFactorConfiguration | None = None
    passwordless_configuration: sections.PasswordlessConfiguration | None = None
    phone_configuration: sections.ApplicationPhoneConfiguration | None = None
    registration_configuration: sections.ApplicationRegistrationConfiguration | None = None
    registration_delete_policy: sections.ApplicationRegistrationDeletePolicy | None = None
    samlv2_configuration: sections.SAMLv2Configuration | None = None
    universal_configuration: sections.UniversalApplicationConfiguration | None = None
    unverified: sections.RegistrationUnverified | None = None
    web_authn_configuration: sections.ApplicationWebAuthnConfiguration | None = None
