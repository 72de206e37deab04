"""An inspection as a person reads it on the screen: three verdicts, rows, keys, every check, and the raw text."""

from textual.content import Content

from services.diagnosis.inspection import Row, TokenInspection
from services.diagnosis.key_rows import KeyState
from services.diagnosis.opinions import Opinion
from services.diagnosis.token_changes import ChangeKind, MemberChange
from services.gateway.verdict import Check, Outcome
from tui.safe import harmless
from tui.view import wire
from tui.view.token_text import GLYPHS
from tui.view.words import ACCENT, BAD, GOOD, GREY, clock, distance, span, utc

_NAME = 20  # cells of the column of names
_NARROW_NAME = 10
_MEANING = 40  # cells of the column of outcomes and meanings, where there is room for it
_WIDE = 96
_ROWS = 200
_VALUE = 2_000  # characters of one value
_CALENDAR_ENDS = 253_402_300_800  # the year 10,000, in seconds since 1970
_RAW = 12_000  # characters of the token
_CHANGES = {ChangeKind.CHANGED: ("≠", ACCENT), ChangeKind.ADDED: ("+", GOOD), ChangeKind.REMOVED: ("−", BAD)}


def opinion_line(title: str, opinion: Opinion) -> Content:
    """One of the three verdicts; loud where it was not checked."""
    glyph, style = GLYPHS[opinion.outcome]
    said = harmless(opinion.sentence, 400)
    shown: list[tuple[str, str]] = [(said, "" if opinion.outcome is Outcome.PASS else style)]
    if not opinion.checked:
        shown = [("NOT CHECKED", f"bold {style}"), (f"  {said}", style)]
    return Content.assemble((f"{glyph} ", style), (title.ljust(11), "bold"), *shown)


def origin_line(report: TokenInspection, place: int, count: int) -> Content:
    """Which token this is: its place among those of the session, where it came from, whose it is."""
    parts = [f"token {place + 1} of {count}", report.origin or "pasted"]
    if report.provider:
        parts.append(f"{report.provider}'s by its shape")
    return Content.styled(harmless(" · ".join(parts), 200), GREY)


def body(report: TokenInspection, now: float, width: int, revealed: bool) -> Content:
    """Everything below the three verdicts; `now` in seconds since 1970, UTC."""
    parts: list[Content] = []
    if report.problem:
        parts += [Content.styled(f"This is no token: {harmless(report.problem, 400)}.", BAD), Content("")]
    for remark in report.remarks:
        parts += _indented("! ", harmless(remark.sentence, 600), width, ACCENT)
    if report.remarks:
        parts.append(Content(""))
    for title, rows in (("Header", report.header), ("Claims", report.claims)):
        if rows:
            parts += [wire.heading(title), *_rows(rows, now, width), Content("")]
    parts += _keys(report, width)
    if report.verdict is not None:
        parts.append(wire.heading("What the gateway checks, in its order"))
        parts += [line for check in report.verdict.checks for line in _check(check, width)]
        parts.append(Content(""))
    return Content("\n").join([*parts, *_text(report, revealed, width)])


def changes(found: tuple[MemberChange, ...], width: int) -> Content:
    """Two tokens compared, what differs first."""
    parts: list[Content] = []
    for part in ("header", "claims"):
        differing = [change for change in found if change.part == part and change.kind is not ChangeKind.SAME]
        same = [change.name for change in found if change.part == part and change.kind is ChangeKind.SAME]
        parts.append(wire.heading(part.capitalize()))
        for change in differing[:_ROWS]:
            parts += _change(change, width)
        if same:
            parts += _indented("= ", harmless(", ".join(same), 1_000), width, GREY)
        parts.append(Content(""))
    return Content("\n").join(parts)


def _rows(rows: tuple[Row, ...], now: float, width: int) -> list[Content]:
    lines = [line for row in rows[:_ROWS] for line in _row(row, now, width)]
    if len(rows) > _ROWS:
        lines.append(Content.styled(f"… {len(rows) - _ROWS} more: gatelight inspect --json has them all", GREY))
    return lines


