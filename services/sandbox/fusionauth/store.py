"""Everything one FusionAuth of the sandbox knows, in memory."""

import secrets
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from services.sandbox.endpoints import Login
from services.sandbox.fusionauth.expiring import Expiring
from services.sandbox.fusionauth.key_master import CLIENT_SECRET_KEY_ID, KeyMaster
from services.sandbox.fusionauth.lambdas.engine import LambdaEngine
from services.sandbox.fusionauth.models.api_key import ApiKey
from services.sandbox.fusionauth.models.application import Application, OAuth2Configuration, Role
from services.sandbox.fusionauth.models.jwt import JwtConfiguration
from services.sandbox.fusionauth.models.lambda_function import LambdaFunction
from services.sandbox.fusionauth.models.tenant import Tenant
from services.sandbox.fusionauth.models.user import Registration, User
from services.sandbox.fusionauth.passwords import PasswordHash

FUSIONAUTH_APPLICATION_ID = "3c219e58-ed0e-4b18-ad48-f4f92793ae32"


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token of a user for an application; instants in milliseconds, `auth_time` in seconds."""

    id: str
    token: str
    user_id: str
    application_id: str
    start_instant: int
    last_used_instant: int
    auth_time: int
    grants: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AuthorizationCode:
    """What the exchange of a code needs to know of the login it came from."""

    user_id: str
    application_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    auth_time: int
    nonce: str | None
    code_challenge: str | None


@dataclass(slots=True)
class SecondFactors:
    """A user's secrets by the id of the method, and the recovery codes not used yet."""

    secrets: dict[str, bytes] = field(default_factory=dict)
    recovery_codes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PendingLogin:
    """A login that waits for its second factor; `code` finishes it without one, where a method was just enabled."""

    user_id: str
    application_id: str | None
    change_reason: str | None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """What somebody proves with a verification id: an e-mail address or, with an application, a registration to it.

    `code` has to come along where the strategy is `FormField`.
    """

    user_id: str
    application_id: str | None
    code: str | None


