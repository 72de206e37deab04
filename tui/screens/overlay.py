"""What opens over the main screen: one scrolling window that Escape closes."""

from abc import abstractmethod
from typing import ClassVar, TypeVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from tui.host import Host
from tui.widgets.canvas import Canvas

Result = TypeVar("Result")


class Overlay(ModalScreen[Result]):
    """A window with a title, its text, and the keys that work in it named on its lower border."""

    app = getters.app(Host)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close", show=False),
        Binding("q", "app.quit", "Quit", show=False),
        Binding("v", "app.reveal", "Reveal", show=False),
    ]
    classes_of_window = ""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def compose(self) -> ComposeResult:
        """The window and its text."""
        with VerticalScroll(classes=f"window {self.classes_of_window}") as window:
            window.border_title = Content(self._title)
            window.border_subtitle = Content(self.keys())
            yield Canvas()

    def on_mount(self) -> None:
        """Show the text, and show it anew whenever secrets are revealed or hidden."""
        self.watch(self.app, "revealed", self.paint)

    def keys(self) -> str:
        """The keys, as the lower border names them."""
        return "esc close"

    @abstractmethod
    def draw(self, width: int, revealed: bool) -> Content:
        """The text for `width` cells."""

    def paint(self) -> None:
        """Show the text."""
        revealed = self.app.revealed
        self.query_one(".window Canvas", Canvas).paint(lambda width: self.draw(width, revealed))

    def action_leave(self) -> None:
        """Close without a result."""
        self.dismiss(None)
