"""The second factor: time-based codes (RFC 6238) from an authenticator, and recovery codes in place of one."""

import hashlib
import hmac
import secrets
import struct
from dataclasses import replace
from typing import Any

from services.sandbox.fusionauth.errors import Refused, not_found
from services.sandbox.fusionauth.models.application import Application
from services.sandbox.fusionauth.models.user import User
from services.sandbox.fusionauth.store import PendingLogin, SecondFactors, Store

STEP = 30  # seconds
DIGITS = 6
DRIFT = 1  # steps before and after that are good as well, the sandbox's choice
RECOVERY_CODES = 10
_ALPHABET = "23456789BCDFGHJKLMNPQRSTVWXYZ"


def required(store: Store, user: User, application: Application | None, trust_id: str | None) -> bool:
    """Whether a login must show a second factor, by the policy of the application or else of the tenant.

    Under `Enabled`, the default, whoever has a method must; under `Required` everybody; a valid trust spares it.
    """
    tenant = store.tenants[user.tenant_id]
    own = (application.multi_factor_configuration if application else None) or {}
    policy = own.get("loginPolicy") or (tenant.multi_factor_configuration or {}).get("loginPolicy", "Enabled")
    if policy == "Disabled" or store.trusts.get(trust_id) == user.id:
        return False
    return policy == "Required" or bool(user.two_factor.methods)


def challenge(store: Store, pending: PendingLogin, user: User) -> dict[str, Any]:
    """Start the second half of a login: the id that finishes it, and the methods there are or could be."""
    two_factor_id = store.two_factor_logins.add(pending, store.tenants[user.tenant_id])
    if user.two_factor.methods:
        return {"twoFactorId": two_factor_id, "methods": user.two_factor.methods}
    return {"twoFactorId": two_factor_id, "configurableMethods": ["authenticator"]}


def completed(store: Store, two_factor_id: str | None, code: str) -> PendingLogin:
    """The login that a right code completes; its id is used up. Raises `Refused`: 404 for the id, 421 for the code."""
    pending = store.two_factor_logins.get(two_factor_id)
    if pending is None:
        raise not_found()
    by_enabling = pending.code is not None and _equal(pending.code, code)
    if not by_enabling and not accepts(store, pending.user_id, code):
        raise Refused(421)
    store.two_factor_logins.take(two_factor_id)
    return pending


def accepts(store: Store, user_id: str, code: str) -> bool:
    """Whether it is a code of one of the user's methods, or a recovery code, which is used up."""
    factors = store.second_factors.get(user_id, SecondFactors())
    if any(is_code(secret, code, store.now()) for secret in factors.secrets.values()):
        return True
    for recovery_code in factors.recovery_codes:
        if _equal(recovery_code, code.strip().upper()):
            factors.recovery_codes.remove(recovery_code)
            return True
    return False


def is_recovery_code(store: Store, user_id: str, code: str) -> bool:
    """Whether it is one of the user's unused recovery codes."""
    factors = store.second_factors.get(user_id, SecondFactors())
    return any(_equal(recovery_code, code.strip().upper()) for recovery_code in factors.recovery_codes)


def is_code(secret: bytes, code: str, now: float) -> bool:
    """Whether an authenticator with that secret shows this code about now."""
    step = int(now) // STEP
    shown = [_code(secret, step + drift) for drift in range(-DRIFT, DRIFT + 1)]
    return sum(_equal(candidate, code.strip()) for candidate in shown) > 0  # all are compared: the time tells nothing


def new_recovery_codes() -> list[str]:
    """Ten codes of two groups of five characters."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(2 * RECOVERY_CODES))
    return [f"{first}-{second}" for first, second in zip(groups, groups, strict=True)]


def finishing_code(store: Store, two_factor_id: str | None, user_id: str) -> str | None:
    """For a login that had to wait for a method: a code that finishes it now that there is one."""
    pending = store.two_factor_logins.get(two_factor_id)
    if two_factor_id is None or pending is None or pending.user_id != user_id:
        return None
    code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    store.two_factor_logins.change(two_factor_id, replace(pending, code=code))
    return code


def _code(secret: bytes, step: int) -> str:
    digest = hmac.new(secret, struct.pack(">Q", max(0, step)), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(errors="replace"), other.encode(errors="replace"))
