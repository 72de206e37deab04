"""The authorize endpoint: shows the login form, and sends whoever logs in back to the application with a code."""

import hmac
import secrets

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.sandbox.fusionauth.authentication import authenticated, record_login
from services.sandbox.fusionauth.call import store_of
from services.sandbox.fusionauth.errors import Refused
from services.sandbox.fusionauth.models.user import User
from services.sandbox.fusionauth.oauth import pages
from services.sandbox.fusionauth.oauth.authorization import CARRIED, AuthorizationRequest, Destination
from services.sandbox.fusionauth.oauth.errors import OAuthRefused
from services.sandbox.fusionauth.oauth.parameters import Parameters, from_form, from_query
from services.sandbox.fusionauth.store import AuthorizationCode, Store

FORM_COOKIE = "login_form"
FORM_FIELD = "csrf_token"
REASONS = {404: "Invalid login credentials.", 410: "Your account has expired.", 423: "Your account has been locked."}


async def show(request: Request) -> Response:
    """GET /oauth2/authorize: 200 with the form; 302 with an error for the application; 400 with an error page."""
    store, parameters = store_of(request), from_query(request)
    try:
        destination = Destination.of(store, parameters)
    except OAuthRefused as refusal:
        return pages.error_page(refusal.error)
    try:
        AuthorizationRequest.of(destination.application, parameters)
    except OAuthRefused as refusal:
        return _answer(destination, refusal.error)
    return _LoginForm(request, parameters, destination).ask()


async def submit(request: Request) -> Response:
    """POST /oauth2/authorize: 302 with a code for the right password; else the form once more, with what is wrong."""
    store = store_of(request)
    try:
        parameters = await from_form(request)
        destination = Destination.of(store, parameters)
    except OAuthRefused as refusal:
        return pages.error_page(refusal.error)
    try:
        asked = AuthorizationRequest.of(destination.application, parameters)
    except OAuthRefused as refusal:
        return _answer(destination, refusal.error)
    form = _LoginForm(request, parameters, destination)
    if not form.is_ours():
        return form.ask("The form was out of date. Please try again.")
    try:
        user = await authenticated(
            store, destination.tenant.id, parameters.get("loginId", ""), parameters.get("password", "")
        )
    except Refused as refusal:
        return form.ask(REASONS[refusal.status])
    return _logged_in(store, user, destination, asked)


class _LoginForm:
    """The login form of one request.

    It is only taken from a browser that was shown it: a value in the form must be the one in a cookie, so that no
    other page can log somebody in here unnoticed.
    """

    def __init__(self, request: Request, parameters: Parameters, destination: Destination) -> None:
        self._request = request
        self._parameters = parameters
        self._destination = destination
        self._token = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(32)

    def is_ours(self) -> bool:
        """Whether the form that came is one that this browser was shown."""
        cookie = self._request.cookies.get(FORM_COOKIE, "")
        sent = self._parameters.get(FORM_FIELD, "")
        return bool(cookie) and hmac.compare_digest(cookie.encode(), sent.encode(errors="replace"))

    def ask(self, message: str = "") -> Response:
        """The form, with what was typed but the password."""
        hidden = {name: value for name, value in self._parameters.items() if name in CARRIED}
        login_id = self._parameters.get("loginId") or self._parameters.get("login_hint", "")
        page = pages.login_page(
            hidden | {FORM_FIELD: self._token},
            application=self._destination.application.name,
            login_id=login_id,
            message=message,
        )
        self._keep_cookie(page)
        return page

    def _keep_cookie(self, page: Response) -> None:
        secure = self._request.headers.get("x-forwarded-proto", self._request.url.scheme) == "https"
        page.set_cookie(FORM_COOKIE, self._token, path="/oauth2", httponly=True, samesite="lax", secure=secure)


def _logged_in(store: Store, user: User, destination: Destination, asked: AuthorizationRequest) -> Response:
    application = destination.application
    registered = user.registration(application.id) is not None
    if application.oauth_configuration.require_registration and not registered:
        return pages.message_page("Not registered", f"You are not registered for {application.name}.")
    record_login(store, user, application)
    code = store.codes.add(
        AuthorizationCode(
            user_id=user.id,
            application_id=application.id,
            redirect_uri=destination.redirect_uri,
            scopes=asked.scopes,
            auth_time=int(store.now()),
            nonce=asked.nonce,
            code_challenge=asked.code_challenge,
        ),
        destination.tenant,
    )
    state = "Authenticated" if registered else "AuthenticatedNotRegistered"
    # The issuer identifies the sender of the answer (RFC 9207; FusionAuth 1.69).
    return _answer(
        destination, {"code": code, "iss": destination.tenant.issuer, "locale": asked.locale, "userState": state}
    )


def _answer(destination: Destination, answer: Parameters) -> Response:
    """Send the answer, and the application's own `state` with it, the way the application asked for."""
    whole = dict(answer) | ({"state": destination.state} if destination.state else {})
    if destination.mode == "form_post":
        return pages.form_post_page(destination.redirect_uri, whole)
    return RedirectResponse(destination.address(whole), 302, {"Cache-Control": "no-store"})
