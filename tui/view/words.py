"""Numbers and times as people read them."""

from datetime import UTC, datetime

GREY = "$foreground 55%"
GOOD = "$success"
BAD = "$error"
ACCENT = "$accent"

MINUTE, HOUR, DAY = 60, 3600, 86_400


def duration(seconds: float) -> str:
    """How long something took: "12 ms", "1.4 s", "2 min 05 s"."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < MINUTE:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), MINUTE)
    return f"{minutes} min {rest:02} s"


def clock(seconds: float, now: float) -> str:
    """A moment in local time; the date is left out when it is today's. `seconds` and `now` since 1970, UTC."""
    try:
        moment = datetime.fromtimestamp(seconds).astimezone()
    except (ValueError, OverflowError, OSError):
        return "beyond any calendar"
    today = datetime.fromtimestamp(now).astimezone().date()
    return moment.strftime("%H:%M:%S" if moment.date() == today else "%Y-%m-%d %H:%M:%S")


def utc(seconds: float) -> str:
    """A moment in UTC, always with its date; `seconds` since 1970."""
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return "beyond any calendar"
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def distance(seconds: float) -> str:
    """How far away a moment is, coarsely, so that it need not be repainted each second: "in 59 min", "2 h ago"."""
    away = abs(seconds)
    if away < MINUTE:
        return "now" if seconds >= 0 else "just now"
    size, unit = next((size, unit) for size, unit in ((DAY, "days"), (HOUR, "h"), (MINUTE, "min")) if away >= size)
    amount = f"{away // size:.0f} {unit if (unit, away // size) != ('days', 1) else 'day'}"
    return f"in {amount}" if seconds > 0 else f"{amount} ago"


def countdown(seconds: float) -> str:
    """The time left, to the second: "59:41", "2:00:00", "3 days"."""
    whole = max(0, int(seconds))
    if whole >= 2 * DAY:
        return f"{whole // DAY} days"
    hours, rest = divmod(whole, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def shortened(text: str, width: int) -> str:
    """`text`, its end replaced by an ellipsis where it is longer than `width` characters."""
    return text if len(text) <= width else text[: max(0, width - 1)] + "…"


def span(seconds: float) -> str:
    """By how much a moment moved: "12 min 5 s later", "1 day earlier"."""
    away = abs(seconds)
    if away == float("inf"):
        return "later beyond any calendar" if seconds > 0 else "earlier beyond any calendar"
    rest, parts = int(away), []
    for size, unit in ((DAY, "days"), (HOUR, "h"), (MINUTE, "min"), (1, "s")):
        amount, rest = divmod(rest, size)
        if amount:
            parts.append(f"{amount:,} {'day' if (amount, unit) == (1, 'days') else unit}")
    amount_of_time = " ".join(parts[:2]) or "less than a second"
    return f"{amount_of_time} {'later' if seconds > 0 else 'earlier'}"
