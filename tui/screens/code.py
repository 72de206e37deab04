"""Asks for the code of a second factor. It goes to FusionAuth once and is kept nowhere."""

from collections.abc import Iterable

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from tui.safe import harmless
from tui.screens.overlay import Overlay
from tui.view.words import GREY

_FATE = "{} gets it once; Gatelight keeps it nowhere."
MFA_SECONDS = 120.0


class CodeScreen(Overlay[str]):
    """Gives the code, or nothing when the person gives up."""

    AUTO_FOCUS = "Input"

    def __init__(self, question: str, *, recipient: str = "FusionAuth", seconds: float | None = None) -> None:
        """`recipient` is who gets the code; after `seconds` the person is taken to have given up."""
        super().__init__("Second factor")
        self._question = question
        self._recipient = recipient
        self._seconds = seconds

    def on_mount(self) -> None:
        """Wait no longer than the work does."""
        super().on_mount()
        if self._seconds is not None:
            self.set_timer(self._seconds, self.action_leave)

    def below(self) -> Iterable[Widget]:
        """A line for the code."""
        return (Input(placeholder="the code", compact=True),)

    def keys(self) -> str:
        """Giving the code, and giving up."""
        return "⏎ give the code · esc give up"

    def draw(self, width: int, revealed: bool) -> Content:
        """What is asked."""
        return Content.assemble(harmless(self._question, 300), "\n", (_FATE.format(self._recipient), GREY))

    @on(Input.Submitted)
    def give(self, event: Input.Submitted) -> None:
        """Give the code, once there is one."""
        if event.value.strip():
            self.leave(event.value)
