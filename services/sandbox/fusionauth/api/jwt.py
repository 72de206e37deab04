"""What concerns tokens already made: validation, refresh, public keys."""

from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.fusionauth.api.cookies import ACCESS_TOKEN, REFRESH_TOKEN, set_token_cookies
from services.sandbox.fusionauth.call import Call, answer, as_uuid, store_of
from services.sandbox.fusionauth.errors import Errors, field_error, not_found, unauthorized
from services.sandbox.fusionauth.models.wire import Duration, Wire
from services.sandbox.fusionauth.refresh_tokens import refreshed, usable, used
from services.sandbox.fusionauth.tokens import access_token, configuration, valid_claims


class RefreshRequest(Wire):
    """A refresh token, and how long the new access token may live at most."""

    refresh_token: str | None = None
    token: str | None = None
    time_to_live_in_seconds: Duration | None = None


async def validate(request: Request) -> Response:
    """GET /api/jwt/validate: the claims of the caller's own token (`Authorization: Bearer` or cookie), else 401."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        token = request.cookies.get(ACCESS_TOKEN, "")
    claims = await valid_claims(store_of(request), token.strip())
    if claims is None:
        raise unauthorized()
    return answer({"jwt": claims})


async def refresh(request: Request) -> Response:
    """POST /api/jwt/refresh: a new access token for a refresh token; the cookie wins over the body. No API key."""
    call = Call(request, store_of(request))
    wanted = await call.body(RefreshRequest)
    value = request.cookies.get(REFRESH_TOKEN) or wanted.refresh_token
    if not value:
        errors = Errors()
        errors.blank("refreshToken")
        errors.raise_if_any()
    found = usable(call.store, value or "")
    if found is None or not found[2].login_configuration.allow_token_refresh:
        raise field_error("refreshToken", "invalid", "The refresh token is invalid or expired.")
    token, user, application = found
    renewed = used(call.store, token, user, application)
    made = await access_token(call.store, user, application, refreshed(token, wanted.time_to_live_in_seconds))
    response = answer({"refreshToken": renewed.token, "refreshTokenId": renewed.id, "token": made.token})
    set_token_cookies(response, call, user, application, access=made.token, refresh=renewed)
    return response


async def public_key(request: Request) -> Response:
    """GET /api/jwt/public-key: of the key named by `kid`, of the application's by `applicationId`, or all by kid."""
    store = store_of(request)
    keys = list(await store.keys.all())
    kid, application_id = request.query_params.get("kid"), request.query_params.get("applicationId")
    if not kid and not application_id:
        return answer({"publicKeys": {item.key.kid: item.key.public_key for item in keys}})
    if application_id and not kid:
        application = store.applications.get(as_uuid("applicationId", application_id))
        if application is None:
            raise not_found()
        key_id = configuration(store, application.tenant_id, application).access_token_key_id
        kid = next((item.key.kid for item in keys if item.key.id == key_id), None)
    found = next((item.key.public_key for item in keys if item.key.kid == kid), None)
    if found is None:
        raise not_found()
    return answer({"publicKey": found})
