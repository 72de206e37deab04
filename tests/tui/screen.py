"""What a test sees of the running app, and how it waits for it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from textual.message import Message
from textual.pilot import Pilot

from tests.tui.double import Double
from tui.app import GatelightApp
from tui.panes.board import Board
from tui.screens.main import MainScreen
from tui.widgets.canvas import Canvas
from tui.widgets.keybar import KeyBar

PATIENCE_SECONDS = 20.0


@dataclass
class Stage:
    """The app under test with its pilot and its workbench."""

    app: GatelightApp
    pilot: Pilot[int]
    double: Double = field(default_factory=Double)
    messages: list[Message] = field(default_factory=list)

    @property
    def main(self) -> MainScreen:
        """The main screen, also while something covers it."""
        screen = self.app.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    @property
    def board(self) -> Board:
        """The board of the main screen."""
        return self.main.board

    @property
    def keys(self) -> str:
        """The key bar's text."""
        return self.main.query_one(KeyBar).query_one("#keys", Canvas).text

    def shown(self) -> str:
        """Every cell of the terminal, line by line."""
        return "\n".join(
            "".join(segment.text for segment in strip) for strip in self.app.screen._compositor.render_strips()
        )

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for a condition."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while not holds():
            assert asyncio.get_running_loop().time() < deadline, self.shown()
            await self.pilot.pause(0.01)
        await self.pilot.pause()

    async def until_shown(self, text: str) -> None:
        """Wait until a text stands on the screen."""
        await self.until(lambda: text in self.shown())

    async def press(self, *keys: str) -> None:
        """Press keys and let the app settle."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def idle(self) -> None:
        """Wait until no work is under way."""
        await self.until(lambda: self.main.situation.job is None)

    async def provision(self) -> None:
        """Provision; on a live profile that is agreeing to its plan."""
        await self.press("p")
        await self.idle()
        if len(self.app.screen_stack) > 1:
            await self.until_shown("nothing is changed yet")
            await self.press("enter")
            await self.idle()

    async def story(self) -> None:
        """Provision, get a token, call."""
        await self.provision()
        for key in "tc":
            await self.press(key)
            await self.idle()
        await self.until(lambda: self.board.strip.state.agreement is not None)
