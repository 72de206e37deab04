"""The JWT Populate lambda: lets an application's own JavaScript add to a token and change it, within bounds."""

from typing import Any

from services.sandbox.fusionauth.models.application import Application
from services.sandbox.fusionauth.models.user import User
from services.sandbox.fusionauth.models.wire import to_json
from services.sandbox.fusionauth.store import Store

# FusionAuth's documentation of the lambda: changes of these are not reflected in the token.
RESERVED = ("amr", "auth_time", "cnf", "exp", "gty", "iat", "sub", "tid", "tty")


async def populated(
    store: Store,
    lambda_id: str | None,
    claims: dict[str, Any],
    *,
    user: User,
    application: Application | None,
    scopes: tuple[str, ...],
) -> dict[str, Any]:
    """The claims as the lambda of that id leaves them. One that throws leaves them as they were.

    Reserved claims stay, only `exp` may come earlier (since FusionAuth 1.59); `iss` and `aud` may well change.
    """
    found = store.lambdas.get(lambda_id or "")
    if found is None:
        return claims
    given: dict[str, Any] = {
        "jwt": claims,
        "user": to_json(user),
        "context": {"scopes": list(scopes), "services": {"secrets": {}}},
    }
    registration = user.registration(application.id) if application else None
    if registration:
        given["registration"] = to_json(registration)
    result = await store.lambda_engine.populate(found.body, given)
    if result is None:
        return claims
    kept = {name: claims[name] for name in RESERVED if name in claims}
    wanted = result.get("exp")
    if isinstance(wanted, int) and 0 <= wanted < claims["exp"]:
        kept["exp"] = wanted
    return {name: value for name, value in result.items() if name not in RESERVED and value is not None} | kept
