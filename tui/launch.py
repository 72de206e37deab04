"""Opens the app. Only what the first frame needs is imported before it."""

import asyncio
import gc
import os
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

from services import log
from services.cancel import Cancellation
from services.person import Person
from services.profile.secrets import Memory
from tui.wiring import DEFAULT_PROFILE, open_workbench

if TYPE_CHECKING:
    from services.workbench import Workbench
    from tui.desk import OpenWorkbench


def run_app(profile: str = DEFAULT_PROFILE, *, read_only: bool = False, log_level: str = "") -> int:
    """Run the app on a profile until the person quits; ends the process with the app's exit code.

    With `read_only` it can change nothing. `log_level` is one of `services.log.LEVELS`, empty for the target's own.
    """
    gc.disable()  # collecting while everything is imported and built costs a sixth of the time to the first frame
    from tui.app import GatelightApp
    from tui.profiles import Profiles

    memory: Memory = {}

    def opening(name: str) -> "OpenWorkbench":
        def open_behind_the_first_frame(
            progress: Callable[[str], None], cancellation: Cancellation, person: Person
        ) -> "Workbench":
            gc.enable()
            if problem := log.start(log_level):
                progress(f"no log is written: {problem}")
            workbench = open_workbench(
                name, progress=progress, cancellation=cancellation, person=person, memory=memory, read_only=read_only
            )
            # What is loaded by now stays: going through all of it again and again would hold up the screen for 100 ms.
            gc.freeze()
            return workbench

        return open_behind_the_first_frame

    app = GatelightApp(opening(profile), profiles=Profiles(profile, opening, memory))
    loop = asyncio.new_event_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, app.exit, 128 + number)
    # A loop of our own and a hard end: asyncio's and Python's would wait for threads in which a call still hangs. By
    # then the terminal is restored and the workbench is closed.
    code = app.run(loop=loop)
    os._exit(app.return_code or code or 0)
