"""A diagnosis in words and colours: the list of findings, and everything about the one under the cursor."""

from textual.content import Content

from services.diagnosis.diagnosis import Diagnosis, Finding, Fix, Weight
from tui.safe import harmless, harmless_lines
from tui.view.marked import marked
from tui.view.words import ACCENT, BAD, GOOD, GREY

_LABEL = 10


def headline(diagnosis: Diagnosis) -> Content:
    """The one sentence, and what kind of thing was given where that is the trouble."""
    glyph, style = {True: ("✔", GOOD), False: ("✘", BAD), None: ("?", ACCENT)}[diagnosis.healthy]
    lines = [Content.assemble((f"{glyph} ", f"bold {style}"), (harmless(diagnosis.headline, 600), "bold"))]
    lines += [Content.assemble(("! ", ACCENT), harmless(banner.sentence, 300)) for banner in diagnosis.banners]
    return Content("\n").join(lines)


def row(finding: Finding, *, decides: bool) -> Content:
    """One finding in the list: glyph, name, and whether it is the one that decides."""
    glyph, style = ("✘", BAD) if finding.weight is Weight.REFUSES else ("!", ACCENT)
    word = "decides" if decides else "warns" if finding.weight is Weight.WARNS else ""
    word = word if finding.certain else "likely"
    return Content.assemble((f"{glyph} ", style), finding.title, (f"  {word}" if word else "", GREY))


def detail(finding: Finding, width: int) -> Content:
    """Everything about one finding: both values with what differs marked, who is wrong, and the one thing to do."""
    room = max(20, width - _LABEL)
    parts = [Content(harmless(finding.sentence, 600)), Content("")]
    difference = finding.difference
    if finding.expected is not None:
        spans = difference.expected_spans if difference and difference.expected == finding.expected else ()
        parts += _labelled("expected", marked(finding.expected, spans, room), width)
    if finding.actual is not None:
        spans = difference.actual_spans if difference and difference.actual == finding.actual else ()
        parts += _labelled("actual", marked(finding.actual, spans, room), width)
    if difference is not None:
        parts += _labelled("", Content.styled(harmless(difference.remark, 300), BAD), width)
    if finding.expected is not None or finding.actual is not None:
        parts.append(Content(""))
    if finding.because:
        told = Content.styled(f"nothing by itself: set “{finding.because}” right", "bold")
        parts += _labelled("to do", told, width)
    else:
        parts += [*_labelled("wrong", Content(finding.culprit.value), width), *_fix(finding.fix, width)]
    if finding.detail:
        parts.append(Content(""))
        for number, line in enumerate(finding.detail):
            parts += _labelled("" if number else "evidence", Content(harmless(line, 300)), width)
    parts += [Content(""), *_labelled("source", Content.styled(harmless(_source(finding), 300), GREY), width)]
    if finding.fix.command and not finding.because:
        parts += [Content(""), Content.styled(f"$ {harmless_lines(finding.fix.command, 2_000)}", GREY)]
    return Content("\n").join(parts)


def rest(diagnosis: Diagnosis, width: int) -> Content:
    """Who answered, how that compares, what could not be checked and what was right."""
    parts: list[Content] = []
    if diagnosis.answered is not None:
        parts += _labelled("answered", Content(harmless(diagnosis.answered.sentence, 300)), width)
    if diagnosis.comparison is not None:
        style = BAD if diagnosis.comparison.as_predicted is False else ""
        parts += _labelled("predicted", Content.styled(harmless(diagnosis.comparison.sentence, 300), style), width)
    for one in diagnosis.not_checked:
        needs = f" (needs {harmless(one.needs, 200)})" if one.needs else ""
        told = Content.styled(f"{harmless(one.what, 100)}: {harmless(one.reason, 200)}{needs}", GREY)
        parts += _labelled("unknown", told, width)
    if diagnosis.passed:
        parts += _labelled("right", Content.styled(", ".join(diagnosis.passed), GREY), width)
    return Content("\n").join(parts)


def _fix(fix: Fix, width: int) -> list[Content]:
    parts = _labelled("to do", Content.styled(harmless(fix.sentence, 400), "bold"), width)
    if change := fix.change:
        old, new = harmless(change.old, 200), harmless(change.new, 200)
        parts += _labelled("", Content(f"{harmless(change.where, 100)}, {change.name}:"), width)
        parts += _labelled("", Content.assemble((f'"{old}"', BAD), (" → ", GREY), (f'"{new}"', GOOD)), width)
    return parts


def _source(finding: Finding) -> str:
    told = f"{finding.evidence.mark}: {finding.evidence.source}"
    return told if finding.evidence.wording_verified else f"{told} · wording unverified on AWS"


def _labelled(label: str, text: Content, width: int) -> list[Content]:
    """A label and its text, whose further lines stand below its first."""
    lines = text.wrap(max(20, width - _LABEL)) or [text]
    return [
        Content.assemble(((label if number == 0 else "").ljust(_LABEL), GREY), line)
        for number, line in enumerate(lines)
    ]
