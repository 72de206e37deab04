"""What a token says about its user, scope by scope (FusionAuth's OAuth documentation, "Scopes")."""

from collections.abc import Iterable
from typing import Any

from services.sandbox.fusionauth.models.user import User

RESERVED_SCOPES = ("openid", "offline_access")
PROVIDED_SCOPES = ("address", "email", "phone", "profile")


def identifying(user: User) -> dict[str, Any]:
    """The claims that name the user, in tokens of the Login API and under the scope policy `Compatibility`."""
    return email(user) | {"preferred_username": user.username}


def scoped(user: User, scopes: Iterable[str]) -> dict[str, Any]:
    """The claims that scopes open under the scope policy `Strict`; there is no address in a user to show."""
    opened = {"email": email, "phone": _phone, "profile": _profile}
    claims: dict[str, Any] = {}
    for scope in scopes:
        if scope in opened:
            claims |= opened[scope](user)
    return claims


def everything(user: User) -> dict[str, Any]:
    """All that is known of the user, for userinfo under the scope policy `Compatibility`."""
    return scoped(user, PROVIDED_SCOPES)


def email(user: User) -> dict[str, Any]:
    """The address and whether it is verified."""
    return {"email": user.email, "email_verified": user.verified if user.email else None}


def _phone(user: User) -> dict[str, Any]:
    verified = user.verified if user.phone_number else None
    return {"phone_number": user.phone_number or user.mobile_phone, "phone_number_verified": verified}


def _profile(user: User) -> dict[str, Any]:
    return {
        "given_name": user.first_name,
        "middle_name": user.middle_name,
        "family_name": user.last_name,
        "name": user.full_name,
        "preferred_username": user.username,
        "birthdate": user.birth_date,
        "picture": user.image_url,
        "locale": user.preferred_languages[0] if user.preferred_languages else None,
        "zoneinfo": user.timezone,
    }
