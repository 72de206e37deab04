"""The token endpoint: codes, refresh tokens and passwords in, tokens out."""

import hashlib
import hmac
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.fusionauth import second_factor
from services.sandbox.fusionauth.authentication import authenticated, record_login
from services.sandbox.fusionauth.call import answer, store_of
from services.sandbox.fusionauth.certificates import base64url
from services.sandbox.fusionauth.errors import Refused
from services.sandbox.fusionauth.login_rules import change_reason, is_gated, lacks_email, lacks_registration
from services.sandbox.fusionauth.models.application import Application
from services.sandbox.fusionauth.models.user import User
from services.sandbox.fusionauth.oauth.clients import calling_client, require_grant, require_secret
from services.sandbox.fusionauth.oauth.errors import OAuthRefused, invalid_grant, invalid_request, missing
from services.sandbox.fusionauth.oauth.parameters import Parameters, from_form
from services.sandbox.fusionauth.oauth.scopes import granted, unknown_scope
from services.sandbox.fusionauth.refresh_tokens import refresh_token, refreshed, usable, used
from services.sandbox.fusionauth.store import AuthorizationCode, PendingLogin, Store
from services.sandbox.fusionauth.tokens import Grant, access_token, id_token

LONGEST_LIFE = 2**31 - 1  # seconds
REASONS = {404: "invalid_user_credentials", 410: "user_expired", 423: "user_locked"}


async def token(request: Request) -> Response:
    """POST /oauth2/token. Raises `OAuthRefused`: 401 for the client, 400 for everything else."""
    store, parameters = store_of(request), await from_form(request)
    grant_type = parameters.get("grant_type")
    if not grant_type:
        raise missing("grant_type")
    application, shown = calling_client(request, store, parameters)
    match grant_type:
        case "authorization_code":
            body = await _by_code(store, application, parameters, shown=shown)
        case "refresh_token":
            body = await _by_refresh_token(store, application, parameters, shown=shown)
        case "password":
            body = await _by_password(store, application, parameters, shown=shown)
        case "client_credentials":
            raise OAuthRefused("not_licensed", "not_licensed", "The [client_credentials] grant needs a licence.")
        case _:
            raise OAuthRefused("unsupported_grant_type", "invalid_grant_type", f"Invalid grant_type: {grant_type}")
    response = answer(body)
    response.headers["Cache-Control"] = "no-store"
    return response


async def _by_code(store: Store, application: Application, parameters: Parameters, *, shown: bool) -> dict[str, Any]:
    value = parameters.get("code")
    if not value:
        raise missing("code")
    code = store.codes.get(value)
    pkce = code.code_challenge is not None if code else "code_verifier" in parameters
    require_secret(application, shown=shown, with_pkce=pkce)
    require_grant(application, "authorization_code")
    if code is None:
        raise invalid_grant("auth_code_not_found", "Invalid Authorization Code")
    if code.application_id != application.id:
        raise invalid_grant("client_id_mismatch", "The code was issued to another client.")
    store.codes.take(value)  # one attempt: whoever could try again could guess the verifier
    _check_exchange(code, application, parameters, shown=shown)
    user = store.users.get(code.user_id)
    if user is None or not user.active:
        raise invalid_grant("user_not_found", "The user does not exist or is not active.")
    grant = Grant("PASSWORD", types=("authorization_code",), scopes=code.scopes, auth_time=code.auth_time)
    return await _granted(store, user, application, grant, code=value, nonce=code.nonce)


def _check_exchange(code: AuthorizationCode, application: Application, parameters: Parameters, *, shown: bool) -> None:
    redirect_uri, verifier = parameters.get("redirect_uri"), parameters.get("code_verifier")
    if not redirect_uri:
        raise missing("redirect_uri")
    if redirect_uri != code.redirect_uri:
        raise invalid_request("invalid_redirect_uri", f"Invalid redirect uri {redirect_uri}")
    if code.code_challenge is None:
        policy = application.oauth_configuration.proof_key_for_code_exchange_policy
        if policy == "NotRequiredWhenUsingClientAuthentication" and not shown:
            raise missing("code_challenge")
        if verifier:
            raise invalid_grant("invalid_pkce_code_verifier", "There was no code_challenge for this code_verifier.")
        return
    if not verifier:
        raise missing("code_verifier")
    digest = base64url(hashlib.sha256(verifier.encode(errors="replace")).digest())
    if not hmac.compare_digest(digest, code.code_challenge):
        raise invalid_grant("invalid_pkce_code_verifier", "The code_verifier does not fit the code_challenge.")


