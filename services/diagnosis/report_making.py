"""From a diagnosis and its facts to the report, with every secret taken out on the way."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from services.diagnosis.diagnosis import Diagnosis, Finding, Fix
from services.diagnosis.difference import Difference, Span
from services.diagnosis.examination import Examination, examine
from services.diagnosis.facts import (
    CaseFacts,
    DomainFacts,
    Fetched,
    IntegrationFacts,
    IssuerFacts,
    Missing,
    RouteFacts,
    StageFacts,
)
from services.diagnosis.report import (
    VERSION,
    AnsweredRow,
    AnswerRow,
    BannerRow,
    CaseRow,
    ChangeRow,
    DoctorReport,
    DocumentRow,
    FindingRow,
    FixRow,
    GateRow,
    IssuerRow,
    KeyRow,
    Marked,
    NotCheckedRow,
    PredictionRow,
)
from services.gateway.call import Answer
from services.gateway.record import ANSWER_HEADERS, masked, recorded_token
from services.gateway.refusal import is_gateway_body
from services.redact import Redactor

_Fact = TypeVar("_Fact")


def report_on(diagnosis: Diagnosis, facts: CaseFacts, redactor: Redactor) -> DoctorReport:
    """The report; whatever secret stands where none belongs leaves it here, by value."""
    deciding, root = diagnosis.deciding, diagnosis.root
    answered, comparison = diagnosis.answered, diagnosis.comparison
    report = DoctorReport(
        version=VERSION,
        made_at=datetime.fromtimestamp(facts.now, UTC).isoformat(timespec="seconds"),
        headline=diagnosis.headline,
        healthy=diagnosis.healthy,
        decided_by=deciding.id if deciding else None,
        set_right_first=root.id if root else None,
        findings=tuple(_finding(finding) for finding in diagnosis.findings),
        not_checked=tuple(NotCheckedRow(one.what, one.reason, one.needs or None) for one in diagnosis.not_checked),
        banners=tuple(BannerRow(banner.id, banner.sentence) for banner in diagnosis.banners),
        passed=diagnosis.passed,
        provider=diagnosis.provider or None,
        answered=AnsweredRow(answered.speaker.value, answered.sentence, answered.passed) if answered else None,
        prediction=PredictionRow(comparison.as_predicted, comparison.sentence) if comparison else None,
        case=_case(examine(facts)),
    )
    return msgspec.convert(masked(msgspec.to_builtins(report), redactor), DoctorReport)


def _finding(finding: Finding) -> FindingRow:
    return FindingRow(
        id=finding.id,
        title=finding.title,
        kind=finding.kind or None,
        weight=finding.weight.value,
        certain=finding.certain,
        sentence=finding.sentence,
        culprit=finding.culprit.value,
        expected=finding.expected,
        actual=finding.actual,
        difference=_marked(finding.difference),
        detail=finding.detail,
        because=finding.because or None,
        fix=_fix(finding.fix),
        evidence=finding.evidence.mark.value,
        source=finding.evidence.source,
        wording_verified=finding.evidence.wording_verified,
    )


def _marked(difference: Difference | None) -> Marked | None:
    if difference is None:
        return None
    return Marked(difference.remark, _pairs(difference.expected_spans), _pairs(difference.actual_spans))


def _pairs(spans: Iterable[Span]) -> tuple[tuple[int, int], ...]:
    return tuple((span.start, span.end) for span in spans)


def _fix(fix: Fix) -> FixRow:
    change = fix.change
    return FixRow(
        fix.sentence,
        ChangeRow(change.where, change.name, change.old, change.new) if change else None,
        fix.command or None,
        fix.step_id or None,
        fix.new_token,
    )


def _case(case: Examination) -> CaseRow:
    facts = case.facts
    captured = facts.intake.captured
    return CaseRow(
        gate=_gate(case),
        issuer=_issuer(facts.issuer),
        token_issuer=_issuer(facts.token_issuer),
        token=recorded_token(case.token) if case.token else None,
        without_token=_answer(facts.without),
        with_token=_answer(facts.with_token),
        captured=_told(captured.status, captured.headers, captured.body) if captured else None,
        gateway_clock_ahead=case.gateway_clock,
        issuer_clock_ahead=case.issuer_clock,
    )


def _gate(case: Examination) -> GateRow:
    gateway, configured = case.facts.gateway, case.authorizer
    api, stored = case.api, case.stored
    route = _known(gateway.route, RouteFacts)
    stage = _known(gateway.stage, StageFacts)
    domain = _known(gateway.domain, DomainFacts)
    integration = _known(gateway.integration, IntegrationFacts)
    return GateRow(
        url=case.facts.intake.url or None,
        api_id=api.api_id if api else case.facts.intake.api_id or None,
        region=api.region if api else None,
        account_id=api.account_id if api else None,
        custom_domain=domain.name if domain else None,
        stage=stage.name if stage else None,
        route_key=route.route_key or None if route else None,
        authorization_type=route.authorization_type or None if route else None,
        authorizer_id=stored.authorizer_id if stored else None,
        issuer=configured.issuer if configured else None,
        audience=configured.audience if configured else None,
        identity_source=configured.identity_source if configured else None,
        scopes=case.scopes if route or case.scopes else None,
        integration=integration.uri if integration else None,
    )


def _known(fact: object, kind: type[_Fact]) -> _Fact | None:
    return fact if isinstance(fact, kind) else None


def _issuer(facts: IssuerFacts | Missing | None) -> IssuerRow | None:
    if not isinstance(facts, IssuerFacts):
        return None
    return IssuerRow(
        facts.issuer,
        facts.keys.declared_issuer or None,
        _document(facts.discovery),
        _document(facts.key_set),
        tuple(KeyRow(kid, kind) for kid, kind in facts.key_algorithms),
    )


def _document(fetched: Fetched | Missing) -> DocumentRow | None:
    if not isinstance(fetched, Fetched):
        return None
    return DocumentRow(
        fetched.url,
        fetched.status,
        fetched.content_type or None,
        fetched.size,
        round(fetched.seconds, 3),
        fetched.redirect_to or None,
        fetched.max_age,
        fetched.problem or None,
    )


def _answer(answer: Answer | Missing) -> AnswerRow | None:
    return _told(answer.status, answer.headers, answer.body) if isinstance(answer, Answer) else None


def _told(status: int, headers: tuple[tuple[str, str], ...], body: str) -> AnswerRow:
    kept = {name.lower(): value for name, value in headers if name.lower() in ANSWER_HEADERS}
    return AnswerRow(status, kept, body if is_gateway_body(status, body) else "")


def report_document(report: DoctorReport) -> dict[str, Any]:
    """The report as plain JSON data."""
    document: dict[str, Any] = msgspec.to_builtins(report)
    return document
