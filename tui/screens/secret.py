"""Takes a secret from a person. It is masked while it stands there; where it is kept is said before, and chosen."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from services.errors import GatelightError
from services.profile.secrets import Given, Place, Wanted, usable
from services.redact import Secret
from tui.safe import harmless
from tui.screens.overlay import Overlay
from tui.view import wire
from tui.view.words import ACCENT, GREY


class SecretScreen(Overlay[Given]):
    """Gives the secret and whether the keyring shall keep it, or nothing when the person leaves."""

    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,shift+tab", "other_place", "Keep it elsewhere", show=False, priority=True),
        Binding("v", "nothing", show=False),  # what is typed is never shown
    ]

    def __init__(self, wanted: Wanted) -> None:
        super().__init__(harmless(f"{wanted.profile}: {wanted.title}", 70))
        self._wanted = wanted
        self._keep = bool(wanted.keyring)
        self._problem: GatelightError | None = None

    def below(self) -> Iterable[Widget]:
        """A masked line."""
        return (Input(placeholder="type or paste it", password=True, compact=True),)

    def keys(self) -> str:
        """Giving it, choosing its place, leaving."""
        return "⏎ use it · " + ("tab where it is kept · " if self._wanted.keyring else "") + "esc give up"

    def draw(self, width: int, revealed: bool) -> Content:
        """Where it will be kept, and what was wrong with the last one."""
        keyring = self._wanted.keyring
        parts = [Content(self._why()), Content("")]
        if keyring:
            parts += [
                _choice(self._keep, f"keep it in the keyring ({harmless(keyring, 60)})"),
                _choice(not self._keep, "hold it in memory alone, until Gatelight ends"),
            ]
        else:
            why = harmless(self._wanted.obstacle, 200)
            parts += [
                _choice(True, "held in memory alone, until Gatelight ends"),
                Content.styled(f"  It cannot be kept: {why}.", GREY),
            ]
        if self._problem is not None:
            parts += [Content(""), wire.error(self._problem)]
        return Content("\n").join(parts)

    def _why(self) -> str:
        where = self._wanted.where
        if where.place is Place.NOWHERE:
            return f"It lives nowhere yet: the profile “{self._wanted.profile}” needs it to go on."
        return f"It lives here now: {harmless(where.sentence, 200)}. The new one takes its place."

    def action_other_place(self) -> None:
        """Choose the other place, where there is one."""
        self._keep = bool(self._wanted.keyring) and not self._keep
        self.paint()

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        """Take it, if it can be used at all."""
        try:
            self.leave(Given(usable(self._wanted.name, Secret(event.value)), self._keep))
        except GatelightError as error:
            self._problem = error
            self.paint()


def _choice(chosen: bool, text: str) -> Content:
    return Content.assemble(("● " if chosen else "○ ", ACCENT if chosen else GREY), (text, "" if chosen else GREY))
