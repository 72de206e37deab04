"""Findings as the checks make them: title, evidence and the difference come by themselves."""

from services.diagnosis.catalogue import ENTRIES
from services.diagnosis.diagnosis import Culprit, Finding, Fix, Weight
from services.diagnosis.difference import difference
from services.gateway.verdict import Check, Outcome
from services.visible import visible

_LONGEST = 1_000  # characters of a sentence that quotes others' messages


def found(
    finding_id: str,
    sentence: str,
    culprit: Culprit,
    fix: Fix,
    *,
    weight: Weight = Weight.REFUSES,
    expected: str | None = None,
    actual: str | None = None,
    kind: str = "",
    detail: tuple[str, ...] = (),
    because: str = "",
    certain: bool = True,
) -> Finding:
    """One of the doctor's own findings. Where both values are given, it says how they differ."""
    entry = ENTRIES[finding_id]
    return Finding(
        finding_id,
        entry.title,
        weight,
        line(sentence),
        culprit,
        fix,
        entry.evidence,
        expected,
        actual,
        difference(expected, actual) if expected is not None and actual is not None else None,
        tuple(line(sentence) for sentence in detail if sentence),
        kind=kind,
        because=because,
        certain=certain,
    )


def of_rule(
    check: Check,
    sentence: str,
    culprit: Culprit,
    fix: Fix,
    *,
    expected: str | None = None,
    actual: str | None = None,
    compared: bool = False,
    pair: tuple[str, str] | None = None,
    kind: str = "",
    detail: tuple[str, ...] = (),
    because: str = "",
) -> Finding:
    """The finding of one of the gateway's checks. What nobody knows to be refused only warns, and is not certain.

    With `compared` it says how expected and actual differ; with `pair` how these two do, of several on either side.
    """
    refuses = check.outcome is Outcome.FAIL
    expected = check.expected if expected is None else expected
    actual = check.actual if actual is None else actual
    if compared and expected is not None and actual is not None:
        pair = (expected, actual)
    return Finding(
        check.id,
        ENTRIES[check.id].title,
        Weight.REFUSES if refuses else Weight.WARNS,
        line(sentence),
        culprit,
        fix,
        check.evidence,
        expected,
        actual,
        difference(*pair) if pair else None,
        tuple(line(sentence) for sentence in detail if sentence),
        check.cause,
        kind=kind,
        because=because,
        certain=refuses,
    )


def line(sentence: str) -> str:
    """A sentence on one line, with nothing invisible in it, and cut where somebody else's message is endless."""
    return visible(sentence if len(sentence) <= _LONGEST else f"{sentence[:_LONGEST]}….")
