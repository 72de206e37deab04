"""A value with the characters marked that make it differ."""

from collections.abc import Sequence

from textual.content import Content

from services.diagnosis.difference import Span
from tui.safe import harmless
from tui.view.words import BAD, GREY

_MARK = f"bold reverse {BAD}"


def marked(value: str, spans: Sequence[Span], width: int) -> Content:
    """`value` in quotes within `width` cells; where it must be cut, the first differing character stays in sight."""
    room = max(4, width - 2)
    start = 0
    if len(value) > room and spans:
        start = max(0, min(spans[0].start - room // 2, len(value) - room + 1))
    end = start + room
    before, after = start > 0, end < len(value)
    shown_from, shown_to = start + before, min(end - after, len(value))
    parts: list[str | Content | tuple[str, str]] = [("…", GREY)] if before else ['"']
    position = shown_from
    for span in spans:
        first, last = max(span.start, shown_from), min(span.end, shown_to)
        if span.start == span.end and shown_from <= span.start <= shown_to:  # something is missing here
            parts += [harmless(value[position : span.start]), (" ", _MARK)]
            position = span.start
        elif first < last:
            parts += [harmless(value[position:first]), (harmless(value[first:last]), _MARK)]
            position = last
    parts.append(harmless(value[position:shown_to]))
    parts.append(("…", GREY) if after else '"')
    return Content.assemble(*parts)
