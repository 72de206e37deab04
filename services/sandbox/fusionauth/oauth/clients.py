"""Who calls the token endpoint: an application, and whether it must prove it."""

import base64
import binascii
import hmac
from urllib.parse import unquote_plus

from starlette.requests import Request

from services.sandbox.fusionauth.accounts import named_application
from services.sandbox.fusionauth.models.application import Application
from services.sandbox.fusionauth.oauth.errors import OAuthRefused, invalid_client, invalid_request, missing
from services.sandbox.fusionauth.oauth.parameters import Parameters
from services.sandbox.fusionauth.store import Store


def named_client(store: Store, client_id: str) -> Application:
    """The active application whose id it is. Raises `OAuthRefused` (400)."""
    application = named_application(store, client_id)
    if application is None:
        raise invalid_request("invalid_client_id", f"Invalid client_id: {client_id}")
    return application


def calling_client(request: Request, store: Store, parameters: Parameters) -> tuple[Application, bool]:
    """The application that calls, and whether it showed its secret, in a Basic header or in the body.

    A secret that is shown must be right, whether one is needed or not. Raises `OAuthRefused`.
    """
    header = request.headers.get("authorization")
    client_id, secret = _basic(header) if header else (parameters.get("client_id"), parameters.get("client_secret"))
    if not client_id:
        raise missing("client_id")
    if parameters.get("client_id", client_id) != client_id:
        raise invalid_request("client_id_mismatch", "The client_id in the body is not the one in the header.")
    application = named_application(store, client_id)
    if application is None:
        raise invalid_client("invalid_client_id", f"Invalid client_id: {client_id}")
    if secret is None:
        return application, False
    own = (application.oauth_configuration.client_secret or "").encode()
    if not hmac.compare_digest(own, secret.encode(errors="surrogatepass")):
        raise invalid_client("invalid_client_authentication", "Invalid client authentication credentials.")
    return application, True


def require_secret(application: Application, *, shown: bool, with_pkce: bool = False) -> None:
    """Raise 401 where the application's `clientAuthenticationPolicy` wants a secret and none was shown.

    For `NotRequiredWhenUsingPKCE` the documentation names no grant but the code's: any other needs the secret.
    """
    policy = application.oauth_configuration.client_authentication_policy
    if shown or policy == "NotRequired" or (policy == "NotRequiredWhenUsingPKCE" and with_pkce):
        return
    raise invalid_client("client_authentication_missing", "Client authentication is required.")


def require_grant(application: Application, grant: str) -> None:
    """Raise 400 where the grant is not among the application's `enabledGrants`."""
    if grant not in application.oauth_configuration.enabled_grants:
        raise OAuthRefused(
            "unauthorized_client", "grant_type_disabled", f"The [{grant}] grant is not enabled for this application."
        )


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    refused = invalid_client(
        "invalid_client_authentication_scheme", "The Authorization header must use the Basic scheme."
    )
    if scheme.lower() != "basic":
        raise refused
    try:
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise refused from None
    if not colon:
        raise refused
    return unquote_plus(client_id), unquote_plus(secret)  # both are form-encoded (RFC 6749 §2.3.1)
