"""Asks for the code of a second factor. It goes to FusionAuth once and is kept nowhere."""

from collections.abc import Iterable

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from tui.safe import harmless
from tui.screens.overlay import Overlay
from tui.view.words import GREY

_FATE = "FusionAuth gets it once; Gatelight keeps it nowhere."


class CodeScreen(Overlay[str]):
    """Gives the code, or nothing when the person gives up."""

    AUTO_FOCUS = "Input"

    def __init__(self, question: str) -> None:
        super().__init__("Second factor")
        self._question = question

    def below(self) -> Iterable[Widget]:
        """A line for the code."""
        return (Input(placeholder="the code", compact=True),)

    def keys(self) -> str:
        """Giving the code, and giving up."""
        return "⏎ give the code · esc give up"

    def draw(self, width: int, revealed: bool) -> Content:
        """What is asked."""
        return Content.assemble(harmless(self._question, 300), "\n", (_FATE, GREY))

    @on(Input.Submitted)
    def give(self, event: Input.Submitted) -> None:
        """Give the code, once there is one."""
        if event.value.strip():
            self.leave(event.value)
