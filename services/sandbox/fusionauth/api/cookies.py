"""The cookies that carry tokens for browsers: the access token's for the session, the refresh token's for its life."""

from starlette.responses import Response

from services.sandbox.fusionauth.call import Call
from services.sandbox.fusionauth.models.application import Application
from services.sandbox.fusionauth.models.user import User
from services.sandbox.fusionauth.store import RefreshToken
from services.sandbox.fusionauth.tokens import configuration

ACCESS_TOKEN = "access_token"  # noqa: S105  (a cookie's name)
REFRESH_TOKEN = "refresh_token"  # noqa: S105  (a cookie's name)


def set_token_cookies(
    response: Response,
    call: Call,
    user: User,
    application: Application | None,
    *,
    access: str,
    refresh: RefreshToken | None,
) -> None:
    """Set both cookies (the second only where there is a refresh token), out of reach of scripts."""
    secure = call.request.headers.get("x-forwarded-proto", call.request.url.scheme) == "https"
    response.set_cookie(ACCESS_TOKEN, access, httponly=True, secure=secure)
    if refresh:
        minutes = configuration(call.store, user.tenant_id, application).refresh_token_time_to_live_in_minutes
        response.set_cookie(REFRESH_TOKEN, refresh.token, max_age=minutes * 60, httponly=True, secure=secure)
