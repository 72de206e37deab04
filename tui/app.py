"""The app: one main screen, a theme, a palette of everything that works now, and a quick way out."""

import time
from collections.abc import Callable, Iterable
from functools import partial
from itertools import count
from typing import ClassVar

from textual import on, work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from tui.desk import OpenWorkbench
from tui.host import Host
from tui.keymap import ACTIONS
from tui.messages import ProfileChosen
from tui.profiles import Profiles
from tui.screens.main import MainScreen
from tui.theme import GATELIGHT


class GatelightApp(Host):
    """Returns the exit code."""

    CSS_PATH = "app.tcss"
    TITLE = "gatelight"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True),
        Binding("ctrl+c", "interrupt", "Quit", show=False),
    ]

    def __init__(
        self,
        open_workbench: OpenWorkbench,
        *,
        clock: Callable[[], float] = time.time,
        profiles: Profiles | None = None,
    ) -> None:
        """Without `profiles` the app stays with the workbench it opens."""
        super().__init__(clock=clock)
        self.profiles = profiles
        self.register_theme(GATELIGHT)
        self.theme = GATELIGHT.name
        self._main = MainScreen(open_workbench)
        self._numbers = count(2)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing to reveal before the workbench is open."""
        return self._main.opened if action == "reveal" else True

    def get_default_screen(self) -> Screen[None]:
        """The main screen."""
        return self._main

    @on(ProfileChosen)
    def go_to_profile(self, message: ProfileChosen) -> None:
        """Close what is open, and open the other profile."""
        self._switch(message.name)

    @work(exclusive=True, group="switch")
    async def _switch(self, name: str) -> None:
        if self.profiles is None:
            return
        await self._main.close()
        self.profiles.current = name
        self._main = MainScreen(self.profiles.opening(name))
        # A mode for each profile after the first: one for the first, too, would have all styles read twice before the
        # first frame, and a default screen cannot be switched.
        before, mode = self.screen_stack, f"profile {next(self._numbers)}"
        self.add_mode(mode, lambda: self._main)
        await self.switch_mode(mode)
        for screen in reversed(before):
            await screen.remove()

    async def on_unmount(self) -> None:
        """Close the workbench, whatever it is doing."""
        await self._main.close()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: every action that works now, then the theme and the screenshot."""
        if isinstance(screen, MainScreen):
            for action in ACTIONS:
                if action.scope == "screen" and action.rank and action.works(screen.situation):
                    run = partial(self.run_action, f"screen.{action.id}")
                    yield SystemCommand(action.label, action.explanation, run)
        if self._main.opened:
            yield SystemCommand("Reveal", "Show secrets for ten seconds, or hide them at once.", self.action_reveal)
        yield SystemCommand("Theme", "Choose other colours.", self.action_change_theme)
        yield SystemCommand("Screenshot", "Save the screen as an SVG picture.", self.deliver_screenshot)
        yield SystemCommand("Quit", "Quit at once.", self.action_quit)

    async def action_quit(self) -> None:
        """Leave at once."""
        self.exit(0)

    def action_interrupt(self) -> None:
        """Leave as a program that was interrupted does."""
        self.exit(130)
