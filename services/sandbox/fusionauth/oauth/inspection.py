"""What a token says: userinfo for its holder, introspection for the application it was made for."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.fusionauth.accounts import named_application
from services.sandbox.fusionauth.call import answer, store_of
from services.sandbox.fusionauth.claims import everything, scoped
from services.sandbox.fusionauth.models.application import Application
from services.sandbox.fusionauth.oauth.clients import calling_client
from services.sandbox.fusionauth.oauth.errors import invalid_client, invalid_token, missing
from services.sandbox.fusionauth.oauth.parameters import from_form
from services.sandbox.fusionauth.store import Store
from services.sandbox.fusionauth.tokens import valid_claims


async def userinfo(request: Request) -> Response:
    """GET or POST /oauth2/userinfo, with the access token as the bearer.

    Under the policy `Strict` it must be an access token (an Id token is known by its `at_hash`) with the scope
    `openid`, and its scopes say which claims there are. In any case it must have an audience, which a token of the
    Login API for somebody who is not registered lacks.
    """
    store = store_of(request)
    claims = await _bearer_claims(request, store)
    application = named_application(store, str(claims.get("aud")))
    if application is None:
        raise invalid_token("access_token_invalid", "The access token has no audience.", status=400)
    user = store.users.get(str(claims.get("sub")))
    if user is None or not user.active:
        raise invalid_token("user_not_found", "The user does not exist or is not active.", status=400)
    if application.oauth_configuration.scope_handling_policy == "Compatibility":
        kept = {name: claims.get(name) for name in ("applicationId", "roles")}
        return answer({"sub": user.id} | kept | everything(user))
    scopes = str(claims.get("scope", "")).split()
    if "at_hash" in claims:
        raise invalid_token("access_token_invalid", "An Id token is no access token.", status=400)
    if "openid" not in scopes:
        raise invalid_token("missing_required_scope", "The access token lacks the scope [openid].", status=400)
    return answer({"sub": user.id} | scoped(user, scopes))


async def introspect(request: Request) -> Response:
    """POST /oauth2/introspect: the claims of a good token, `active: false` for any other, 401 for another client's.

    The documentation's table of when a secret is needed knows grants only, and FusionAuth's own clients send none here:
    so it may be left out, whatever the application's policy. One that is shown must be right.
    """
    store, parameters = store_of(request), await from_form(request)
    application, _ = calling_client(request, store, parameters)
    token = parameters.get("token")
    if not token:
        raise missing("token")
    claims = await valid_claims(store, token)
    if claims is None:
        return answer({"active": False})
    if not _is_for(claims, application):
        raise invalid_client("client_id_mismatch", "The token was not issued for this client_id.")
    return answer({"active": True} | claims)


async def _bearer_claims(request: Request, store: Store) -> dict[str, Any]:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise invalid_token("access_token_required", "The request has no bearer token.")
    claims = await valid_claims(store, token.strip(), even_if_expired=True)
    if claims is None:
        raise invalid_token("access_token_malformed", "The access token is malformed or not signed here.")
    if await valid_claims(store, token.strip()) is None:
        raise invalid_token("access_token_expired", "The access token has expired.")
    return claims


def _is_for(claims: dict[str, Any], application: Application) -> bool:
    audience = claims.get("aud")
    return application.id in (audience if isinstance(audience, list) else [audience])
