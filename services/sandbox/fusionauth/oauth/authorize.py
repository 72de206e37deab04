"""The authorize endpoint: shows the login form, and sends whoever logs in back to the application with a code."""

import hmac
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.sandbox.fusionauth import second_factor
from services.sandbox.fusionauth.authentication import able_to_log_in, authenticated, record_login
from services.sandbox.fusionauth.call import store_of
from services.sandbox.fusionauth.errors import Refused, not_found
from services.sandbox.fusionauth.login_rules import change_reason, is_gated, lacks_email, lacks_registration
from services.sandbox.fusionauth.models.user import User
from services.sandbox.fusionauth.oauth import pages
from services.sandbox.fusionauth.oauth.authorization import CARRIED, AuthorizationRequest, Destination
from services.sandbox.fusionauth.oauth.errors import OAuthRefused
from services.sandbox.fusionauth.oauth.parameters import Parameters, from_form, from_query
from services.sandbox.fusionauth.store import AuthorizationCode, PendingLogin, Store

FORM_COOKIE = "login_form"
FORM_FIELD = "csrf_token"
TWO_FACTOR_FIELD = "two_factor_id"
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
        if TWO_FACTOR_FIELD in parameters:
            user, reason = _by_second_factor(store, destination, parameters)
        else:
            password = parameters.get("password", "")
            user = await authenticated(store, destination.tenant.id, parameters.get("loginId", ""), password)
            reason = change_reason(store, user, password)
            if second_factor.required(store, user, destination.application, None):
                pending = PendingLogin(user.id, destination.application.id, reason)
                return form.ask_code(second_factor.challenge(store, pending, user))
    except Refused as refusal:
        if refusal.status == 421:
            return form.ask_code({"twoFactorId": parameters[TWO_FACTOR_FIELD]}, "The code was not right.")
        return form.ask(REASONS[refusal.status])
    obstacle = _obstacle(user, destination, reason)
    return obstacle or _logged_in(store, user, destination, asked)


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

    def ask_code(self, challenge: dict[str, Any], message: str = "") -> Response:
        """The form for the second factor; without a method there is nothing to ask for."""
        if "configurableMethods" in challenge:
            return pages.message_page("Second factor required", "Set up a second factor before you log in.")
        hidden = {name: value for name, value in self._parameters.items() if name in CARRIED}
        hidden |= {FORM_FIELD: self._token, TWO_FACTOR_FIELD: challenge["twoFactorId"]}
        page = pages.code_page(hidden, application=self._destination.application.name, message=message)
        self._keep_cookie(page)
        return page

    def _keep_cookie(self, page: Response) -> None:
        secure = self._request.headers.get("x-forwarded-proto", self._request.url.scheme) == "https"
        page.set_cookie(FORM_COOKIE, self._token, path="/oauth2", httponly=True, samesite="lax", secure=secure)


def _by_second_factor(store: Store, destination: Destination, parameters: Parameters) -> tuple[User, str | None]:
    """The user whose code it is, and why the password must change, if it must. Raises 404, 410, 421, 423."""
    pending = second_factor.completed(store, parameters[TWO_FACTOR_FIELD], parameters.get("code", ""))
    user = able_to_log_in(store, pending.user_id)
    if pending.application_id != destination.application.id:
        raise not_found()
    return user, pending.change_reason


def _obstacle(user: User, destination: Destination, reason: str | None) -> Response | None:
    """The page that says what is still missing; the sandbox has no pages to do it on, its API can."""
    application, tenant = destination.application, destination.tenant
    registration = user.registration(application.id)
    if reason:
        return pages.message_page("Change your password", "You must change your password before you log in.")
    if application.oauth_configuration.require_registration and registration is None:
        return pages.message_page("Not registered", f"You are not registered for {application.name}.")
    if lacks_email(tenant, user) and is_gated(tenant):
        return pages.message_page("Verify your email address", "You must verify your email address first.")
    if lacks_registration(application, registration) and is_gated(application):
        return pages.message_page("Verify your registration", "You must verify your registration first.")
    return None


def _logged_in(store: Store, user: User, destination: Destination, asked: AuthorizationRequest) -> Response:
    application = destination.application
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
    # The issuer identifies the sender of the answer (RFC 9207; FusionAuth 1.69).
    return _answer(
        destination,
        {
            "code": code,
            "iss": destination.tenant.issuer,
            "locale": asked.locale,
            "userState": _user_state(user, destination),
        },
    )


def _user_state(user: User, destination: Destination) -> str:
    registration = user.registration(destination.application.id)
    if registration is None:
        return "AuthenticatedNotRegistered"
    if lacks_email(destination.tenant, user):
        return "AuthenticatedNotVerified"
    if lacks_registration(destination.application, registration):
        return "AuthenticatedRegistrationNotVerified"
    return "Authenticated"


def _answer(destination: Destination, answer: Parameters) -> Response:
    """Send the answer, and the application's own `state` with it, the way the application asked for."""
    whole = dict(answer) | ({"state": destination.state} if destination.state else {})
    if destination.mode == "form_post":
        return pages.form_post_page(destination.redirect_uri, whole)
    return RedirectResponse(destination.address(whole), 302, {"Cache-Control": "no-store"})
