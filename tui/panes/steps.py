"""The steps of one side, with the selected one explained below."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import OptionList

from services.provisioning.step import Side
from tui.safe import harmless
from tui.view import wire
from tui.view.step_text import summary
from tui.view.steps import Phase, StepRow, StepsView
from tui.view.words import ACCENT, GREY, duration
from tui.widgets.canvas import Canvas
from tui.widgets.step_list import StepList

TITLES = {Side.FUSIONAUTH: "FusionAuth", Side.AWS: "AWS"}


class StepsPane(Vertical):
    """FusionAuth and AWS alike: a list that ticks, and the detail of the selected step."""

    state: reactive[StepsView | None] = reactive(None)

    def __init__(self, side: Side) -> None:
        super().__init__(id=side.value)
        self.border_title = TITLES[side]
        self._now = 0.0
        self._explained: StepRow | None = None

    def compose(self) -> ComposeResult:
        """The list, and the detail."""
        yield StepList(compact=True, markup=False)
        yield Canvas(classes="detail")

    @property
    def steps(self) -> StepList:
        """The list."""
        return self.query_one(StepList)

    @property
    def selected(self) -> StepRow | None:
        """The step under the cursor; None while there are none."""
        index = self.steps.highlighted
        return self.state.rows[index] if self.state and self.state.rows and index is not None else None

    def show(self, state: StepsView, now: float) -> None:
        """Show `state` as it is at `now` (the clock of the steps)."""
        self._now = now
        if state == self.state:
            self._paint_rows(state)
        self.state = state

    def watch_state(self, state: StepsView | None) -> None:
        """Paint the new state."""
        if state is None:
            return
        self.set_class(any(row.phase is Phase.FAILED for row in state.rows) or state.error is not None, "-broken")
        self.set_class(not state.rows, "-empty")
        self.border_subtitle = Content(_subtitle(state))
        self._paint_rows(state)
        if self.selected is not self._explained or not state.rows:
            self.paint_detail()

    def paint_detail(self) -> None:
        """Show the selected step, or what stands there while there are none."""
        detail = self.query_one(".detail", Canvas)
        row, state = self.selected, self.state
        self._explained = row
        if row is not None:
            detail.paint(lambda width: summary(row, width))
        elif state is not None:
            detail.paint(lambda _: _start_up(state))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """The cursor moved: explain the step it is on (and let the screen know, whose keys depend on it)."""
        self.paint_detail()

    def _paint_rows(self, state: StepsView) -> None:
        self.steps.show(state.rows, self._now)


def _subtitle(state: StepsView) -> str:
    if not state.rows or state.began is None:
        return f"{state.done_count} of {len(state.rows)}" if state.done_count else ""
    took = "" if state.ended is None else f" · {duration(state.ended - state.began)}"
    return f"{state.done_count} of {len(state.rows)}{took}"


def _start_up(state: StepsView) -> Content:
    """What is being started, line by line; or why it could not be."""
    if state.error is not None:
        return wire.error(state.error) + Content.assemble("\n\n", ("p", f"bold {ACCENT}"), " try again")
    lines = [Content.assemble(("✔ ", "$success"), (harmless(line, 120), GREY)) for line in state.progress[:-1]]
    lines += [Content.assemble(("◐ ", ACCENT), harmless(line, 120)) for line in state.progress[-1:]]
    return Content("\n").join(lines)
