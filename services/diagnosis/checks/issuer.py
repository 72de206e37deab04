"""The issuer: `iss` against the authorizer's, and which of the two is wrong by what every other place says."""

from dataclasses import dataclass

from services.diagnosis.diagnosis import Change, Culprit, Finding, Fix, Weight
from services.diagnosis.examination import Examination
from services.diagnosis.making import found, of_rule
from services.diagnosis.remedies import change_authorizer, fusionauth, new_token, step
from services.gateway.verdict import Check
from services.visible import quoted

DEFAULT_ISSUER = "acme.com"  # FusionAuth's default tenant is delivered with it (its documentation of tenants)


@dataclass(frozen=True, slots=True)
class _Ruling:
    """Who is wrong, which form of it, and what shows that."""

    culprit: Culprit
    kind: str
    reason: str


def issuer(case: Examination, check: Check) -> Finding:
    """The token's `iss` is not the authorizer's issuer."""
    expected, actual = check.expected or "", check.actual
    if actual is None:
        fix = new_token(case, f"Get a token from {quoted(expected)}; every access token of an OpenID provider has iss.")
        return of_rule(check, "The token has no iss.", Culprit.TOKEN, fix, kind="missing")
    ruling = _ruling(case, expected, actual)
    sentence = f"The authorizer expects {quoted(expected)} and the token says {quoted(actual)}"
    return of_rule(
        check,
        f"{sentence}.",
        ruling.culprit,
        _fix(case, ruling, expected, actual),
        compared=True,
        kind=ruling.kind,
        detail=(ruling.reason, *_places(case), _note(case, ruling)),
    )


def _note(case: Examination, ruling: _Ruling) -> str:
    provider = case.provider
    if provider is None or ruling.kind == "other environment":
        return ""
    return (
        "" if provider.id == "fusionauth" and ruling.kind in ("other issuer", "older token") else provider.issuer_note
    )


def _places(case: Examination) -> tuple[str, ...]:
    """What the other places say, a sentence each."""
    known, read, own, wanted = case.fusionauth, case.issuer, case.token_issuer, case.wanted
    return (
        f"The tenant's settings say {quoted(known.tenant_issuer)}." if known and known.tenant_issuer else "",
        f"The discovery document says {quoted(read.keys.declared_issuer)}."
        if read and read.keys.declared_issuer
        else "",
        f"Discovery at the token's issuer says {quoted(own.keys.declared_issuer)}."
        if own and own.keys.declared_issuer
        else "",
        f"The profile wants {quoted(wanted.issuer)}." if wanted else "",
    )


def _ruling(case: Examination, expected: str, actual: str) -> _Ruling:
    gate = next((gate for gate in case.others if gate.issuer == actual), None)
    if gate and gate.issuer != expected:
        reason = f"It is the issuer of the profile {quoted(gate.profile)}: the token is another environment's."
        return _Ruling(Culprit.TOKEN, "other environment", reason)
    tenant = case.fusionauth.tenant_issuer if case.fusionauth else ""
    if not tenant and _unusable(case, expected, actual):
        reason = f"No gateway can use the issuer {quoted(actual)}: AWS finds no discovery document there."
        return _Ruling(Culprit.TENANT, "default issuer" if actual == DEFAULT_ISSUER else "unusable issuer", reason)
    if case.wanted:
        return _by_profile(case, case.wanted.issuer, expected, tenant)
    if tenant:
        return _by_tenant(case, tenant, expected, actual)
    return _by_discovery(case, expected, actual)


def _unusable(case: Examination, expected: str, actual: str) -> bool:
    """Whether a FusionAuth token's issuer is one that AWS can never read."""
    if case.provider is None or case.provider.id != "fusionauth":
        return False
    plain = expected.startswith("https://") and not actual.startswith("https://")
    return plain or "://" not in actual or bool(case.token_issuer and case.token_issuer.is_private)


def _by_profile(case: Examination, wanted: str, expected: str, tenant: str) -> _Ruling:
    if expected != wanted:
        return _Ruling(Culprit.AUTHORIZER, "authorizer", "The authorizer's issuer is not the profile's.")
    if tenant and tenant != wanted:
        return _Ruling(Culprit.TENANT, "tenant", "The tenant's issuer is not the profile's.")
    return _older(case)


def _by_tenant(case: Examination, tenant: str, expected: str, actual: str) -> _Ruling:
    if tenant == DEFAULT_ISSUER or "://" not in tenant:
        reason = f"The tenant's issuer {quoted(tenant)} is no URL: it was never set."
        return _Ruling(Culprit.TENANT, "default issuer", reason)
    if tenant == expected:
        return _older(case)
    if tenant == actual:
        declared = case.issuer.keys.declared_issuer if case.issuer else ""
        if declared and declared not in (tenant, expected):
            reason = f"Discovery at the authorizer's issuer is another tenant's: it says {quoted(declared)}."
            return _Ruling(Culprit.AUTHORIZER, "other tenant", reason)
        return _Ruling(Culprit.AUTHORIZER, "authorizer", "Tenant and token agree: the authorizer is the odd one.")
    return _Ruling(Culprit.TENANT, "three values", "Tenant, token and authorizer have three different values.")


