"""The tokens of this session, in memory alone: those that were got, and those that were pasted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from services.redact import Secret

if TYPE_CHECKING:
    from services.diagnosis.inspection import TokenInspection
    from services.workbench import Inspection

KEPT = 20

Examine = Callable[[float], "TokenInspection"]


@dataclass(slots=True)
class SeenToken:
    """One token. `report` is what was found last, None before the first time; `stale` once it came again since."""

    secret: Secret
    examine: Examine = field(repr=False)
    report: "TokenInspection | None" = None
    stale: bool = True

    def look(self, now: float) -> None:
        """Look at it once more, at `now` in seconds since 1970, UTC. Blocks."""
        self.stale = False
        self.report = self.examine(now)


class SeenTokens:
    """At most `KEPT` tokens, the oldest first; one that comes again keeps its place."""

    def __init__(self) -> None:
        self.entries: list[SeenToken] = []

    def arrived(self, inspection: "Inspection") -> None:
        """A token was got, or held against the rules once more."""
        self._add(SeenToken(inspection.token.secret, inspection.report))

    def pasted(self, text: str, inspect_text: Callable[[str, float], "TokenInspection"]) -> int:
        """A person pasted a token; its place."""
        return self._add(SeenToken(Secret(text), lambda now: inspect_text(text, now)))

    def place_of(self, secret: Secret) -> int | None:
        """Where a token stands; None when it was never seen, or too long ago."""
        return next((index for index, entry in enumerate(self.entries) if entry.secret == secret), None)

    def _add(self, entry: SeenToken) -> int:
        place = self.place_of(entry.secret)
        if place is not None:
            before = self.entries[place]
            before.examine, before.stale = entry.examine, True
            return place
        self.entries = [*self.entries, entry][-KEPT:]
        return len(self.entries) - 1
