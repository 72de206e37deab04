"""`make picture`: draws docs/screen.svg from the real app, after the whole story has run on a sandbox of its own."""

import asyncio
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tui.app import GatelightApp
from tui.keymap import Situation
from tui.screens.main import MainScreen
from tui.wiring import DEFAULT_PROFILE, open_workbench

TARGET = Path(__file__).with_name("screen.svg")
SIZE = (160, 45)
DEADLINE = 60.0  # seconds for each part of the story
_FONT_FACES = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
_FONTS = 'ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace'


async def draw() -> str:
    """Provision, get a token and call the gateway in the app, and return its screen as SVG."""
    app = GatelightApp(
        lambda progress, cancellation, _: open_workbench(DEFAULT_PROFILE, progress=progress, cancellation=cancellation)
    )
    async with app.run_test(size=SIZE) as pilot:
        screen = app.screen
        if not isinstance(screen, MainScreen):
            raise TypeError("The app did not open on its main screen.")

        async def until(what: str, holds: Callable[[Situation], bool]) -> None:
            end = time.monotonic() + DEADLINE
            while not (screen.situation.idle and holds(screen.situation)):
                if time.monotonic() > end:
                    raise TimeoutError(f"The app did not come to this in time: {what}.")
                await pilot.pause(0.05)

        await until("open", lambda _: True)
        for key, what, holds in (
            ("p", "provisioned", lambda now: now.aws_ready and not now.steps_left),
            ("t", "a token", lambda now: now.token),
            ("c", "401 and 200", lambda _: _answered(screen)),
        ):
            await pilot.press(key)
            await until(what, holds)
        await until("agreement", lambda _: _holds(screen))
        await pilot.pause()
        return app.export_screenshot(title="gatelight")


def _answered(screen: MainScreen) -> bool:
    state = screen.board.with_token.state
    return state is not None and state.answer is not None


def _holds(screen: MainScreen) -> bool:
    agreement = screen.board.strip.state.agreement
    return agreement is not None and agreement.holds is True


def self_contained(svg: str) -> str:
    """The picture without fonts from elsewhere: it loads nothing, and every reader has a font of fixed width."""
    return re.sub(r"font-family: ?(Fira Code|arial)[^;]*;", f"font-family: {_FONTS};", _FONT_FACES.sub("", svg))


def main() -> int:
    """Draw the picture in folders that are thrown away."""
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["GATELIGHT_STATE_DIR"] = f"{temporary}/state"
        os.environ["GATELIGHT_CONFIG_DIR"] = f"{temporary}/config"
        TARGET.write_text(self_contained(asyncio.run(draw())) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
