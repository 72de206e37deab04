"""A long text in full."""

from collections.abc import Callable

from textual.content import Content

from tui.screens.overlay import Overlay


class TextScreen(Overlay[None]):
    """Shows what `draw(width, revealed)` makes."""

    classes_of_window = "-whole"

    def __init__(self, title: str, draw: Callable[[int, bool], Content]) -> None:
        super().__init__(title)
        self._draw = draw

    def keys(self) -> str:
        """Closing, and revealing."""
        return "↑↓ scroll · v reveal · esc close"

    def draw(self, width: int, revealed: bool) -> Content:
        """The text."""
        return self._draw(width, revealed)
