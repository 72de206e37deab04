"""Opens the app. Only what the first frame needs is imported before it."""

import os

from tui.wiring import DEFAULT_PROFILE, open_workbench


def run_app(profile: str = DEFAULT_PROFILE) -> int:
    """Run the app on a profile until the person quits, and return its exit code."""
    from tui.app import GatelightApp

    app = GatelightApp(
        lambda progress, cancellation: open_workbench(profile, progress=progress, cancellation=cancellation)
    )
    code = app.run()
    # Nobody waits for a call that still hangs in a thread: the terminal is restored, the workbench is closed.
    os._exit(app.return_code or code or 0)
