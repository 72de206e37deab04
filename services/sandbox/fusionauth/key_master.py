"""The Key Master: every signing key of the installation, by id."""

import asyncio
import uuid
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from services.sandbox.fusionauth.key_pairs import SigningKey, generate, hmac_key
from services.sandbox.fusionauth.models.tenant import DEFAULT_ISSUER

CLIENT_SECRET_KEY_ID = "092dbedc-30af-4149-9c61-b578f2c72f59"  # noqa: S105  (the id of a key)
CLIENT_SECRET_KID = "10d51735a5"  # noqa: S105  (a key id, as the documentation of the Keys API shows it)


class KeyMaster:
    """Holds the keys. A new installation has two HMAC keys and, since FusionAuth 1.50, one RSA pair.

    The RSA pair is made in a thread while the rest starts; whoever needs the whole list waits for it.
    """

    def __init__(self, instant: int) -> None:
        self._keys: dict[str, SigningKey] = {}
        self.signing_key_id = str(uuid.uuid4())
        self.add(hmac_key(algorithm="HS256", key_id=self.signing_key_id, name="Default signing key", instant=instant))
        self.add(
            hmac_key(
                algorithm="HS256",
                key_id=CLIENT_SECRET_KEY_ID,
                name="OpenID Connect compliant HMAC using SHA-256",
                instant=instant,
                kid=CLIENT_SECRET_KID,
                client_secret=True,
            )
        )
        executor = ThreadPoolExecutor(1, "default-key")
        self._pending: Future[SigningKey] | None = executor.submit(_default_pair, instant)
        executor.shutdown(wait=False)

    async def all(self) -> Iterable[SigningKey]:
        """Every key, oldest first."""
        if self._pending is not None:
            # Shielded: a caller who gives up must not take the pair away from the others.
            made = await asyncio.shield(asyncio.wrap_future(self._pending))
            if self._pending is not None:  # the first of those who waited stores it
                self._pending = None
                self.add(made)
        return list(self._keys.values())

    def get(self, key_id: str | None) -> SigningKey | None:
        """The key of that id."""
        return self._keys.get(key_id or "")

    async def by_kid(self, kid: str) -> SigningKey | None:
        """The key that a token's header names."""
        return next((item for item in await self.all() if item.key.kid == kid), None)

    def add(self, made: SigningKey) -> None:
        """Store a key, in the place of the one that had its id."""
        self._keys[made.key.id] = made

    def remove(self, key_id: str) -> None:
        """Forget a key."""
        self._keys.pop(key_id, None)


def _default_pair(instant: int) -> SigningKey:
    return generate(
        algorithm="RS256",
        key_id=str(uuid.uuid4()),
        name="Default RSA signing key",
        length=2048,
        issuer=DEFAULT_ISSUER,
        instant=instant,
    )
