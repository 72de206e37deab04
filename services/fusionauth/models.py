"""The parts of FusionAuth's objects that Gatelight reads, as its API documentation names them."""

import msgspec


class Model(msgspec.Struct, frozen=True, rename="camel"):
    """A decoded object; properties Gatelight does not read are left out."""


class Key(Model, frozen=True):
    """A signing key; `kid` is what a token's header names."""

    id: str
    name: str = ""
    algorithm: str = ""
    kid: str = ""
    insert_instant: int = 0  # milliseconds since 1970


class JwtConfiguration(Model, frozen=True):
    """Which keys sign an application's tokens; the tenant's do while `enabled` is false."""

    enabled: bool = False
    access_token_key_id: str = ""
    id_token_key_id: str = ""
    time_to_live_in_seconds: int = 0


class Tenant(Model, frozen=True):
    """A tenant: the issuer of every token signed in it, with keys for applications that have none of their own."""

    id: str
    name: str
    issuer: str = ""
    jwt_configuration: JwtConfiguration = JwtConfiguration()
    insert_instant: int = 0  # milliseconds since 1970; 0 where it is not told, as is the next
    last_update_instant: int = 0


class LoginConfiguration(Model, frozen=True):
    """What the Login API does for an application."""

    require_authentication: bool = True
    generate_refresh_tokens: bool = False
    allow_token_refresh: bool = False


class OAuthConfiguration(Model, frozen=True):
    """Which grants an application may use, and where its logins may end."""

    enabled_grants: list[str] = []
    generate_refresh_tokens: bool = False
    proof_key_for_code_exchange_policy: str = ""
    require_registration: bool = False
    authorized_redirect_urls: list[str] = msgspec.field(default_factory=list, name="authorizedRedirectURLs")
    client_secret: str = ""


class LambdaConfiguration(Model, frozen=True):
    """Which lambdas have a hand in an application's tokens; a part that is not set is null or absent."""

    access_token_populate_id: str | None = None


class UniversalConfiguration(Model, frozen=True):
    """Whether an application belongs to every tenant."""

    universal: bool = False


class Application(Model, frozen=True):
    """An application; its id is its client id and the audience of its tokens."""

    id: str
    name: str
    active: bool = True
    jwt_configuration: JwtConfiguration = JwtConfiguration()
    login_configuration: LoginConfiguration = LoginConfiguration()
    oauth_configuration: OAuthConfiguration = OAuthConfiguration()
    lambda_configuration: LambdaConfiguration = LambdaConfiguration()
    universal_configuration: UniversalConfiguration = UniversalConfiguration()
    insert_instant: int = 0  # milliseconds since 1970


class User(Model, frozen=True):
    """A person who can log in."""

    id: str
    email: str = ""
    active: bool = True
    insert_instant: int = 0  # milliseconds since 1970


class Registration(Model, frozen=True):
    """A user's membership in an application."""

    application_id: str
    id: str = ""


class ApiKey(Model, frozen=True):
    """An API key; `key` is given only where the key is retrievable."""

    id: str
    key: str = ""
    insert_instant: int = 0  # milliseconds since 1970


class Lambda(Model, frozen=True):
    """A piece of JavaScript that FusionAuth runs, here while it makes a token."""

    id: str
    name: str = ""
    body: str = ""
    type: str = ""
    insert_instant: int = 0  # milliseconds since 1970


class TwoFactorMethod(Model, frozen=True):
    """A way a user has to prove a second factor: `authenticator`, `email`, `sms` or a plug-in's."""

    id: str = ""
    method: str = ""
    email: str = ""
    mobile_phone: str = ""


class TwoFactorWaiting(Model, frozen=True):
    """What the Login API's 242 says. Without methods a second factor must be set up first."""

    two_factor_id: str = ""
    methods: list[TwoFactorMethod] = []
    configurable_methods: list[str] = []


class Discovery(msgspec.Struct, frozen=True):
    """The part of an OpenID discovery document that a JWT authorizer uses."""

    issuer: str
    jwks_uri: str