def _older(case: Examination) -> _Ruling:
    """The place that signs says what the authorizer says: the token is from before, or from elsewhere."""
    known, issued = case.fusionauth, case.claims.get("iat")
    changed = known.tenant_changed_at if known else None
    if changed is not None and isinstance(issued, int | float):
        if issued + 1 > changed:  # iat counts whole seconds
            return _Ruling(Culprit.APPLICATION, "populate lambda", "The token is newer than the tenant's last change.")
        return _Ruling(Culprit.TOKEN, "older token", "The token is older than the tenant's last change.")
    return _Ruling(Culprit.TOKEN, "older token", "The tenant says what the authorizer says: the token is the odd one.")


def _by_discovery(case: Examination, expected: str, actual: str) -> _Ruling:
    declared = case.issuer.keys.declared_issuer if case.issuer else ""
    own = case.token_issuer.keys.declared_issuer if case.token_issuer else ""
    kid = case.header.get("kid")
    same_keys = bool(case.keys and isinstance(kid, str) and kid in case.keys.by_kid)
    provider = case.provider
    if provider and provider.issues(expected) and provider.issues(actual) and same_keys:
        reason = f"Both are issuers of {provider.name}, and one key signs for both. To change the token's: "
        return _Ruling(Culprit.AUTHORIZER, "version", f"{reason}{provider.change_issuer}.")
    if declared == actual or (own == actual and (same_keys or declared != expected)):
        return _Ruling(Culprit.AUTHORIZER, "authorizer", "Discovery and token agree: the authorizer is the odd one.")
    if declared == expected and same_keys:
        reason = "Discovery says what the authorizer says, and its key signed: the token was made with another iss."
        return _Ruling(Culprit.TOKEN, "older token", reason)
    if declared == expected:
        return _Ruling(Culprit.TOKEN, "other issuer", "The token comes from another issuer than the authorizer's.")
    if provider and provider.issues(expected) and not provider.issues(actual):
        return _Ruling(Culprit.TOKEN, "other issuer", f"Only the authorizer's value is an issuer of {provider.name}.")
    if provider and provider.issues(actual) and not provider.issues(expected):
        return _Ruling(Culprit.AUTHORIZER, "authorizer", f"Only the token's value is an issuer of {provider.name}.")
    return _Ruling(Culprit.AUTHORIZER, "undecided", "No other place could be read that says which of the two is right.")


def _fix(case: Examination, ruling: _Ruling, expected: str, actual: str) -> Fix:
    if ruling.culprit is Culprit.TENANT:
        return _change_tenant(case, expected)
    if ruling.culprit is Culprit.AUTHORIZER:
        new = case.wanted.issuer if case.wanted else actual
        return change_authorizer(case, "issuer", expected, new, issuer=new)
    if ruling.kind == "populate lambda":
        return Fix("Look at the application's JWT populate lambda: it writes another iss than the tenant's.")
    if ruling.kind == "older token":
        return new_token(case, "Get a new token: it will carry the issuer that the tenant has now.")
    return new_token(case, f"Get a token from {quoted(expected)}, or call the gate that trusts this one.")


def _change_tenant(case: Examination, issuer_wanted: str) -> Fix:
    known = case.fusionauth
    old = known.tenant_issuer if known else ""
    tenant_id = known.tenant_id if known else ""
    command = fusionauth(case, "PATCH", f"/api/tenant/{tenant_id}", {"tenant": {"issuer": issuer_wanted}})
    return Fix(
        f"Set the tenant's issuer to {quoted(issuer_wanted)}, exactly, then get a new token.",
        Change(
            f"tenant {quoted(known.tenant_name or tenant_id)}" if known else "the tenant", "issuer", old, issuer_wanted
        ),
        command if tenant_id else "",
        step(case, "issuer"),
        bool(case.facts.provisioned_by),
    )


def _is_of_tenant(case: Examination) -> bool:
    """Whether the token, if there is one, is of the tenant that was looked at."""
    known = case.fusionauth
    if case.token is None or known is None:
        return case.presented is None
    return case.claims.get("tid") == known.tenant_id or case.header.get("kid") == known.signing_kid


def tenant_warning(case: Examination) -> list[Finding]:
    """The tenant's issuer is another one than this token's: the next token will be refused."""
    known, configured = case.fusionauth, case.authorizer
    if known is None or not known.tenant_issuer or configured is None or case.failed("issuer"):
        return []
    if known.tenant_issuer == configured.issuer or not _is_of_tenant(case):
        return []
    sentence = (
        f"The tenant's issuer is {quoted(known.tenant_issuer)}, the authorizer expects {quoted(configured.issuer)}: "
        "the next token will be refused."
    )
    default = known.tenant_issuer == DEFAULT_ISSUER
    return [
        found(
            "tenant-issuer",
            sentence,
            Culprit.TENANT,
            _change_tenant(case, configured.issuer),
            weight=Weight.WARNS,
            expected=configured.issuer,
            actual=known.tenant_issuer,
            kind="default issuer" if default else "",
        )
    ]
