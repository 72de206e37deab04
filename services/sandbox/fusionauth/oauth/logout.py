"""The logout endpoint: takes the cookies away and leads back to the application."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.sandbox.fusionauth.accounts import named_application
from services.sandbox.fusionauth.api.cookies import ACCESS_TOKEN, REFRESH_TOKEN
from services.sandbox.fusionauth.call import store_of
from services.sandbox.fusionauth.models.application import Application
from services.sandbox.fusionauth.oauth.clients import named_client
from services.sandbox.fusionauth.oauth.errors import invalid_request
from services.sandbox.fusionauth.oauth.parameters import Parameters, from_form, from_query
from services.sandbox.fusionauth.store import Store
from services.sandbox.fusionauth.tokens import valid_claims


async def logout(request: Request) -> Response:
    """GET or POST /oauth2/logout: 302 to `post_logout_redirect_uri`, which must be an authorized redirect URL of the
    application, or else to the logout URL of the application, of the tenant, or `/`. No token is revoked."""
    store = store_of(request)
    parameters = from_query(request) if request.method != "POST" else await from_form(request)
    application = await _application(store, parameters)
    address = _address(store, application, parameters)
    state = parameters.get("state")
    if state:
        address += ("&" if "?" in address else "?") + urlencode({"state": state})
    response = RedirectResponse(address, 302)
    response.delete_cookie(ACCESS_TOKEN)
    response.delete_cookie(REFRESH_TOKEN)
    return response


async def _application(store: Store, parameters: Parameters) -> Application | None:
    """The application named by `client_id`, or by an Id token of ours, which may have expired."""
    if "client_id" in parameters:
        return named_client(store, parameters["client_id"])
    hint = parameters.get("id_token_hint")
    if hint is None:
        return None
    claims = await valid_claims(store, hint, even_if_expired=True)
    application = named_application(store, str(claims.get("aud"))) if claims else None
    if application is None:
        raise invalid_request("invalid_id_token_hint", "The id_token_hint is no token of this FusionAuth.")
    return application


def _address(store: Store, application: Application | None, parameters: Parameters) -> str:
    wanted = parameters.get("post_logout_redirect_uri")
    if wanted is not None:
        authorized = application.oauth_configuration.authorized_redirect_urls if application else []
        if wanted not in authorized:
            raise invalid_request("invalid_post_logout_redirect_uri", f"Invalid post_logout_redirect_uri {wanted}")
        return wanted
    tenant = store.tenants[application.tenant_id] if application else store.default_tenant
    return (application.oauth_configuration.logout_url if application else None) or tenant.logout_url or "/"
