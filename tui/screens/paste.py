"""Takes a token from a person. It is masked while it stands there, kept in memory alone and written nowhere."""

from collections.abc import Iterable

from textual import events, on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from tui.screens.overlay import Overlay
from tui.view.words import GREY

_WHAT = "Paste a token, an Authorization header, a curl command, or what a token endpoint answered."
_FATE = "It stays in memory: nothing is sent, nothing is written."
LIMIT = 200_000  # characters: API Gateway takes 10,240 bytes of headers in all


class _MaskedLine(Input):
    """A masked line that leaves a paste to the screen: it would keep the first of several lines."""

    def on_paste(self, event: events.Paste) -> None:
        """Take nothing of it."""
        event.prevent_default()


class PasteScreen(Overlay[str]):
    """Gives what was pasted or typed, or nothing when the person leaves it."""

    AUTO_FOCUS = "Input"

    def __init__(self) -> None:
        super().__init__("Inspect a token")

    def below(self) -> Iterable[Widget]:
        """A masked line."""
        return (_MaskedLine(placeholder="paste here", password=True, compact=True),)

    def keys(self) -> str:
        """Taking and leaving."""
        return "paste, or type and ⏎ · esc close"

    def draw(self, width: int, revealed: bool) -> Content:
        """What may be given, and what becomes of it."""
        return Content.assemble(_WHAT, "\n", (_FATE, GREY))

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        """Take what was typed."""
        if event.value.strip():
            self.leave(event.value)

    def on_paste(self, event: events.Paste) -> None:
        """Take what was pasted, with all its lines."""
        event.stop()
        if event.text.strip():
            self.leave(event.text[:LIMIT])
