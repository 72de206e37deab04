"""Every way to a token of one profile: log in, through a browser or not, and renew."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from services.cancel import Cancellation
from services.errors import ConfigurationError
from services.fusionauth.client import FusionAuth
from services.http import HttpClient
from services.redact import Redactor, Secret
from services.tokens.acquire import Login, log_in
from services.tokens.code_flow import Journey, Open, PasteBack, log_in_by_browser
from services.tokens.hand import TokenInHand
from services.tokens.oauth import OAuthClient
from services.tokens.offers import Offer, offers
from services.tokens.refresh import refresh, seconds_until_renewal
from services.tokens.two_factor import AskCode
from services.tokens.visit import Attend
from services.tokens.ways import RefreshAt

_NEW_KEY_SECONDS = 120.0  # how long an API key counts as made just now
_LONGEST_WAIT = 15.0  # seconds; a laptop that slept must notice that time went by

Facts = Callable[..., dict[str, str]]  # gives the facts; raises ConfigurationError where a named one is missing


@dataclass(frozen=True, slots=True)
class TokenSource:
    """Gets tokens for a profile's user from its application. Every method blocks.

    `variables` names the environment variables that hold secrets, for people who repeat a call by hand. `login_note`
    says what a browser needs where the world does not see the login page; empty where it does.
    """

    fusionauth: FusionAuth
    http: HttpClient
    redactor: Redactor
    api_key: Secret
    email: str
    password: Secret
    facts: Facts
    variables: dict[Secret, str]
    login_note: str = ""

    def offers(self, held: TokenInHand | None) -> tuple[Offer, ...]:
        """Every way, with what its token carries and why it is not possible now; asks nobody."""
        try:
            self.facts("application_id", "tenant_id", "issuer", "public_url")
            provisioned = True
        except ConfigurationError:
            provisioned = False
        return offers(provisioned=provisioned, has_password=bool(self.password), held=held, login_note=self.login_note)

    def by_login(self, cancellation: Cancellation, ask_code: AskCode | None = None) -> TokenInHand:
        """Log in through the Login API; `ask_code` is asked where a second factor is needed.

        Raises ConfigurationError while the application is not provisioned, LoginRefused for a login without a token.
        """
        facts = self.facts("application_id", "login_key_id", "tenant_id")
        if not self.password:
            raise ConfigurationError(
                f'There is no password to log "{self.email}" in with.', "Set GATELIGHT_USER_PASSWORD."
            )
        key, is_new = self._login_key(facts["login_key_id"])
        login = Login(
            url=self.fusionauth.url,
            api_key=key or self.api_key,
            application_id=facts["application_id"],
            email=self.email,
            password=self.password,
            tenant_id="" if key else facts["tenant_id"],
            key_is_new=is_new,
            second_factor_key=self.api_key,
        )
        return log_in(login, self.http, self.redactor, cancellation, ask_code)

    def by_browser(
        self,
        cancellation: Cancellation,
        *,
        open_browser: Open | None = None,
        paste_back: PasteBack | None = None,
        attend: Attend | None = None,
        scopes: tuple[str, ...] = (),
    ) -> TokenInHand:
        """Let the person log in on FusionAuth's own page: Authorization Code with PKCE.

        With `open_browser` the answer arrives at a loopback address; without it, or where it finds no browser,
        `paste_back` asks for the address the browser ended at. `attend` is told of the login instead, and returns.
        """
        facts = self.facts("application_id", "tenant_id", "issuer", "public_url")
        client = self._oauth_client()
        public_url = "" if self.login_note else facts["public_url"]
        journey = Journey(
            client, facts["tenant_id"], facts["issuer"], scopes, self.email, public_url, login_note=self.login_note
        )
        return log_in_by_browser(
            journey,
            self.fusionauth,
            self.http,
            self.redactor,
            cancellation,
            open_browser=open_browser,
            paste_back=paste_back,
            attend=attend,
        )

    def by_refresh(self, refresh_token: Secret, at: RefreshAt = RefreshAt.JWT_API) -> TokenInHand:
        """A new access token for a refresh token. If another refresh token comes with it, the old one is spent."""
        return refresh(refresh_token, at, self._oauth_client(), self.http, self.redactor)

    def renew(self, token: TokenInHand, cancellation: Cancellation, at: RefreshAt = RefreshAt.JWT_API) -> TokenInHand:
        """Wait until shortly before the token ends, then refresh it. Raises Interrupted when asked to stop."""
        while (left := seconds_until_renewal(token, time.time())) > 0:
            cancellation.wait(min(left, _LONGEST_WAIT))
        return self.by_refresh(token.refresh_token, at)

    def _login_key(self, key_id: str) -> tuple[Secret | None, bool]:
        """The key that may only log in, and whether it was made just now; None where the given key does that too."""
        found = self.fusionauth.api_key(key_id) if key_id else None
        if found is None or not found.key:
            return None, False
        key = Secret(found.key)
        if self.api_key in self.variables:  # whoever repeats the login by hand may use the given key
            self.variables[key] = self.variables[self.api_key]
        return key, time.time() - found.insert_instant / 1000 < _NEW_KEY_SECONDS

    def _oauth_client(self) -> OAuthClient:
        facts = self.facts("application_id", "tenant_id")
        application = self.fusionauth.application(facts["application_id"], facts["tenant_id"])
        if application is None:
            raise ConfigurationError("The application is gone from FusionAuth.", "Provision it again: gatelight up.")
        secret = Secret(application.oauth_configuration.client_secret)
        return OAuthClient(self.fusionauth.url, application.id, secret)
