"""The person's browser, where there is one on this machine."""

import os
import subprocess
import sys
from contextlib import suppress

_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
_OPENER = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"
_SECONDS = 5.0  # a browser that has not said by then that it cannot start is taken as open


def has_browser() -> bool:
    """Whether a browser of the person's can be opened from here: not over SSH, nor on a Linux without a screen."""
    if any(os.environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY")):
        return False
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in _SCREENS)


def open_apart(url: str) -> bool:
    """Open `url`, which holds nothing secret, in a browser that cannot write to this terminal; False if there is none.

    The opening has a process of its own: a browser's chatter, or one made for terminals, would spoil the screen.
    """
    nowhere = subprocess.DEVNULL
    try:
        opener = subprocess.Popen(
            (sys.executable, "-c", _OPENER, url), stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True
        )
    except OSError:
        return False
    with suppress(subprocess.TimeoutExpired):
        return opener.wait(_SECONDS) == 0
    return True