def _row(row: Row, now: float, width: int) -> list[Content]:
    glyph, style = GLYPHS[row.check.outcome] if row.check else (" ", "")
    wide = width >= _WIDE
    column = _NAME if wide else _NARROW_NAME
    first = Content.assemble((f"{glyph} ", style), (harmless(row.name, 60).ljust(column), GREY), " ")
    told = _told(row)
    room = max(12, width - first.cell_length - (_MEANING + 2 if wide else 0))
    values = Content(harmless(row.text, _VALUE)).wrap(room)[:40]
    indent = " " * (column + 3)
    lines = [first + values[0].truncate(room, pad=wide), *(Content(indent) + line for line in values[1:])]
    if wide:
        lines[0] += (Content("  ") + told).truncate(_MEANING + 2, ellipsis=True)
    if row.moment is not None:
        when = f"{utc(row.moment)} · {distance(row.moment - now)}"
        if row.moment < _CALENDAR_ENDS:
            when = f"{clock(row.moment, now)} local · {when}"
        lines += [Content.styled(f"{indent}{line}", "") for line in Content(when).wrap(width - len(indent))]
    if told.plain.strip() and not wide:
        lines.append((Content(indent) + told).truncate(width, ellipsis=True))
    for remark in row.remarks:
        lines += _indented(f"{indent}! ", harmless(remark, 300), width, ACCENT)
    return lines


def _told(row: Row) -> Content:
    """What the gateway's check says of a member, in a word, and what the member means."""
    meaning = Content.styled(row.meaning.short if row.meaning else "", GREY)
    if row.check is None:
        return meaning
    _, style = GLYPHS[row.check.outcome]
    return Content.assemble((row.check.outcome.value, style), "  ", meaning)


def _keys(report: TokenInspection, width: int) -> list[Content]:
    if not report.keys:
        return []
    lines = [wire.heading(harmless(f"Keys of {report.keys_origin}", 200)).truncate(width, ellipsis=True)]
    for key in report.keys[:_ROWS]:
        made = key.state is KeyState.MADE
        said = f"{key.state.value}: {key.note}" if key.note else key.state.value
        line = Content.assemble(
            ("✔ " if made else "· ", GOOD if made else GREY),
            (harmless(key.kid, 60) or "(no kid)").ljust(_NAME),
            f"  {harmless(key.kind, 12).ljust(9)} ",
            (harmless(said, 200), GOOD if made else GREY),
        )
        lines.append(line.truncate(width, ellipsis=True))
    return [*lines, Content("")]


def _check(check: Check, width: int) -> list[Content]:
    glyph, style = GLYPHS[check.outcome]
    title = Content.assemble((f"{glyph} ", style), (harmless(check.title, 60), "bold"))
    lines = [title, *_indented("  ", harmless(check.sentence, 600), width, "")]
    if check.outcome is Outcome.FAIL and check.expected is not None:
        for name, value in (("expected", check.expected), ("actual  ", check.actual or "")):
            lines += _indented(f"  {name}  ", f'"{harmless(value, 600)}"', width, "")
    lines += _indented("  ", f"{check.evidence.mark.value}: {harmless(check.evidence.source, 200)}", width, GREY)
    return lines


def _text(report: TokenInspection, revealed: bool, width: int) -> list[Content]:
    lines = [wire.heading("The text itself")]
    for segment in report.segments[:6]:
        size = "not base64url" if segment.size is None else f"{segment.size:,} bytes"
        lines.append(Content.assemble((segment.name.ljust(_NAME), GREY), f" {len(segment.text):,} characters, {size}"))
    whole = report.presented.reveal() if revealed else report.safe
    return [*lines, *Content(harmless(whole, _RAW)).wrap(max(20, width))]


def _change(change: MemberChange, width: int) -> list[Content]:
    glyph, style = _CHANGES[change.kind]
    lines = [
        Content.assemble((f"{glyph} ", style), (harmless(change.name, 60), "bold"), (f"  {change.kind.value}", GREY))
    ]
    if change.added or change.removed:
        for sign, entries in (("− ", change.removed), ("+ ", change.added)):
            for entry in entries[:40]:
                lines += _indented(f"    {sign}", harmless(entry, 400), width, "")
    else:
        for sign, text in (("− ", change.old), ("+ ", change.new)):
            if text is not None:
                lines += _indented(f"    {sign}", harmless(text, 400), width, "")
    if change.seconds is not None:
        lines += _indented("    ", span(change.seconds), width, ACCENT)
    if change.difference is not None:
        lines += _indented("    ", harmless(change.difference.remark, 400), width, ACCENT)
    return lines


def _indented(indent: str, text: str, width: int, style: str) -> list[Content]:
    """Text in lines that begin below one another, after a mark on the first."""
    lines = Content(text).wrap(max(12, width - len(indent)))
    blank = " " * len(indent)
    return [
        Content.styled(indent if index == 0 else blank, style) + line.stylize(style) for index, line in enumerate(lines)
    ]
