"""What every screen may ask of the app: the time, whether secrets are shown, and the terminal's clipboard."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.app import App
from textual.reactive import reactive
from textual.timer import Timer

if TYPE_CHECKING:
    from tui.profiles import Profiles

SECRETS_SHOWN_SECONDS = 10


class Host(App[int]):
    """The app without its screens. `clock` gives seconds since 1970, UTC."""

    revealed: reactive[bool] = reactive(False)
    secrets_for: reactive[int] = reactive(0)

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.clock = clock
        self.profiles: Profiles | None = None
        self._hide_at = 0.0
        self._hiding: Timer | None = None

    def action_reveal(self) -> None:
        """Show secrets for ten seconds; hide them at once when they are shown."""
        self._hide_at = 0.0 if self.revealed else self.clock() + SECRETS_SHOWN_SECONDS
        if self._hiding is None:
            self._hiding = self.set_interval(1, self.hide_secrets_when_due)
        self.hide_secrets_when_due()

    def hide_secrets_when_due(self) -> None:
        """Count down, and hide the secrets at the end."""
        self.secrets_for = max(0, round(self._hide_at - self.clock()))
        self.revealed = self.secrets_for > 0
        if not self.revealed and self._hiding is not None:
            self._hiding.stop()
            self._hiding = None

    def copy(self, text: str) -> None:
        """Send `text` to the terminal's clipboard (OSC 52), and claim no more: the terminal does not answer."""
        self.copy_to_clipboard(text)
        self.notify("Sent to the terminal's clipboard.", timeout=3, markup=False)
