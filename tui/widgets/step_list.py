"""The list of one side's steps."""

from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets.option_list import Option

from tui.safe import harmless
from tui.view.steps import Phase, StepRow
from tui.view.words import ACCENT, BAD, GOOD, GREY, duration
from tui.widgets.canvas import Fitted
from tui.widgets.choices import Choices

_GLYPHS = {
    Phase.IDLE: ("·", GREY),
    Phase.RUNNING: ("◐", ACCENT),
    Phase.DONE: ("✔", GOOD),
    Phase.DRIFTED: ("✘", BAD),
    Phase.FAILED: ("✘", BAD),
    Phase.UNDONE: ("○", GREY),
}
_WORD_STYLES = {Phase.RUNNING: ACCENT, Phase.DRIFTED: BAD, Phase.FAILED: BAD}


class StepList(Choices):
    """One side's steps. Enter is left to the screen, which opens the step's detail."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "page_up", "Page up", show=False),
        Binding("pagedown", "page_down", "Page down", show=False),
    ]

    _rows: tuple[StepRow, ...] = ()

    def show(self, rows: tuple[StepRow, ...], now: float) -> None:
        """Show these rows; the cursor stays where it is."""
        if [row.spec.id for row in self._rows] != [row.spec.id for row in rows]:
            self._rows = ()
            self.set_options([Option("", id=row.spec.id) for row in rows])
            self.highlighted = 0 if rows else None
        shown = self._rows or (None,) * len(rows)
        for index, (before, row) in enumerate(zip(shown, rows, strict=True)):
            if row is not before or row.phase is Phase.RUNNING:
                self.replace_option_prompt_at_index(index, Fitted(partial(step_line, row, now)))
        self._rows = rows

    def select(self, step_id: str) -> None:
        """Move the cursor to that step, if it is here."""
        ids = [option.id for option in self.options]
        if step_id in ids:
            self.highlighted = ids.index(step_id)


def step_line(row: StepRow, now: float, width: int) -> Content:
    """Glyph, title, word and time; the time and then the word give way where it is narrow."""
    glyph, style = ("·", GREY) if row.queued and row.phase is not Phase.RUNNING else _GLYPHS[row.phase]
    word = "waiting" if row.queued and row.phase is Phase.IDLE else row.word
    word = "drifted" if row.phase is Phase.DRIFTED else word
    elapsed = row.elapsed(now)
    shows_time = elapsed is not None and not (row.phase is Phase.RUNNING and elapsed < 1)
    time = duration(elapsed) if shows_time and elapsed is not None and width >= 32 else ""
    end = Content.styled(harmless(word, 16), _WORD_STYLES.get(row.phase, GREY))
    if width >= 32:
        end = end + Content.styled(time.rjust(8), GREY)
    room = max(1, width - 3 - end.cell_length)
    idle = row.phase is Phase.IDLE or row.queued
    title = Content.styled(harmless(row.spec.title, 80), GREY if idle and not row.queued else "").truncate(
        room, ellipsis=True, pad=True
    )
    return Content.assemble((glyph, style), " ", title, " ", end)
