"""One of the two answers of the gateway, side by side with the other."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive

from tui.view import answer_text
from tui.view.states import AnswerView
from tui.widgets.canvas import Canvas


class AnswerPane(VerticalScroll):
    """Status, time, headers and body of one call; the border says at a glance how it went."""

    state: reactive[AnswerView | None] = reactive(None)

    def __init__(self, pane_id: str) -> None:
        super().__init__(id=pane_id)

    def compose(self) -> ComposeResult:
        """One text."""
        yield Canvas()

    def watch_state(self, state: AnswerView | None) -> None:
        """Paint the new state."""
        if state is None:
            return
        status = state.answer.status if state.answer else None
        self.set_class(status is not None and status < 400, "-accepted")
        self.set_class((status is not None and status >= 400) or state.error is not None, "-refused")
        self._name_border(state)
        self.query_one(Canvas).paint(lambda width: answer_text.text(state, width))
        self.scroll_home(animate=False)

    def on_resize(self) -> None:
        """The border's words depend on the width."""
        if self.state is not None:
            self._name_border(self.state)

    def _name_border(self, state: AnswerView) -> None:
        width = max(20, self.size.width - 4)
        self.border_title = Content(answer_text.title(state, width))
        self.border_subtitle = Content(answer_text.subtitle(state, width))
