"""A tunnel in words: the same for a screen and for lines."""

from services.tunnel.provider import Condition
from services.tunnel.publish import Publish
from services.tunnel.sighting import Sighting
from tui.view.words import clock, duration

PUBLISHED = {
    Publish.DISCOVERY: 'discovery and keys alone (tunnel.publish = "everything" in the profile shows the rest too)',
    Publish.EVERYTHING: "all of FusionAuth, its login and admin pages too",
}
_GLYPHS = {Condition.UP: "✔", Condition.CLOSED: "·", Condition.RECONNECTING: "◐"}


def glyph(condition: Condition) -> str:
    """A glyph for a condition, beside its word."""
    return _GLYPHS.get(condition, "✘")


def lost(seen: Sighting) -> str:
    """How often the session was lost; empty where it was not."""
    if not seen.losses:
        return ""
    return f"lost its session {'once' if seen.losses == 1 else f'{seen.losses} times'} since it was opened"


def slept(seen: Sighting, now: float) -> str:
    """That the machine slept, and until when; empty where it did not."""
    return f"slept {duration(seen.slept)}, until {clock(seen.woke_at, now)}" if seen.slept else ""
