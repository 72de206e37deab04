"""How old what a profile has made may become before it is reminded of."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.profile.model import Profile
from services.provisioning.step import Outcome, Record

LIVE_AGE = "24h"
"""What counts on a live profile that says nothing: a workshop's day. A sandbox ends by itself."""

_AGE = re.compile(r"(\d+)([mhd])")
_SECONDS = {"m": 60, "h": 3600, "d": 86_400}


@dataclass(frozen=True, slots=True)
class Overdue:
    """The oldest of it was made at `since` (seconds since 1970), and `limit` is what the profile allows: "8h"."""

    since: float
    limit: str


def overdue(profile: Profile, records: Iterable[Record], now: float) -> Overdue | None:
    """Whether anything that was created or changed is older than the profile allows at `now`, in seconds since 1970."""
    limit = profile.max_age or (LIVE_AGE if profile.target == "live" else "never")
    match = _AGE.fullmatch(limit)
    made = [since for record in records if (since := _since(record)) is not None]
    if match is None or not made:
        return None
    allowed = int(match[1]) * _SECONDS[match[2]]
    return Overdue(min(made), limit) if now - min(made) > allowed else None


def _since(record: Record) -> float | None:
    if record.outcome not in (Outcome.CREATED, Outcome.CHANGED):
        return None
    try:
        return datetime.fromisoformat(record.since).timestamp()
    except ValueError:  # an older Gatelight kept no times
        return None
