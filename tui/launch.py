"""Opens the app. Only what the first frame needs is imported before it."""

import asyncio
import os
import signal

from tui.wiring import DEFAULT_PROFILE, open_workbench


def run_app(profile: str = DEFAULT_PROFILE) -> int:
    """Run the app on a profile until the person quits; ends the process with the app's exit code."""
    from tui.app import GatelightApp

    app = GatelightApp(
        lambda progress, cancellation: open_workbench(profile, progress=progress, cancellation=cancellation)
    )
    loop = asyncio.new_event_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, app.exit, 128 + number)
    # A loop of our own and a hard end: asyncio's and Python's would wait for threads in which a call still hangs. By
    # then the terminal is restored and the workbench is closed.
    code = app.run(loop=loop)
    os._exit(app.return_code or code or 0)
