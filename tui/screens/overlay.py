"""What opens over the main screen: one scrolling window that Escape closes."""

from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar, TypeVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget

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
        self._ending = False
        self._left = False

    def compose(self) -> ComposeResult:
        """The window and its text."""
        with VerticalScroll(classes=f"window {self.classes_of_window}") as window:
            window.border_title = Content(self._title)
            window.border_subtitle = Content(self.keys())
            yield Canvas()
            yield from self.below()

    def below(self) -> Iterable[Widget]:
        """What stands in the window below its text."""
        return ()

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

    def end(self) -> None:
        """Close without a result because there is nothing to wait for any more, as soon as nothing lies above."""
        self._ending = True
        self.on_screen_resume()

    def on_screen_resume(self) -> None:
        """What lay above is gone."""
        if self._ending and self.app.screen is self:
            self.leave(None)

    def leave(self, result: Result | None) -> None:
        """Close with a result, once: the person and the work behind may come to it at the same moment."""
        if not self._left:
            self._left = True
            self.dismiss(result)

    def action_leave(self) -> None:
        """Close without a result."""
        self.leave(None)
