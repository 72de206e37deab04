"""What was checked and is right, and what could not be checked, with what would let it be."""

from services.diagnosis.catalogue import ENTRIES
from services.diagnosis.diagnosis import Finding, NotChecked
from services.diagnosis.examination import Examination
from services.diagnosis.facts import DomainFacts, IntegrationFacts, Missing, PermissionFacts, RouteFacts
from services.gateway.call import Answer
from services.gateway.verdict import Outcome

_GATEWAY = (
    ("the API", "api"),
    ("the stage", "stage"),
    ("the route", "route"),
    ("the authorizer", "authorizer"),
    ("the custom domain", "domain"),
    ("the integration", "integration"),
    ("the permission to invoke the function", "permission"),
)


def not_checked(case: Examination) -> tuple[NotChecked, ...]:
    """Everything that is missing, each once."""
    facts = case.facts
    found = _of_gateway(case)
    if facts.intake.presented is None:
        found.append(
            NotChecked("the token", "none was given", "a token: from standard input, a file or a pasted request")
        )
    for what, fact in (
        ("the issuer's documents and keys", facts.issuer),
        ("the issuer named in the token", facts.token_issuer),
        ("FusionAuth's settings", facts.fusionauth if _concerns_fusionauth(case) else None),
        ("the gateway's answer", facts.with_token if _is_awaited(case) else None),
    ):
        if isinstance(fact, Missing):
            found.append(NotChecked(what, fact.reason, fact.needs))
    if case.fusionauth and _concerns_fusionauth(case):
        found += [NotChecked(f"FusionAuth: {what}", part.reason, part.needs) for what, part in case.fusionauth.not_read]
    return tuple(dict.fromkeys(found))


def _of_gateway(case: Examination) -> list[NotChecked]:
    """What is missing of the gate's configuration; what is missing for one reason is said once."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for what, name in _GATEWAY:
        fact = getattr(case.facts.gateway, name)
        if isinstance(fact, Missing) and not fact.gone and not _is_settled(case, name):
            reasons.setdefault((fact.reason, fact.needs), []).append(what)
    return [NotChecked(_listed(names), *reason) for reason, names in reasons.items()]


def _is_settled(case: Examination, name: str) -> bool:
    """Whether a missing fact needs no word: somebody described it, or another finding tells why there is none."""
    gateway, described = case.facts.gateway, case.facts.intake.described is not None
    if isinstance(gateway.api, Missing) and gateway.api.gone:
        return True
    route = gateway.route
    if name == "authorizer" and isinstance(route, RouteFacts):
        return described or not route.route_key or route.authorization_type != "JWT"
    return described and name in ("authorizer", "route")


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _is_awaited(case: Examination) -> bool:
    """Whether an answer to a request with the token is missed: not where one was captured, or there is no token."""
    return case.facts.intake.captured is None and case.facts.intake.presented is not None


def _concerns_fusionauth(case: Examination) -> bool:
    return case.provider is None or case.provider.id == "fusionauth"


def passed(case: Examination, findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """The titles of what is right, in the gateway's order."""
    titles = [*_reached(case), *_rules(case), *_behind(case)]
    against = {finding.title for finding in findings}
    return tuple(title for title in dict.fromkeys(titles) if title not in against)


def _reached(case: Examination) -> list[str]:
    gateway = case.facts.gateway
    right = [
        ("api", not isinstance(gateway.api, Missing)),
        ("domain-mapping", isinstance(gateway.domain, DomainFacts) and bool(gateway.domain.api_id)),
        ("stage", not isinstance(gateway.stage, Missing)),
        ("route", isinstance(gateway.route, RouteFacts) and bool(gateway.route.route_key)),
        ("authorizer", case.stored is not None and case.authorizer is not None),
    ]
    return [ENTRIES[entry].title for entry, is_right in right if is_right]


def _rules(case: Examination) -> list[str]:
    checks = case.verdict.checks if case.verdict else ()
    return [ENTRIES[check.id].title for check in checks if check.outcome is Outcome.PASS]


def _behind(case: Examination) -> list[str]:
    gateway = case.facts.gateway
    right = [
        ("integration", isinstance(gateway.integration, IntegrationFacts) and gateway.integration.function_exists),
        ("permission", isinstance(gateway.permission, PermissionFacts) and gateway.permission.allowed),
        ("function", isinstance(case.facts.with_token, Answer) and 200 <= case.facts.with_token.status < 300),
    ]
    return [ENTRIES[entry].title for entry, is_right in right if is_right]
