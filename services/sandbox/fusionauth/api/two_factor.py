"""Enabling and disabling a user's second factor. Of FusionAuth's methods the sandbox has the authenticator."""

import base64
import binascii
import secrets
import uuid

from starlette.requests import Request
from starlette.responses import Response

from services.sandbox.fusionauth.api.users import visible_user
from services.sandbox.fusionauth.call import Call, answer
from services.sandbox.fusionauth.errors import Errors, Refused
from services.sandbox.fusionauth.models.user import TwoFactor, User
from services.sandbox.fusionauth.models.wire import Wire
from services.sandbox.fusionauth.second_factor import (
    accepts,
    finishing_code,
    is_code,
    is_recovery_code,
    new_recovery_codes,
)
from services.sandbox.fusionauth.store import SecondFactors

ENDPOINT = "/api/user/two-factor"
SECRET_LENGTH = 20  # bytes, the size of the hash (RFC 4226 §4)
SHORTEST_SECRET = 10
MAXIMUM_METHODS = 10
LONGEST_NAME = 256


class EnableRequest(Wire):
    """A method to enable, and a code that shows it works; for a login that waits for it, the login's id."""

    code: str | None = None
    method: str | None = None
    name: str | None = None
    secret: str | None = None
    secret_base32_encoded: str | None = None
    two_factor_id: str | None = None


class DisableRequest(Wire):
    """A method to disable, and a code that shows who asks."""

    code: str | None = None
    method_id: str | None = None


async def secret(request: Request) -> Response:
    """GET /api/two-factor/secret: a new secret, in both encodings, kept nowhere."""
    Call.allowed(request, "/api/two-factor/secret")
    made = secrets.token_bytes(SECRET_LENGTH)
    return answer(
        {"secret": base64.b64encode(made).decode(), "secretBase32Encoded": base64.b32encode(made).decode().rstrip("=")}
    )


async def enable(request: Request) -> Response:
    """POST /api/user/two-factor/{userId}: 200, with recovery codes for the first method; 421 for a wrong code."""
    call = Call.allowed(request, ENDPOINT)
    wanted = await call.body(EnableRequest)
    user = visible_user(call)
    key = _secret(wanted)
    if key is None or not is_code(key, wanted.code or "", call.store.now()):
        raise Refused(421)
    if len(user.two_factor.methods) >= MAXIMUM_METHODS:
        errors = Errors()
        errors.invalid("method", f"A user has at most [{MAXIMUM_METHODS}] methods.")
        errors.raise_if_any()
    factors = call.store.second_factors.setdefault(user.id, SecondFactors())
    method_id = str(uuid.uuid4())
    factors.secrets[method_id] = key
    method = {"id": method_id, "method": "authenticator", "name": wanted.name, "lastUsed": False}
    user.two_factor = TwoFactor([*user.two_factor.methods, method])
    body: dict[str, object] = {}
    if len(factors.secrets) == 1:
        factors.recovery_codes = new_recovery_codes()
        body["recoveryCodes"] = factors.recovery_codes
    if code := finishing_code(call.store, wanted.two_factor_id, user.id):
        body["code"] = code
    if call.store.tenants[user.tenant_id].jwt_configuration.refresh_token_revocation_policy.on_multi_factor_enable:
        call.store.revoke(lambda token: token.user_id == user.id)
    return answer(body) if body else Response()


async def disable(request: Request) -> Response:
    """DELETE /api/user/two-factor/{userId}, with `code` and `methodId` in the query or the body: 421 for a wrong
    code. A recovery code disables every method."""
    call = Call.allowed(request, ENDPOINT)
    sent = await call.body(DisableRequest)
    user = visible_user(call)
    code = sent.code or request.query_params.get("code", "")
    method_id = sent.method_id or request.query_params.get("methodId", "")
    errors = Errors()
    if not code:
        errors.blank("code")
    if not method_id:
        errors.blank("methodId")
    elif method_id not in _method_ids(user):
        errors.invalid("methodId", f"The user has no method with id [{method_id}].")
    errors.raise_if_any()
    everything = is_recovery_code(call.store, user.id, code)
    if not accepts(call.store, user.id, code):
        raise Refused(421)
    factors = call.store.second_factors[user.id]
    for known in _method_ids(user) if everything else [method_id]:
        factors.secrets.pop(known, None)
    user.two_factor = TwoFactor([method for method in user.two_factor.methods if method["id"] in factors.secrets])
    return Response()


def _method_ids(user: User) -> list[str]:
    return [str(method["id"]) for method in user.two_factor.methods]


def _secret(wanted: EnableRequest) -> bytes | None:
    """The secret to enable. Raises 400 for what is missing, no base64 or base32, or too short to be one."""
    errors = Errors()
    if not wanted.code:
        errors.blank("code")
    if not wanted.method:
        errors.blank("method")
    elif wanted.method != "authenticator":
        errors.invalid("method", f"The method [{wanted.method}] is not enabled.")
    if len(wanted.name or "") > LONGEST_NAME:
        errors.add("name", "tooLong", f"The [name] property must be at most [{LONGEST_NAME}] characters.")
    made: bytes | None = None
    try:
        if wanted.secret:
            made = base64.b64decode(wanted.secret, validate=True)
        elif wanted.secret_base32_encoded:
            value = wanted.secret_base32_encoded.upper()
            made = base64.b32decode(value + "=" * (-len(value) % 8))
        else:
            errors.blank("secret")
    except (binascii.Error, ValueError):
        errors.invalid("secret", "The secret is not encoded as it should be.")
    if made is not None and len(made) < SHORTEST_SECRET:
        errors.invalid("secret", f"The secret must be at least [{SHORTEST_SECRET}] bytes.")
    errors.raise_if_any()
    return made
