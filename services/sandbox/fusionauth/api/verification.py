"""Proving that an e-mail address is one's own, and a registration. The sandbox sends no mail: whoever holds an API key
asks for the id (and the code that goes with it) as for a mail of one's own."""

import hmac
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.fusionauth.accounts import named_application
from services.sandbox.fusionauth.call import Call, answer, store_of
from services.sandbox.fusionauth.errors import field_error, not_found
from services.sandbox.fusionauth.expiring import Expiring
from services.sandbox.fusionauth.models.application import Application
from services.sandbox.fusionauth.models.user import User
from services.sandbox.fusionauth.models.wire import Wire
from services.sandbox.fusionauth.store import Store, Verification

EMAIL = "/api/user/verify-email"
REGISTRATION = "/api/user/verify-registration"


class VerificationRequest(Wire):
    """What proves it; or, from whoever may, the user for whom no proof is needed."""

    verification_id: str | None = None
    one_time_code: str | None = None
    user_id: str | None = None


def verification_id(store: Store, user: User) -> dict[str, Any]:
    """What the Login API adds to a 212: the id, where the tenant's strategy is that a code is typed into a form."""
    if _strategy(store, user) != "FormField":
        return {}
    return {"emailVerificationId": _started(store, store.email_verifications, user)[0]}


def registration_verification_id(store: Store, user: User, application: Application) -> dict[str, Any]:
    """What the Login API adds to a 213, as `verification_id` for a 212."""
    if application.verification_strategy != "FormField":
        return {}
    return {"registrationVerificationId": _started(store, store.registration_verifications, user, application)[0]}


async def start_email(request: Request) -> Response:
    """PUT /api/user/verify-email?email=: a new id, and the code where the strategy is `FormField`."""
    call = Call.allowed(request, EMAIL)
    user = _by_email(call, call.tenant().id)
    return _shown(*_started(call.store, call.store.email_verifications, user))


async def start_registration(request: Request) -> Response:
    """PUT /api/user/verify-registration?applicationId=&email=: a new id, and the code as for an address."""
    call = Call.allowed(request, REGISTRATION)
    application = named_application(call.store, request.query_params.get("applicationId", ""), call.scope())
    if application is None:
        raise not_found()
    user = _by_email(call, application.tenant_id)
    if user.registration(application.id) is None:
        raise not_found()
    return _shown(*_started(call.store, call.store.registration_verifications, user, application))


async def verify_email(request: Request) -> Response:
    """POST /api/user/verify-email[/{verificationId}]: 200 for the id, 404 for an unknown one. With an API key and a
    `userId` no proof is needed."""
    store = store_of(request)
    wanted = await Call(request, store).body(VerificationRequest)
    if wanted.user_id:
        call = Call.allowed(request, EMAIL)
        user = store.users.get(wanted.user_id.lower())
        if user is None or not call.sees(user.tenant_id):
            raise not_found()
    else:
        proven = _proven(request, store.email_verifications, wanted)
        user = store.users.get(proven.user_id)
    if user is None:
        raise not_found()
    user.verified = True
    return Response()


async def verify_registration(request: Request) -> Response:
    """POST /api/user/verify-registration[/{verificationId}]: 200 for the id, 404 for an unknown one."""
    store = store_of(request)
    wanted = await Call(request, store).body(VerificationRequest)
    proven = _proven(request, store.registration_verifications, wanted)
    user = store.users.get(proven.user_id)
    registration = user.registration(proven.application_id or "") if user else None
    if registration is None:
        raise not_found()
    registration.verified = True
    return Response()


def _by_email(call: Call, tenant_id: str) -> User:
    user = call.store.find_user(tenant_id, call.request.query_params.get("email", ""), ("email",))
    if user is None:
        raise not_found()
    return user


def _started(
    store: Store, verifications: Expiring[Verification], user: User, application: Application | None = None
) -> tuple[str, str | None]:
    strategy = application.verification_strategy if application else _strategy(store, user)
    code = "".join(secrets.choice("0123456789") for _ in range(6)) if strategy == "FormField" else None
    started = Verification(user.id, application.id if application else None, code)
    return verifications.add(started, store.tenants[user.tenant_id]), code


def _strategy(store: Store, user: User) -> object:
    return (store.tenants[user.tenant_id].email_configuration or {}).get("verificationStrategy")


def _shown(started_id: str, code: str | None) -> Response:
    return answer({"verificationId": started_id, "oneTimeCode": code})


def _proven(request: Request, verifications: Expiring[Verification], wanted: VerificationRequest) -> Verification:
    """What the id of the request proves; the one in the body goes before the one in the path."""
    started_id = wanted.verification_id or request.path_params.get("verificationId")
    if not started_id:
        raise field_error("verificationId", "blank", "You must specify the [verificationId] property.")
    started = verifications.get(started_id)
    if started is None:
        raise not_found()
    sent = (wanted.one_time_code or "").encode(errors="replace")
    if started.code is not None and not hmac.compare_digest(started.code.encode(), sent):
        raise field_error("oneTimeCode", "invalid", "The [oneTimeCode] is not the one that belongs to this id.")
    verifications.take(started_id)
    return started
