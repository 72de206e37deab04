"""Where each secret of a profile lives, never what it is: Enter gives a new one, x removes what is kept."""

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets.option_list import Option

from services.errors import GatelightError
from services.profile.secrets import FACTS, Given, Memory, Place, SecretName, SecretStore, Wanted, Whereabouts
from tui.safe import harmless
from tui.screens.overlay import Overlay
from tui.screens.secret import SecretScreen
from tui.view import wire
from tui.view.words import GREY
from tui.widgets.canvas import Canvas
from tui.widgets.choices import Choices

_LOOKING = "Looking where they live …"


class SecretsFound(Message):
    """Where each one lives now; `problem` says what could not be done before."""

    def __init__(self, places: dict[SecretName, Whereabouts], problem: GatelightError | None) -> None:
        super().__init__()
        self.places = places
        self.problem = problem


class ProfileSecretsScreen(Overlay[None]):
    """The secrets of one live profile."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "change", "Change", show=False, priority=True),
        Binding("x", "remove", "Remove", show=False),
    ]

    def __init__(self, profile: str, memory: Memory) -> None:
        super().__init__(f"Secrets of {profile}")
        self._store = SecretStore(profile, memory=memory)
        self._places: dict[SecretName, Whereabouts] = {}
        self._problem: GatelightError | None = None

    def compose(self) -> ComposeResult:
        """The list, and below it what becomes of a new one."""
        with Vertical(classes="window") as window:
            window.border_title = Content(self._title)
            window.border_subtitle = Content(self.keys())
            yield Choices(markup=False)
            yield Canvas()

    def on_mount(self) -> None:
        """Have them looked for."""
        super().on_mount()
        self.query_one(Choices).focus()
        self._look()

    def keys(self) -> str:
        """Changing, removing, closing."""
        return "↑↓ choose · ⏎ give a new one · x remove · esc close"

    def draw(self, width: int, revealed: bool) -> Content:
        """What could not be done, or what the keyring is."""
        if self._problem is not None:
            return wire.error(self._problem)
        if not self._places:
            return Content.styled(_LOOKING, GREY)
        vault = self._store.vault
        if vault.obstacle:
            return Content.styled(f"Nothing can be kept: {harmless(vault.obstacle, 200)}.", GREY)
        order = "The environment comes first, then memory, then the keyring."
        return Content.styled(f"{order} A new one counts from the next opening of the profile.", GREY)

    def action_change(self) -> None:
        """Take a new value for the one under the cursor."""
        name = self._selected
        if name is None:
            return
        vault = self._store.vault
        wanted = Wanted(self._store.profile, name, FACTS[name].title, vault.title, vault.obstacle, self._places[name])

        def given(answer: Given | None) -> None:
            if answer is not None and answer.secret:
                self._change(name, answer)

        self.app.push_screen(SecretScreen(wanted), given)

    def action_remove(self) -> None:
        """Remove the one under the cursor from the keyring and from memory; the environment and files stay."""
        name = self._selected
        if name is not None and self._places[name].place in (Place.KEYRING, Place.MEMORY):
            self._remove(name)

    def on_secrets_found(self, message: SecretsFound) -> None:
        """Show them."""
        message.stop()
        self._places, self._problem = message.places, message.problem
        options = self.query_one(Choices)
        at = min(options.highlighted or 0, len(self._places) - 1)
        options.set_options([Option(_row(name, place)) for name, place in self._places.items()])
        options.highlighted = at
        self.paint()

    @work(thread=True, exclusive=True, group="secrets")
    def _look(self, problem: GatelightError | None = None) -> None:
        self._tell(problem)

    @work(thread=True, exclusive=True, group="secrets")
    def _change(self, name: SecretName, given: Given) -> None:
        try:
            if given.keep:
                self._store.keep(name, given.secret)
            else:
                self._store.remember(name, given.secret)
        except GatelightError as error:
            self._tell(error)
            return
        self._tell(None)

    @work(thread=True, exclusive=True, group="secrets")
    def _remove(self, name: SecretName) -> None:
        try:
            self._store.forget(name)
        except GatelightError as error:
            self._tell(error)
            return
        self._tell(None)

    def _tell(self, problem: GatelightError | None) -> None:
        self.post_message(SecretsFound({name: self._store.find(name)[1] for name in SecretName}, problem))

    @property
    def _selected(self) -> SecretName | None:
        index = self.query_one(Choices).highlighted
        names = list(self._places)
        return names[index] if index is not None and index < len(names) else None


def _row(name: SecretName, place: Whereabouts) -> Content:
    return Content.assemble(FACTS[name].title.ljust(22), " ", (harmless(place.sentence, 120), GREY))
