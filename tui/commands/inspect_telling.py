"""An inspection as lines, for people and screen readers."""

from collections.abc import Iterable

from services.diagnosis.inspection import Row, TokenInspection
from services.diagnosis.key_rows import KeyState
from services.diagnosis.opinions import Opinion
from services.diagnosis.token_changes import ChangeKind, MemberChange
from services.gateway.verdict import Outcome
from tui.commands.output import Output
from tui.commands.telling import GLYPHS
from tui.safe import harmless
from tui.view.words import clock, distance, span, utc

_VALUE = 200  # characters of a value on its line
_ROWS = 200


def tell_inspection(output: Output, inspection: TokenInspection) -> None:
    """Rows, keys and text, then the three verdicts."""
    for title, rows in (("Header", inspection.header), ("Claims", inspection.claims)):
        if rows:
            output.line(title)
            _tell_rows(output, rows, inspection.now)
            output.line()
    _tell_keys(output, inspection)
    _tell_text(output, inspection)
    tell_opinion(output, "signature", inspection.signature)
    tell_opinion(output, "times", inspection.times)
    tell_opinion(output, "gateway", inspection.gateway)


def tell_opinion(output: Output, title: str, opinion: Opinion) -> None:
    """One of the three verdicts; loud where it was not checked."""
    loud = "" if opinion.checked else "NOT CHECKED: "
    output.line(f"{GLYPHS[opinion.outcome]} {title:10} {loud}{harmless(opinion.sentence)}")


def _tell_rows(output: Output, rows: tuple[Row, ...], now: float) -> None:
    for row in rows[:_ROWS]:
        output.line(row_line(row, now))
        for remark in row.remarks:
            output.line(f"  {'':20} ! {harmless(remark)}")
    if len(rows) > _ROWS:
        output.line(f"  … {len(rows) - _ROWS} more, in --json")


def row_line(row: Row, now: float) -> str:
    """Name, value, time, meaning, and what the gateway's check says of it."""
    parts = [f"  {harmless(row.name, 40):20} {harmless(row.text, _VALUE)}"]
    if row.moment is not None:
        local = "" if utc(row.moment) == clock(row.moment, now) else f"{clock(row.moment, now)}, "
        parts.append(f"{local}{utc(row.moment)}, {distance(row.moment - now)}")
    if row.meaning is not None:
        parts.append(f"({row.meaning.short})")
    if row.check is not None and row.check.outcome is not Outcome.PASS:
        parts.append(f"{GLYPHS[row.check.outcome]} {row.check.outcome.value}")
    return "  ".join(parts)


def _tell_keys(output: Output, inspection: TokenInspection) -> None:
    if not inspection.keys:
        return
    output.line(f"Keys of {harmless(inspection.keys_origin)}")
    for key in inspection.keys[:_ROWS]:
        said = f"{key.state.value}: {key.note}" if key.note else key.state.value
        kid = harmless(key.kid, 60) or "(no kid)"
        output.line(f"  {'✔' if key.state is KeyState.MADE else '·'} {kid}  {harmless(key.kind, 20)}  {harmless(said)}")
    output.line()


def _tell_text(output: Output, inspection: TokenInspection) -> None:
    output.line("Text")
    for segment in inspection.segments[:6]:
        size = "not base64url" if segment.size is None else f"{segment.size:,} bytes"
        output.line(f"  {segment.name:20} {len(segment.text):,} characters, {size}")
    output.line(f"  {'signature cut':20} {harmless(inspection.safe, 10_240)}")
    for remark in inspection.remarks:
        output.line(f"  ! {harmless(remark.sentence)}")
    output.line()


def tell_changes(output: Output, changes: Iterable[MemberChange], second: TokenInspection) -> None:
    """What is other in the second token; the same is only counted."""
    output.line()
    output.line("Compared with the second token")
    same = 0
    for change in changes:
        if change.kind is ChangeKind.SAME:
            same += 1
            continue
        output.line(f"  {change.kind.value:8} {change.part} {harmless(change.name, 60)}")
        _tell_change(output, change)
    output.line(f"  {same} members are the same")
    for title, opinion in (("signature", second.signature), ("times", second.times), ("gateway", second.gateway)):
        tell_opinion(output, f"its {title}", opinion)


def _tell_change(output: Output, change: MemberChange) -> None:
    if change.added or change.removed:
        for sign, entries in (("+", change.added), ("-", change.removed)):
            for entry in entries[:20]:
                output.line(f"             {sign} {harmless(entry, _VALUE)}")
        return
    for sign, text in (("-", change.old), ("+", change.new)):
        if text is not None:
            output.line(f"             {sign} {harmless(text, _VALUE)}")
    if change.seconds is not None:
        output.line(f"             {span(change.seconds)}")
    if change.difference is not None:
        output.line(f"             {harmless(change.difference.remark)}")
