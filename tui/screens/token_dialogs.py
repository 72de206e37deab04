"""What a way to a token asks of the person while it is under way: a code, or a login in a browser."""

from collections.abc import Callable

from textual.screen import Screen

from tui.messages import CodeWanted, VisitBegan
from tui.screens.code import CodeScreen
from tui.screens.overlay import Overlay
from tui.screens.visit import VisitScreen


class TokenDialogs:
    """At most one dialog at a time. Leaving it cancels the work that waits behind it."""

    def __init__(self, screen: Screen[None], cancel: Callable[[], None]) -> None:
        self._screen = screen
        self._cancel = cancel
        self._open: Overlay[str] | Overlay[None] | None = None

    def ask_code(self, message: CodeWanted) -> None:
        """Ask for the code that the login waits for."""
        dialog = CodeScreen(message.question)

        def answered(code: str | None) -> None:
            if self._was_open(dialog):
                if code is None:
                    self._cancel()
                else:
                    message.give(code)

        self._open = dialog
        self._screen.app.push_screen(dialog, answered)

    def show_visit(self, message: VisitBegan) -> None:
        """Show the login in a browser that is waited for."""
        dialog = VisitScreen(message.visit)

        def left(_: None) -> None:
            if self._was_open(dialog):
                self._cancel()

        self._open = dialog
        self._screen.app.push_screen(dialog, left)

    def close(self) -> None:
        """The work is over, however it ended."""
        dialog, self._open = self._open, None
        if dialog is not None:
            dialog.end()

    def _was_open(self, dialog: object) -> bool:
        """Whether the person left it, rather than the work that ended."""
        was_open, self._open = self._open is dialog, None
        return was_open
