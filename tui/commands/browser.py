"""The person's browser: opened where there is one here, and spoken to through the person where there is not."""

import os
import select
import sys
import time
import webbrowser

from services.cancel import Cancellation
from services.errors import ConfigurationError, ExpectationFailed
from services.redact import Secret
from services.tokens.code_flow import PasteBack
from tui.commands.output import Output

_POLL = 0.1  # seconds between looks at the cancellation


def open_browser(url: str) -> bool:
    """Open `url`, which holds nothing secret, in the person's browser; False when there is none."""
    return webbrowser.open(url)


def paste_back(output: Output, cancellation: Cancellation) -> PasteBack:
    """Shows where to log in, and reads the address the browser ended at from standard input."""

    def ask(url: Secret, deadline: float) -> str:
        output.talk("Open this address in a browser and log in. It is for you alone:\n")
        output.talk(f"  {url.reveal()}\n")
        output.talk("Then the browser will say that it cannot reach 127.0.0.1. Copy the whole address out of its")
        output.talk("address bar, paste it here and press Enter:")
        line = _read_line(cancellation, deadline)
        if not line.strip():
            raise ConfigurationError("No address was given.", "Run it again where an address can be pasted.")
        return line

    return ask


def _read_line(cancellation: Cancellation, deadline: float) -> str:
    """A line of standard input, given up when the work is cancelled: what the login registered must be taken back."""
    while time.monotonic() < deadline:
        cancellation.check()
        if os.name != "posix" or select.select([sys.stdin], [], [], _POLL)[0]:
            line = sys.stdin.readline()
            cancellation.check()
            return line
    raise ExpectationFailed("Nobody pasted the address in time.", "Run it again and log in sooner.")
