"""Times and lengths of time, as sentences say them."""

from datetime import UTC, datetime

from services.gateway.rules import is_number
from services.visible import quoted


def moment_text(seconds: float) -> str:
    """A time in seconds since the epoch as a date, in UTC; as it is where no calendar has it."""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (ValueError, OverflowError, OSError):
        return quoted(f"{seconds:g}")


def duration_text(seconds: float) -> str:
    """A length of time in its largest unit."""
    for length, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= length:
            count = int(min(seconds, 1e12) // length)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    count = int(max(0.0, seconds))
    return f"{count} second{'' if count == 1 else 's'}"


def seconds_of(value: object) -> float:
    """A claim's time as a number; 0 where it is none."""
    if not is_number(value):
        return 0.0
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        return float("inf")
