"""Asks before something is done, and names everything that will be."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from tui.screens.overlay import Overlay


class ConfirmScreen(Overlay[bool]):
    """Shows what would be done; `key` does it, Escape does not."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "accept('y')", "Yes", show=False),
        Binding("enter", "accept('enter')", "Yes", show=False),
        Binding("n", "leave", "No", show=False),
    ]

    def __init__(self, title: str, text: Content, *, verb: str, key: str, dangerous: bool = False) -> None:
        super().__init__(title)
        self._text = text
        self._verb = verb
        self._key = key
        self.classes_of_window = "-dangerous" if dangerous else ""

    def keys(self) -> str:
        """The key that does it, and the one that does not."""
        return f"{'⏎' if self._key == 'enter' else self._key} {self._verb} · esc leave it"

    def draw(self, width: int, revealed: bool) -> Content:
        """What would be done."""
        return self._text

    def action_accept(self, key: str) -> None:
        """Do it, if this is the key that was named."""
        if key == self._key:
            self.dismiss(True)

    def action_leave(self) -> None:
        """Leave everything as it is."""
        self.dismiss(False)
