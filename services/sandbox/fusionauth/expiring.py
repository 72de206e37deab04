"""FusionAuth's "external identifiers": unguessable ids for something that waits to be finished, for a while."""

import secrets
from collections.abc import Callable
from typing import Generic, TypeVar

from services.sandbox.fusionauth.models.tenant import Tenant

T = TypeVar("T")

# Default lives in seconds (FusionAuth's Tenant API, `tenant.externalIdentifierConfiguration`).
LIVES = {
    "authorizationGrantIdTimeToLiveInSeconds": 30,
    "changePasswordIdTimeToLiveInSeconds": 600,
    "emailVerificationIdTimeToLiveInSeconds": 86_400,
    "oneTimePasswordTimeToLiveInSeconds": 60,
    "registrationVerificationIdTimeToLiveInSeconds": 86_400,
    "twoFactorIdTimeToLiveInSeconds": 300,
    "twoFactorTrustIdTimeToLiveInSeconds": 2_592_000,
}
LONGEST_LIFE = 2**31 - 1  # seconds


class Expiring(Generic[T]):
    """Values by random id, each until its time is over. `now` gives seconds since the epoch."""

    def __init__(self, now: Callable[[], float], life: str) -> None:
        self._now = now
        self._life = life
        self._values: dict[str, tuple[float, T]] = {}

    def add(self, value: T, tenant: Tenant) -> str:
        """Keep a value for as long as the tenant says; its new id, of 256 random bits."""
        now = self._now()
        self._values = {key: held for key, held in self._values.items() if held[0] > now}
        key = secrets.token_urlsafe(32)
        self._values[key] = (now + self._seconds(tenant), value)
        return key

    def get(self, key: str | None) -> T | None:
        """The value of that id, if its time is not over."""
        expires, value = self._values.get(key or "", (0.0, None))
        return value if expires > self._now() else None

    def take(self, key: str | None) -> T | None:
        """The value of that id, for the last time."""
        value = self.get(key)
        self._values.pop(key or "", None)
        return value

    def change(self, key: str, value: T) -> None:
        """Put another value in the place of the one of that id, for the time that is left."""
        if key in self._values:
            self._values[key] = (self._values[key][0], value)

    def discard(self, condition: Callable[[T], bool]) -> None:
        """Forget the values that fulfil the condition."""
        self._values = {key: held for key, held in self._values.items() if not condition(held[1])}

    def _seconds(self, tenant: Tenant) -> int:
        wanted = dict(tenant.external_identifier_configuration or {}).get(self._life)
        if isinstance(wanted, int) and 0 < wanted <= LONGEST_LIFE:
            return wanted
        return LIVES[self._life]
