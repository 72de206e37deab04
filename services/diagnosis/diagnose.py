"""The doctor's judgement: a pure function from what was found out to what is wrong and what to do about it."""

from dataclasses import replace

from services.diagnosis.answers import Heard, answer_findings, heard
from services.diagnosis.backwards import ANSWER
from services.diagnosis.banners import banners
from services.diagnosis.catalogue import ORDER
from services.diagnosis.checks.behind import behind_findings
from services.diagnosis.checks.guard import guard_findings, place_finding
from services.diagnosis.checks.issuer import tenant_warning
from services.diagnosis.checks.issuer_warnings import reading_warnings
from services.diagnosis.checks.reach import reach_findings
from services.diagnosis.checks.settings import settings_warnings
from services.diagnosis.checks.times import time_warnings
from services.diagnosis.checks.tunnel_address import address_finding, with_their_cause
from services.diagnosis.diagnosis import Diagnosis, Finding, Weight
from services.diagnosis.examination import Examination, examine
from services.diagnosis.facts import CaseFacts, Missing
from services.diagnosis.headline import headline
from services.diagnosis.making import line
from services.diagnosis.rule_findings import rule_findings
from services.diagnosis.unknowns import not_checked, passed


def diagnose(facts: CaseFacts) -> Diagnosis:
    """Every finding in the gateway's order, the deciding one first among those that refuse. Raises nothing."""
    case = examine(facts)
    answer = heard(case)
    findings = _in_order(_findings(case, answer))
    healthy = _healthy(case, answer, findings)
    diagnosis = Diagnosis(
        headline="",
        healthy=healthy,
        findings=findings,
        not_checked=not_checked(case),
        banners=banners(case),
        passed=passed(case, findings),
        provider=case.provider.name if case.provider else "",
        verdict=case.verdict,
        answered=answer.reading if answer else None,
        comparison=answer.comparison if answer else None,
    )
    return replace(diagnosis, headline=line(headline(case, answer, diagnosis.root, findings, healthy)))


def _findings(case: Examination, answer: Heard | None) -> list[Finding]:
    elsewhere = place_finding(case)
    found = [
        *reach_findings(case),
        *guard_findings(case),
        *rule_findings(case),
        *([elsewhere] if elsewhere else []),
        *reading_warnings(case),
        *tenant_warning(case),
        *time_warnings(case),
        *settings_warnings(case),
        *behind_findings(case),
        *address_finding(case),
    ]
    return with_their_cause([*found, *answer_findings(case, answer, found)])


def _in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """In the gateway's order; of several with one id the first that refuses, or else the first."""
    once: dict[str, Finding] = {}
    for finding in sorted(findings, key=_harmless):
        once.setdefault(finding.id, finding)
    read = [ORDER[finding.id] for finding in once.values() if not finding.certain and finding.kind == ANSWER]
    first = min(read, default=0)  # what an answer may mean stands together, likeliest first
    return tuple(
        sorted(
            once.values(),
            key=lambda finding: first if not finding.certain and finding.kind == ANSWER else ORDER[finding.id],
        )
    )


def _harmless(finding: Finding) -> bool:
    return finding.weight is not Weight.REFUSES


def _healthy(case: Examination, answer: Heard | None, findings: tuple[Finding, ...]) -> bool | None:
    """True only when everything that matters was checked, or the gateway itself has just shown it."""
    if any(finding.weight is Weight.REFUSES or finding.id == "route-open" for finding in findings):
        return False  # a route that lets everybody in is no gate
    if answer is not None and answer.live and answer.reading.passed is not None:
        return answer.reading.passed and answer.status < 400
    gateway = case.facts.gateway
    known = (gateway.api, gateway.stage, gateway.route, gateway.authorizer, gateway.permission, case.facts.issuer)
    if any(isinstance(fact, Missing) for fact in known) or case.verdict is None or case.authorizer is None:
        return None
    return True if case.verdict.accepted else None
