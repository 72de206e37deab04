"""The tunnel in a report: how it is now, and what that means for the gateway."""

from typing import Any

from services.tunnel.meaning import meaning
from services.tunnel.sighting import Sighting
from tui.commands.output import Output
from tui.safe import harmless
from tui.view.tunnel_words import glyph


def tunnel_document(seen: Sighting) -> dict[str, Any]:
    """A look at the tunnel as data."""
    health = seen.health
    return {
        "public_url": seen.url or None,
        "condition": health.condition.value,
        "sentence": health.sentence,
        "fix": health.fix or None,
        "meaning": meaning(health) or None,
    }


def tell_tunnel(output: Output, seen: Sighting) -> None:
    """A line while it carries; otherwise what is wrong, what to do, and what it means for the gateway."""
    health = seen.health
    output.line(f"{glyph(health.condition)} tunnel {health.condition.value} {harmless(seen.url, 200)}".rstrip())
    if health.carries:
        return
    output.line(f"    {harmless(health.sentence)} {harmless(health.fix)}".rstrip())
    output.line(f"    {meaning(health)}")
