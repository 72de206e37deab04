"""How long a promised time is on a machine that has other things to do."""

import os


def within(seconds: float) -> float:
    """As many seconds as work of `seconds` takes now: more where more processes want to run than there are cores."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
