"""The diagnosis in one sentence that can be read aloud."""

from services.diagnosis.answers import Heard
from services.diagnosis.diagnosis import Culprit, Finding, Weight
from services.diagnosis.difference import difference
from services.diagnosis.distinctions import Kind
from services.diagnosis.examination import Examination
from services.diagnosis.facts import Missing
from services.gateway.refusal import Speaker

_TOO_FEW = "one character too few: "
_RECORD = "The answer is not the predicted one: record it (gatelight call --record)."
_CHANGED = "The captured answer is not what is predicted now: gate or token may have changed since."


def headline(
    case: Examination, answer: Heard | None, root: Finding | None, findings: tuple[Finding, ...], healthy: bool | None
) -> str:
    """What is wrong, or that nothing is, or how much is known."""
    surprising = answer is not None and answer.comparison is not None and answer.comparison.as_predicted is False
    said = _said(case, answer, root, findings, healthy)
    if surprising and answer and answer.comparison:
        return f"{said} {_RECORD if answer.live else _CHANGED} It was {answer.comparison.sentence}."
    return said


def _said(
    case: Examination, answer: Heard | None, root: Finding | None, findings: tuple[Finding, ...], healthy: bool | None
) -> str:
    if root is not None:
        more = sum(finding.weight is Weight.REFUSES and not finding.because for finding in findings) - 1
        others = f" {more} more thing{'s are' if more > 1 else ' is'} wrong." if more > 0 and root.certain else ""
        return f"{_of(root)}{others}"
    if healthy:
        return _well(answer, findings)
    if findings:
        return findings[0].sentence
    if answer is not None and answer.of_token and answer.status < 400:
        return f"Nothing refuses: {answer.reading.sentence}."
    if case.facts.intake.presented is None:
        asked = answer is not None and answer.reading.speaker is Speaker.AUTHORIZER
        guarded = "The gateway asks for a token, as it should" if asked else "Nothing wrong was found without a token"
        return f"{guarded}: give one to check it."
    missing = "the issuer was not read" if isinstance(case.facts.issuer, Missing) else "not everything could be checked"
    return f"Nothing wrong was found, but {missing}."


def _of(finding: Finding) -> str:
    sentence = finding.sentence
    remark = _remark(finding)
    kinds = finding.difference.kinds if finding.difference else ()
    if remark and finding.id in ("issuer", "audience") and Kind.OTHER not in kinds and Kind.HOST not in kinds:
        sentence = f"{sentence.removesuffix('.')}: {_spoken(remark)}."
    if finding.certain:
        return sentence
    return (
        f"Likely: {sentence[:1].lower()}{sentence[1:]}" if sentence[:4] in ("The ", "No r") else f"Likely: {sentence}"
    )


def _remark(finding: Finding) -> str:
    """What is odd about the value that has to change: where the authorizer does, that is the expected one."""
    found = finding.difference
    if found is not None and finding.culprit is Culprit.AUTHORIZER:
        found = difference(found.actual, found.expected)
    return found.remark if found else ""


def _spoken(remark: str) -> str:
    if remark.startswith(_TOO_FEW) and ";" not in remark:
        return f"{remark.removeprefix(_TOO_FEW)} is missing"
    return remark.removeprefix("one character too many: ")


def _well(answer: Heard | None, findings: tuple[Finding, ...]) -> str:
    if answer is not None and answer.live and answer.reading.speaker is Speaker.FUNCTION:
        said = f"Nothing is wrong: the gateway lets this token in and answers {answer.status}"
    else:
        said = "Nothing is wrong: the gateway will let this token in"
    if not findings:
        return f"{said}."
    more = f" {len(findings) - 1} more to look at." if len(findings) > 1 else ""
    return f"{said}. To look at: {findings[0].sentence}{more}"
