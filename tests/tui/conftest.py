"""Fixtures for tests of the app: a fixed clock, a fixed time zone, and an app on a scripted workbench."""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import textual._wait
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.message import Message

from services.errors import GatelightError
from tests.tui.double import NOW, Double, opening
from tests.tui.screen import Stage
from tui.app import GatelightApp
from tui.keymap import Focus

Staging = Callable[..., AbstractAsyncContextManager[Stage]]


@dataclass
class Clock:
    """A clock that only moves when told to."""

    now: float = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="package", autouse=True)
def quick() -> Iterator[None]:
    """Textual looks every 4 ms, not every 20, whether the app is idle, and parses each style once for all apps."""
    parsed: dict[tuple[object, ...], list[RuleSet]] = {}
    parse_rules = Stylesheet._parse_rules

    def once(self: Stylesheet, *arguments: Any, **options: Any) -> list[RuleSet]:
        key = (*self._variables.items(), *arguments, *options.items())
        if key not in parsed:
            parsed[key] = parse_rules(self, *arguments, **options)
        return parsed[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", once)
        patch.setattr(textual._wait, "SLEEP_GRANULARITY", 0.004)
        patch.setattr(textual._wait, "SLEEP_IDLE", 0.0004)
        yield


@pytest.fixture(autouse=True)
def fixed_surroundings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Local times and colours do not depend on the machine."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        patch.delenv("NO_COLOR", raising=False)
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def clock() -> Clock:
    """The app's clock."""
    return Clock()


@pytest.fixture
def stage(clock: Clock) -> Staging:
    """Opens the app on a double: `async with stage(double) as on:`."""

    @asynccontextmanager
    async def staging(
        double: Double | None = None,
        *,
        size: tuple[int, int] = (160, 45),
        fails: GatelightError | None = None,
        opened: bool = True,
    ) -> AsyncIterator[Stage]:
        double = double or Double()
        app = GatelightApp(opening(double, fails=fails), clock=clock)
        messages: list[Message] = []
        async with app.run_test(size=size, message_hook=messages.append, notifications=True) as pilot:
            on = Stage(app, pilot, double, messages)
            if opened and fails is None:
                await on.until(lambda: bool(on.board.rows) and on.board.focus_kind is Focus.STEPS)
            yield on

    return staging
