"""A login through a browser while it is under way, for whoever shows it to the person."""

from collections.abc import Callable
from dataclasses import dataclass

from services.redact import Secret


@dataclass(frozen=True, slots=True)
class Visit:
    """Where the login begins and how it can end. `url` is for a browser anywhere, for this person alone.

    `paste` takes the address a browser ended at, where that cannot come back by itself; it raises ExpectationFailed for
    one that is no answer to this login, and may be called again. `note` is what the browser needs, where it needs more.
    """

    url: Secret
    opened: bool  # whether a browser was opened here
    seconds: float  # how long the answer is waited for
    paste: Callable[[str], None]
    note: str = ""


Attend = Callable[[Visit], None]
