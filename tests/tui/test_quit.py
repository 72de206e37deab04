"""Leaving is immediate at any moment and leaves nothing behind."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

from services.cancel import Cancellation
from services.person import Person
from tests.busy import within
from tests.tui.conftest import Staging
from tests.tui.double import Double
from tui.app import GatelightApp


@pytest.mark.parametrize("keys", [(), ("p",), ("p", "question_mark"), ("enter",), ("question_mark",)])
@pytest.mark.parametrize("leave", ["q", "ctrl+q"])
async def test_quitting_closes_the_workbench_whatever_goes_on(
    stage: Staging, keys: tuple[str, ...], leave: str
) -> None:
    double = Double(hold=threading.Event())
    began = time.monotonic()
    async with stage(double) as on:
        await on.press(*keys)
        await on.pilot.press(leave)
        await on.until(lambda: on.app._exit)
        began = time.monotonic()
    assert time.monotonic() - began < within(2)
    assert double.closing.is_set()
    assert on.app.return_value == 0


async def test_quitting_while_the_workbench_opens_closes_it_as_soon_as_it_is_there() -> None:
    double, opening, go_on = Double(), threading.Event(), threading.Event()

    def open_workbench(progress: Callable[[str], None], cancellation: Cancellation, _: Person) -> Double:
        opening.set()
        assert go_on.wait(20)
        assert cancellation.cancelled
        return double

    app = GatelightApp(open_workbench)  # type: ignore[arg-type]
    async with app.run_test() as pilot:
        while not opening.is_set():
            await pilot.pause(0.01)
        await pilot.press("q")
    go_on.set()
    assert await asyncio.to_thread(double.closing.wait, 20)


async def test_an_interrupt_leaves_with_the_code_of_an_interrupted_program(stage: Staging) -> None:
    async with stage() as on:
        await on.pilot.press("ctrl+c")
        await on.until(lambda: on.app._exit)
    assert on.app.return_value == 130


def test_the_app_imports_nothing_heavy_before_its_first_frame() -> None:
    code = "import sys, tui.app; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    heavy = {
        "boto3",
        "botocore",
        "requests",
        "jwt",
        "pyngrok",
        "cryptography",
        "msgspec",
        "click",
        "tomlkit",
        "ministack",
    }
    assert not loaded & heavy
    assert "textual" in loaded