async def _by_refresh_token(
    store: Store, application: Application, parameters: Parameters, *, shown: bool
) -> dict[str, Any]:
    """New tokens for a refresh token; it keeps all its scopes even when fewer are asked for now."""
    require_secret(application, shown=shown)
    require_grant(application, "refresh_token")
    value = parameters.get("refresh_token")
    if not value:
        raise missing("refresh_token")
    found = usable(store, value)
    if found is None or found[2].id != application.id:
        raise invalid_grant("refresh_token_not_found", "The refresh token is unknown, revoked or expired.")
    held, user, _ = found
    asked = parameters.get("scope")
    scopes = tuple(asked.split()) if asked else held.scopes
    for scope in scopes:
        if scope not in held.scopes:
            raise unknown_scope(scope)
    seconds = _seconds(parameters.get("expires_in"))
    renewed = used(store, held, user, application)
    grant = refreshed(renewed, seconds, scopes)
    body = await _granted(store, user, application, grant)
    del body["scope"]  # documented for the other two grants only
    return body | {"refresh_token": renewed.token, "refresh_token_id": renewed.id}


async def _by_password(
    store: Store, application: Application, parameters: Parameters, *, shown: bool
) -> dict[str, Any]:
    require_secret(application, shown=shown)
    require_grant(application, "password")
    scopes = granted(application, parameters.get("scope"))
    login_id, password = parameters.get("username", ""), parameters.get("password", "")
    try:
        user = await authenticated(store, application.tenant_id, login_id, password)
    except Refused as refusal:
        raise invalid_grant(REASONS[refusal.status], "The user credentials are invalid.") from None
    _check_requirements(store, user, application, password)
    record_login(store, user, application)
    return await _granted(store, user, application, Grant("PASSWORD", types=("password",), scopes=scopes))


def _check_requirements(store: Store, user: User, application: Application, password: str) -> None:
    """Raise what the password grant answers where a password is not enough."""
    tenant = store.tenants[user.tenant_id]
    reason = change_reason(store, user, password)
    if second_factor.required(store, user, application, None):
        started = second_factor.challenge(store, PendingLogin(user.id, application.id, reason), user)
        raise OAuthRefused(
            "two_factor_required",
            "multi_factor_challenge_required",
            "The user has to show a second factor.",
            two_factor_id=started["twoFactorId"],
            two_factor_methods=started.get("methods", []),
        )
    if reason:
        raise OAuthRefused(
            "change_password_required",
            f"change_password_{reason.lower()}",
            "The user is required to change their password.",
            change_password_id=store.password_changes.add(user.id, tenant),
        )
    registration = user.registration(application.id)
    if application.oauth_configuration.require_registration and registration is None:
        raise OAuthRefused("access_denied", "registration_required", "The user is not registered to the application.")
    if lacks_email(tenant, user) and is_gated(tenant):
        raise OAuthRefused("access_denied", "email_verification_required", "The e-mail address is not verified.")
    if lacks_registration(application, registration) and is_gated(application):
        raise OAuthRefused("access_denied", "registration_verification_required", "The registration is not verified.")


async def _granted(
    store: Store,
    user: User,
    application: Application,
    grant: Grant,
    *,
    code: str | None = None,
    nonce: str | None = None,
) -> dict[str, Any]:
    """The tokens of a grant: a refresh token with `offline_access` where the application gives them, an Id token
    with `openid`."""
    body: dict[str, Any] = {"token_type": "Bearer", "userId": user.id, "scope": " ".join(grant.scopes) or None}
    gives_refresh_tokens = application.oauth_configuration.generate_refresh_tokens
    if grant.session_id is None and "offline_access" in grant.scopes and gives_refresh_tokens:
        auth_time = int(store.now()) if grant.auth_time is None else grant.auth_time
        made = refresh_token(store, user, application, auth_time=auth_time, grants=grant.types, scopes=grant.scopes)
        grant = replace(grant, session_id=made.id, auth_time=auth_time)
        body |= {"refresh_token": made.token, "refresh_token_id": made.id}
    access = await access_token(store, user, application, grant)
    body |= {"access_token": access.token, "expires_in": access.lifetime}
    if "openid" in grant.scopes:
        body["id_token"] = await id_token(store, user, application, grant, access=access.token, code=code, nonce=nonce)
    return body


def _seconds(value: str | None) -> int | None:
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= 10 and 0 < int(value) <= LONGEST_LIFE):
        raise invalid_request("invalid_expires_in", f"Invalid expires_in: {value}")
    return int(value)
