"""Which of the scopes an application asks for it gets."""

from services.sandbox.fusionauth.claims import PROVIDED_SCOPES, RESERVED_SCOPES
from services.sandbox.fusionauth.models.application import Application
from services.sandbox.fusionauth.oauth.errors import OAuthRefused


def granted(application: Application, asked: str | None) -> tuple[str, ...]:
    """The scopes of a space-separated list that the application may have, in their order.

    What becomes of an unknown one the application's `unknownScopePolicy` says; by default it is refused
    (`OAuthRefused`, `invalid_scope`). A provided scope that is not enabled is unknown too.
    """
    scopes = tuple(dict.fromkeys((asked or "").split()))
    policy = application.oauth_configuration.unknown_scope_policy
    if policy == "Allow":
        return scopes
    known = _known(application)
    if policy == "Reject":
        for scope in scopes:
            if scope not in known:
                raise unknown_scope(scope)
    return tuple(scope for scope in scopes if scope in known)


def unknown_scope(scope: str) -> OAuthRefused:
    """400 for a scope that cannot be had."""
    return OAuthRefused("invalid_scope", "unknown_scope", f"The scope [{scope}] is unknown.")


def _known(application: Application) -> set[str]:
    provided = application.oauth_configuration.provided_scope_policy or {}
    disabled = {
        name for name, policy in provided.items() if isinstance(policy, dict) and policy.get("enabled") is False
    }
    custom = {str(scope.get("name")) for scope in application.scopes}
    return {*RESERVED_SCOPES, *PROVIDED_SCOPES, *custom} - (disabled & {*PROVIDED_SCOPES})
