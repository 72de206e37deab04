"""A login through a browser while it waits for its answer: where it begins, how to end it, how long it has."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import events, getters, on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from services.errors import GatelightError
from tui.screens.overlay import Overlay
from tui.view import visit_text, wire
from tui.view.words import ACCENT, GREY, countdown
from tui.widgets.canvas import Canvas

if TYPE_CHECKING:
    from services.tokens.visit import Visit


class VisitScreen(Overlay[None]):
    """Closes by itself when the answer is there; what is pasted into it, anywhere, is taken as the answer."""

    field = getters.query_one(Input)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "Copy the address", show=False),
        Binding("enter", "paste", "Paste the answer", show=False),
        Binding("q", "nothing", show=False),  # an answer pasted key by key must not quit
    ]

    def __init__(self, visit: "Visit") -> None:
        super().__init__("Log in through the browser")
        self._visit = visit
        self._ends = 0.0
        self._problem: GatelightError | None = None

    def below(self) -> Iterable[Widget]:
        """A line for the answer, and the address in its parts."""
        yield Input(placeholder="⏎ then paste: http://127.0.0.1:…", compact=True)
        yield Canvas(id="address")

    def on_mount(self) -> None:
        """Count down."""
        self._ends = self.app.clock() + self._visit.seconds
        super().on_mount()
        self.set_interval(1, self.paint)

    def keys(self) -> str:
        """Taking the address elsewhere, answering, giving up."""
        return "y copy address · v reveal · ⏎ paste answer · esc give up"

    def draw(self, width: int, revealed: bool) -> Content:
        """What is waited for, and what to do where the browser is on another machine."""
        left = countdown(self._ends - self.app.clock())
        parts = [
            Content.assemble(("◐ ", ACCENT), "Waiting for FusionAuth's login page", (f"  {left} left", GREY)),
            Content(""),
            *visit_text.instructions(self._visit),
        ]
        if self._problem is not None:
            parts += [Content(""), wire.error(self._problem)]
        return Content("\n").join(parts)

    def paint(self) -> None:
        """Show the text, and the address as far as it may be seen."""
        super().paint()
        url, revealed = self._visit.url, self.app.revealed
        self.query_one("#address", Canvas).paint(lambda width: visit_text.address(url, width, revealed=revealed))

    def action_copy(self) -> None:
        """Copy the address the login begins at."""
        self.app.copy(self._visit.url.reveal())

    def action_paste(self) -> None:
        """Go to the line for the answer."""
        self.field.focus()

    def action_nothing(self) -> None:
        """Stay."""

    def on_paste(self, event: events.Paste) -> None:
        """A paste that no field took."""
        event.stop()
        self._take(event.text)

    @on(Input.Submitted)
    def submit(self, event: Input.Submitted) -> None:
        """The answer was typed or pasted."""
        self._take(event.value)

    def _take(self, text: str) -> None:
        try:
            self._visit.paste(text)
        except GatelightError as error:
            self._problem = error
            self.field.value = ""
            self.paint()
