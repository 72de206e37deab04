"""What an application asks of the authorize endpoint, checked."""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from services.sandbox.fusionauth.models.application import Application
from services.sandbox.fusionauth.models.tenant import Tenant
from services.sandbox.fusionauth.oauth.clients import named_client, require_grant
from services.sandbox.fusionauth.oauth.errors import OAuthRefused, invalid_request, missing
from services.sandbox.fusionauth.oauth.parameters import Parameters
from services.sandbox.fusionauth.oauth.scopes import granted
from services.sandbox.fusionauth.store import Store

# What the login form carries from its showing to its sending.
CARRIED = (
    *("client_id", "redirect_uri", "response_type", "response_mode", "tenantId", "scope", "state", "nonce", "prompt"),
    *("code_challenge", "code_challenge_method", "locale"),
)
RESPONSE_MODES = ("query", "fragment", "form_post")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # base64url of SHA-256 (RFC 7636 §4.2)
_LOCALE = re.compile(r"[A-Za-z]{2}(?:_[A-Za-z]{2})?")


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the answer goes: an address the application has registered, in the wanted response mode."""

    application: Application
    tenant: Tenant
    redirect_uri: str
    state: str | None
    mode: str

    @classmethod
    def of(cls, store: Store, parameters: Parameters) -> "Destination":
        """Check what must be right before anything may be sent to `redirect_uri`.

        Raises `OAuthRefused`: such a mistake is shown to the person and never sent anywhere.
        """
        client_id, redirect_uri = parameters.get("client_id"), parameters.get("redirect_uri")
        if not client_id:
            raise missing("client_id")
        application = named_client(store, client_id)
        if not redirect_uri:
            raise missing("redirect_uri")
        if redirect_uri not in application.oauth_configuration.authorized_redirect_urls:
            raise invalid_request("invalid_redirect_uri", f"Invalid redirect uri {redirect_uri}")
        if parameters.get("tenantId", application.tenant_id).lower() != application.tenant_id:
            raise invalid_request("invalid_tenant_id", "The application does not belong to that tenant.")
        mode = parameters.get("response_mode", "query")
        if mode not in RESPONSE_MODES:
            raise invalid_request("invalid_response_mode", f"Invalid response_mode: {mode}")
        tenant = store.tenants[application.tenant_id]
        return cls(application, tenant, redirect_uri, parameters.get("state"), mode)

    def address(self, answer: Parameters) -> str:
        """The address with the answer in its query, or behind it as a fragment."""
        if self.mode == "fragment":
            return f"{self.redirect_uri}#{urlencode(answer)}"
        separator = "&" if "?" in self.redirect_uri else "?"
        return f"{self.redirect_uri}{separator}{urlencode(answer)}"


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A request for an authorization code."""

    scopes: tuple[str, ...]
    nonce: str | None
    code_challenge: str | None
    locale: str

    @classmethod
    def of(cls, application: Application, parameters: Parameters) -> "AuthorizationRequest":
        """Check the rest of the request. Raises `OAuthRefused`, which the application gets to hear.

        Of the response types only `code` is served. PKCE knows no method but S256.
        """
        response_type = parameters.get("response_type")
        if not response_type:
            raise missing("response_type")
        if response_type != "code":
            raise OAuthRefused(
                "unsupported_response_type", "invalid_response_type", f"Invalid response_type: {response_type}"
            )
        require_grant(application, "authorization_code")
        if "none" in parameters.get("prompt", "").split():
            raise OAuthRefused("login_required", "authentication_required", "The user is not logged in.")
        locale = parameters.get("locale", "en")
        return cls(
            scopes=granted(application, parameters.get("scope")),
            nonce=parameters.get("nonce"),
            code_challenge=_code_challenge(application, parameters),
            locale=locale if _LOCALE.fullmatch(locale) else "en",
        )


def _code_challenge(application: Application, parameters: Parameters) -> str | None:
    challenge, method = parameters.get("code_challenge"), parameters.get("code_challenge_method")
    if challenge is None:
        policy = application.oauth_configuration.proof_key_for_code_exchange_policy
        # A login page cannot know yet whether the application will show its secret at the token endpoint.
        if policy == "Required" or method is not None:
            raise missing("code_challenge")
        return None
    if method != "S256":
        raise invalid_request("invalid_pkce_code_challenge_method", "The code_challenge_method must be S256.")
    if not _CHALLENGE.fullmatch(challenge):
        raise invalid_request("invalid_pkce_code_challenge", "The code_challenge is no S256 challenge.")
    return challenge
