"""The profiles there are: Enter opens one, n makes another."""

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from services.profile.overview import Glance, glance_at_profiles
from tui.profiles import Profiles
from tui.safe import harmless
from tui.screens.overlay import Overlay
from tui.screens.profile_form import ProfileFormScreen
from tui.screens.profile_secrets import ProfileSecretsScreen
from tui.view.words import ACCENT, BAD, GREY
from tui.widgets.canvas import Canvas
from tui.widgets.choices import Choices


class ProfilesRead(Message):
    """Every profile, as its file has it now; the cursor goes to the one named."""

    def __init__(self, glances: tuple[Glance, ...], at: str) -> None:
        super().__init__()
        self.glances = glances
        self.at = at


class ProfilesScreen(Overlay[str]):
    """Gives the name of the profile to open, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", show=False, priority=True),
        Binding("n", "create", "New", show=False),
        Binding("s", "secrets", "Secrets", show=False),
    ]

    def __init__(self, profiles: Profiles) -> None:
        super().__init__("Profiles")
        self._profiles = profiles
        self._glances: tuple[Glance, ...] = ()

    def compose(self) -> ComposeResult:
        """The list, and below it what is to be said of the one under the cursor."""
        with Vertical(classes="window") as window:
            window.border_title = Content(self._title)
            window.border_subtitle = Content(self.keys())
            yield Choices(markup=False)
            yield Canvas()

    def on_mount(self) -> None:
        """Have the files read."""
        super().on_mount()
        self.query_one(Choices).focus()
        self._read(self._profiles.current)

    def keys(self) -> str:
        """Opening, making, closing."""
        return "↑↓ choose · ⏎ open · n new · s secrets · esc close"

    def draw(self, width: int, revealed: bool) -> Content:
        """The one under the cursor."""
        glance = self._selected
        if glance is None:
            return Content("")
        if glance.problem:
            return Content.assemble(("✘ ", BAD), harmless(glance.problem, 600))
        if glance.name == self._profiles.current:
            return Content.styled("This one is open.", GREY)
        if glance.target == "sandbox":
            return Content.styled("Opening it starts a sandbox of its own; what runs now ends.", GREY)
        return Content.styled("Opening it asks AWS who you are, and changes nothing; what runs now ends.", GREY)

    def action_open(self) -> None:
        """Open the one under the cursor, if its file can be used and it is not open already."""
        glance = self._selected
        if glance is None or glance.problem:
            return
        self.leave(None if glance.name == self._profiles.current else glance.name)

    def action_create(self) -> None:
        """Make another, which is then under the cursor."""

        def made(name: str | None) -> None:
            if name:
                self._read(name)

        self.app.push_screen(ProfileFormScreen(self._profiles.memory), made)

    def action_secrets(self) -> None:
        """Show where the secrets of the one under the cursor live, if it has some of its own."""
        glance = self._selected
        if glance is not None and glance.target == "live":
            self.app.push_screen(ProfileSecretsScreen(glance.name, self._profiles.memory))

    def on_profiles_read(self, message: ProfilesRead) -> None:
        """Show them."""
        message.stop()
        self._glances = message.glances
        options = self.query_one(Choices)
        options.set_options([Option(self._row(glance)) for glance in self._glances])
        options.highlighted = next((i for i, glance in enumerate(self._glances) if glance.name == message.at), 0)
        self.paint()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Explain the one under the cursor."""
        event.stop()
        self.paint()

    @property
    def _selected(self) -> Glance | None:
        index = self.query_one(Choices).highlighted
        return self._glances[index] if index is not None and index < len(self._glances) else None

    @work(thread=True, exclusive=True, group="profiles")
    def _read(self, at: str) -> None:
        self.post_message(ProfilesRead(glance_at_profiles(), at))

    def _row(self, glance: Glance) -> Content:
        is_open = glance.name == self._profiles.current
        mark = ("● ", ACCENT) if is_open else ("✘ ", BAD) if glance.problem else ("  ", "")
        aws = " · ".join(part for part in (glance.aws_profile, glance.region) if part)
        place = "cannot be used" if glance.problem else "  ".join(part for part in (glance.fusionauth, aws) if part)
        return Content.assemble(
            mark, harmless(glance.name, 40).ljust(16), " ", (glance.target.ljust(8), GREY), " ", harmless(place, 80)
        )
