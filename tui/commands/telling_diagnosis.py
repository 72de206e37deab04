"""A diagnosis as lines: what is wrong, with both values and a mark under what differs, and one thing to do each."""

from collections.abc import Sequence

from services.diagnosis.diagnosis import Diagnosis, Finding, Weight
from services.diagnosis.difference import Span
from tui.commands.output import Output
from tui.safe import harmless, harmless_lines

_SHOWN = 300  # characters of a value
_INDENT = " " * 13  # as wide as `  expected "` with its label


def tell_diagnosis(output: Output, diagnosis: Diagnosis) -> None:
    """The headline, every finding in the gateway's order, and what could not be checked."""
    glyph = {True: "✔", False: "✘", None: "?"}[diagnosis.healthy]
    output.line(f"{glyph} {harmless(diagnosis.headline)}")
    for banner in diagnosis.banners:
        output.line(f"! {harmless(banner.sentence)}")
    for number, finding in enumerate(diagnosis.findings, 1):
        output.line()
        _tell_finding(output, number, finding, decides=finding is diagnosis.deciding)
    _tell_answer(output, diagnosis)
    if diagnosis.not_checked:
        output.line()
        output.line("Not checked")
        for one in diagnosis.not_checked:
            needs = f" (needs {harmless(one.needs, 300)})" if one.needs else ""
            output.line(f"  · {harmless(one.what, 100)}: {harmless(one.reason, 300)}{needs}")
    if diagnosis.passed:
        output.line()
        output.line(f"Checked, and right: {', '.join(diagnosis.passed)}")


def _tell_finding(output: Output, number: int, finding: Finding, *, decides: bool) -> None:
    glyph = "✘" if finding.weight is Weight.REFUSES else "!"
    words = ["decides"] if decides else [] if finding.weight is Weight.REFUSES else ["a warning"]
    words += [] if finding.certain else ["likely, not certain"]
    output.line(f"{number} {glyph} {finding.title}" + (f"  ({', '.join(words)})" if words else ""))
    output.line(f"    {harmless(finding.sentence)}")
    _tell_values(output, finding)
    for line in finding.detail:
        output.line(f"    · {harmless(line, _SHOWN)}")
    if finding.because:
        output.line(f"    to do    nothing by itself: set “{finding.because}” right")
        return
    output.line(f"    wrong    {finding.culprit.value}")
    output.line(f"    to do    {harmless(finding.fix.sentence)}")
    if change := finding.fix.change:
        old, new = harmless(change.old, _SHOWN), harmless(change.new, _SHOWN)
        output.line(f'{_INDENT}{harmless(change.where, 100)}, {change.name}: "{old}" → "{new}"')
    if finding.fix.command:
        first, *others = harmless_lines(finding.fix.command, 2_000).split("\n")
        output.line(f"{_INDENT}$ {first}")
        for line in others:  # a here-document must keep its lines as they are
            output.line(line)


def _tell_values(output: Output, finding: Finding) -> None:
    difference = finding.difference
    if finding.expected is not None:
        output.line(f'    expected "{harmless(finding.expected, _SHOWN)}"')
        if difference is not None and difference.expected == finding.expected:
            _tell_marks(output, finding.expected, difference.expected_spans)
    if finding.actual is not None:
        output.line(f'    actual   "{harmless(finding.actual, _SHOWN)}"')
        if difference is not None and difference.actual == finding.actual:
            _tell_marks(output, finding.actual, difference.actual_spans)
    if difference is not None:
        output.line(f"{_INDENT} {harmless(difference.remark, _SHOWN)}")


def _tell_marks(output: Output, value: str, spans: Sequence[Span]) -> None:
    """Carets under the characters that differ, one where something is missing; none where most of them differ."""
    if 2 * sum(span.end - span.start for span in spans) > len(value):
        return
    marks = ""
    for span in spans:
        start, end = len(harmless(value[: span.start])), len(harmless(value[: max(span.end, span.start + 1)]))
        if start < _SHOWN:
            marks = marks.ljust(start) + "^" * max(1, end - start)
    if marks:
        output.line(f"{_INDENT} {marks[:_SHOWN]}")


def _tell_answer(output: Output, diagnosis: Diagnosis) -> None:
    if diagnosis.answered is not None:
        output.line()
        output.line(f"Answered by {diagnosis.answered.speaker}: {harmless(diagnosis.answered.sentence)}")
    if diagnosis.comparison is not None:
        output.line(f"Prediction: {harmless(diagnosis.comparison.sentence)}")
