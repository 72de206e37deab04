"""When what a profile has made is old enough to be reminded of."""

import pytest

from services.errors import ConfigurationError
from services.profile.model import Profile
from services.profile.store import parse_profile
from services.provisioning.age import Overdue, overdue
from services.provisioning.step import Outcome, Record

MADE = 1_795_676_400.0  # 2026-11-26T07:00:00Z
RECORDS = (
    Record("reach", Outcome.HOLDS, since="2020-01-01T00:00:00Z"),
    Record("user", Outcome.ADOPTED, since="2020-01-01T00:00:00Z"),
    Record("role", Outcome.CREATED, since="2026-11-26T07:30:00Z"),
    Record("api", Outcome.CREATED),
    Record("issuer", Outcome.CHANGED, since="2026-11-26T07:00:00Z"),
)


@pytest.mark.parametrize(
    ("profile", "seconds", "limit"),
    [
        (Profile(target="live"), 24 * 3600 + 1, "24h"),
        (Profile(target="live"), 24 * 3600 - 1, ""),
        (Profile(target="live", max_age="90m"), 90 * 60 + 1, "90m"),
        (Profile(target="live", max_age="3d"), 3 * 86_400, ""),
        (Profile(target="live", max_age="never"), 10**9, ""),
        (Profile(), 10**9, ""),
        (Profile(max_age="8h"), 8 * 3600 + 1, "8h"),
    ],
)
def test_the_oldest_that_was_created_or_changed_counts(profile: Profile, seconds: float, limit: str) -> None:
    assert overdue(profile, RECORDS, MADE + seconds) == (Overdue(MADE, limit) if limit else None)
    assert overdue(profile, RECORDS[:2], MADE + seconds) is None


@pytest.mark.parametrize("value", ["8", "h", "0h", "8 h", "1w", "-3d", "8H", "1.5h"])
def test_an_age_that_is_none_is_refused_with_those_that_are(value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"max_age cannot be '{value}'") as raised:
        parse_profile(f'max_age = "{value}"', "dev.toml")
    assert "8h" in raised.value.fix
