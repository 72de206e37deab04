"""A long text in full."""

from collections.abc import Callable
from dataclasses import replace

from textual.content import Content

from tui.screens.overlay import Overlay
from tui.view import token_text
from tui.view.states import TokenView


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


def token_screen(state: TokenView) -> TextScreen:
    """Everything about the token in hand."""
    return TextScreen("Token", lambda _, revealed: token_text.whole(replace(state, revealed=revealed)))
