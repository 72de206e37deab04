"""The sentence that reminds of what has been standing for longer than it should."""

from typing import TYPE_CHECKING

from tui.safe import harmless
from tui.view.words import distance

if TYPE_CHECKING:
    from services.provisioning.age import Overdue


def reminder(old: "Overdue", profile: str, now: float) -> str:
    """How old it is, what the profile allows, and what takes it back; `now` in seconds since 1970."""
    name = harmless(profile, 60)
    age = distance(old.since - now)
    what = f"What the profile “{name}” made is from {age}, and its max_age is {old.limit}."
    return f"{what} gatelight down --profile {name} takes it back."