@dataclass(slots=True)
class Store:
    """The state of one FusionAuth. `now` gives seconds since the epoch; tests move it.

    `keeps_listening_port` makes it publish its addresses as a FusionAuth older than April 2024 does behind a proxy.
    """

    now: Callable[[], float]
    keys: KeyMaster
    admin: Login
    api_key: str
    tenant_id: str
    keeps_listening_port: bool = False
    tenants: dict[str, Tenant] = field(default_factory=dict)
    applications: dict[str, Application] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    passwords: dict[str, PasswordHash] = field(default_factory=dict)
    api_keys: dict[str, ApiKey] = field(default_factory=dict)
    refresh_tokens: dict[str, RefreshToken] = field(default_factory=dict)
    lambdas: dict[str, LambdaFunction] = field(default_factory=dict)
    lambda_engine: LambdaEngine = field(default_factory=LambdaEngine)
    second_factors: dict[str, SecondFactors] = field(default_factory=dict)
    codes: Expiring[AuthorizationCode] = field(init=False)
    two_factor_logins: Expiring[PendingLogin] = field(init=False)
    trusts: Expiring[str] = field(init=False)  # user ids, as are the next two
    password_changes: Expiring[str] = field(init=False)
    one_time_passwords: Expiring[str] = field(init=False)
    email_verifications: Expiring[Verification] = field(init=False)
    registration_verifications: Expiring[Verification] = field(init=False)

    def __post_init__(self) -> None:
        self.codes = Expiring(self.now, "authorizationGrantIdTimeToLiveInSeconds")
        self.two_factor_logins = Expiring(self.now, "twoFactorIdTimeToLiveInSeconds")
        self.trusts = Expiring(self.now, "twoFactorTrustIdTimeToLiveInSeconds")
        self.password_changes = Expiring(self.now, "changePasswordIdTimeToLiveInSeconds")
        self.one_time_passwords = Expiring(self.now, "oneTimePasswordTimeToLiveInSeconds")
        self.email_verifications = Expiring(self.now, "emailVerificationIdTimeToLiveInSeconds")
        self.registration_verifications = Expiring(self.now, "registrationVerificationIdTimeToLiveInSeconds")

    @classmethod
    def fresh(cls, *, now: Callable[[], float] = time.time) -> "Store":
        """A newly set up FusionAuth: its default tenant, keys and application, an administrator and one API key.

        The API key is global, may do everything and manages keys. The names and passwords are made up each time.
        """
        store = cls(
            now=now,
            keys=KeyMaster(int(now() * 1000)),
            admin=Login(email="admin@example.com", password=secrets.token_urlsafe(18)),
            api_key=secrets.token_urlsafe(33),
            tenant_id=str(uuid.uuid4()),
        )
        store._set_up()
        return store

    async def close(self) -> None:
        """End what runs on behalf of this FusionAuth."""
        await self.lambda_engine.close()

    def instant(self) -> int:
        """Now, in milliseconds."""
        return int(self.now() * 1000)

    @property
    def default_tenant(self) -> Tenant:
        """The tenant that answers where none is named."""
        return self.tenants[self.tenant_id]

    def new_tenant(self, *, tenant_id: str, name: str) -> Tenant:
        """A tenant with the defaults of this installation, not stored."""
        instant = self.instant()
        return Tenant(
            id=tenant_id,
            name=name,
            insert_instant=instant,
            last_update_instant=instant,
            jwt_configuration=JwtConfiguration(
                access_token_key_id=self.keys.signing_key_id, id_token_key_id=CLIENT_SECRET_KEY_ID
            ),
        )

    def find_user(self, tenant_id: str, login_id: str, kinds: Iterable[str] = ("email", "username")) -> User | None:
        """The tenant's user of that e-mail address or user name, upper and lower case being the same."""
        wanted = login_id.strip().casefold()
        for user in self.users.values() if wanted else ():
            names = {"email": user.email, "username": user.username}
            if user.tenant_id == tenant_id and any((names.get(kind) or "").casefold() == wanted for kind in kinds):
                return user
        return None

    def remove_user(self, user_id: str) -> None:
        """Remove a user with everything that is the user's."""
        self.users.pop(user_id, None)
        self.passwords.pop(user_id, None)
        self.second_factors.pop(user_id, None)
        self.revoke(lambda token: token.user_id == user_id)

    def remove_application(self, application_id: str) -> None:
        """Remove an application, and every registration to it."""
        self.applications.pop(application_id, None)
        for user in self.users.values():
            user.registrations = [item for item in user.registrations if item.application_id != application_id]
        self.revoke(lambda token: token.application_id == application_id)

    def remove_tenant(self, tenant_id: str) -> None:
        """Remove a tenant with its applications, users and API keys."""
        for application in [item for item in self.applications.values() if item.tenant_id == tenant_id]:
            self.remove_application(application.id)
        for user in [item for item in self.users.values() if item.tenant_id == tenant_id]:
            self.remove_user(user.id)
        for key in [item for item in self.api_keys.values() if item.tenant_id == tenant_id]:
            del self.api_keys[key.id]
        self.tenants.pop(tenant_id, None)

    def revoke(self, condition: Callable[[RefreshToken], bool]) -> None:
        """Forget the refresh tokens that fulfil the condition."""
        for token in [token for token in self.refresh_tokens.values() if condition(token)]:
            del self.refresh_tokens[token.token]

    def _set_up(self) -> None:
        instant = self.instant()
        self.tenants[self.tenant_id] = self.new_tenant(tenant_id=self.tenant_id, name="Default")
        key = ApiKey(
            id=str(uuid.uuid4()),
            key=self.api_key,
            key_manager=True,
            name="Sandbox",
            insert_instant=instant,
            last_update_instant=instant,
        )
        self.api_keys[key.id] = key
        role = Role(
            id=str(uuid.uuid4()),
            name="admin",
            is_super_role=True,
            insert_instant=instant,
            last_update_instant=instant,
        )
        self.applications[FUSIONAUTH_APPLICATION_ID] = Application(
            id=FUSIONAUTH_APPLICATION_ID,
            name="FusionAuth",
            tenant_id=self.tenant_id,
            oauth_configuration=OAuth2Configuration(
                client_id=FUSIONAUTH_APPLICATION_ID, client_secret=secrets.token_urlsafe(32)
            ),
            roles=[role],
            insert_instant=instant,
            last_update_instant=instant,
        )
        registration = Registration(
            id=str(uuid.uuid4()),
            application_id=FUSIONAUTH_APPLICATION_ID,
            roles=[role.name],
            insert_instant=instant,
            last_update_instant=instant,
        )
        admin = User(
            id=str(uuid.uuid4()),
            tenant_id=self.tenant_id,
            email=self.admin.email,
            registrations=[registration],
            insert_instant=instant,
            last_update_instant=instant,
            password_last_update_instant=instant,
        )
        self.users[admin.id] = admin
        self.passwords[admin.id] = PasswordHash.of(self.admin.password)
