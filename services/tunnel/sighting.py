"""A tunnel as somebody who watches it has seen it."""

from dataclasses import dataclass

from services.tunnel.provider import Health
from services.tunnel.visit import Visit


@dataclass(frozen=True, slots=True)
class Sighting:
    """A tunnel as it was last seen. `former_url` is the address it had before, where that changed while it was watched.

    `losses` counts lost sessions; `slept` is how many seconds the machine slept before `woke_at`, both 0 where it did
    not. `visits` are those of others, the latest first. Times are in seconds since the epoch.
    """

    health: Health
    url: str = ""
    former_url: str = ""
    losses: int = 0
    slept: float = 0.0
    woke_at: float = 0.0
    visits: tuple[Visit, ...] = ()
