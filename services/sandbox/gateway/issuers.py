"""How the sandbox's AWS gets an issuer's keys: discovery, then `jwks_uri`, cached as API Gateway documents.

API Gateway gives each fetch 1,500 ms and at most 150,000 bytes, and may cache a public key for two hours. So does this:
a key that the issuer adds or takes away is not seen before, except that creating or changing an authorizer starts
afresh. A failure is kept for one second only, because here it is repaired and tried again.
"""

import asyncio
import time
from collections.abc import Callable, Collection
from typing import TypeVar

from services.gateway.issuer_keys import IssuerFailure, IssuerKeys, KeyFailure, Source, discovery_url
from services.sandbox.gateway.fetch import FetchFailed, fetch
from services.tokens.keys import KeyDocumentError, parse_discovery, parse_jwks

T = TypeVar("T")

FETCH_SECONDS = 1.5
FETCH_BYTES = 150_000
CACHE_SECONDS = 7_200.0
FAILURE_SECONDS = 1.0


class IssuerFetcher:
    """Fetches and caches issuers' keys. For use on one event loop.

    `private_ports` are ports of this machine that AWS could not reach; any other loopback port counts as public.
    `clock` gives seconds since the epoch.
    """

    def __init__(self, *, private_ports: Collection[int], clock: Callable[[], float] = time.time) -> None:
        self._private_ports = private_ports
        self._clock = clock
        self._cache: dict[str, tuple[float, IssuerKeys]] = {}
        self._running: dict[str, asyncio.Task[IssuerKeys]] = {}

    def cached(self, issuer: str) -> IssuerKeys | None:
        """The issuer's keys as far as they are known now; None when they must be fetched."""
        entry = self._cache.get(issuer)
        return entry[1] if entry is not None and self._clock() < entry[0] else None

    async def keys(self, issuer: str) -> IssuerKeys:
        """The issuer's keys, fetched if need be (once for all who wait). A failure is in the result."""
        known = self.cached(issuer)
        if known is not None:
            return known
        task = self._running.get(issuer)
        if task is None:
            task = asyncio.create_task(self._fetch_keys(issuer))
            self._running[issuer] = task
            task.add_done_callback(lambda done: self._finished(issuer, done))
        return await asyncio.shield(task)

    async def probe(self, issuer: str) -> None:
        """Fetch both documents now, past the cache. Raises IssuerFailure."""
        await self._fetch(issuer)

    def age(self, issuer: str) -> float:
        """Seconds since the issuer's keys were fetched; 0 where they are not cached."""
        entry = self._cache.get(issuer)
        return 0.0 if entry is None or entry[1].failure else max(0.0, self._clock() - (entry[0] - CACHE_SECONDS))

    def forget(self, issuer: str) -> None:
        """Fetch the issuer's keys anew when they are needed next."""
        self._cache.pop(issuer, None)
        self._running.pop(issuer, None)

    def _finished(self, issuer: str, task: asyncio.Task[IssuerKeys]) -> None:
        if self._running.get(issuer) is task:
            del self._running[issuer]

    async def _fetch_keys(self, issuer: str) -> IssuerKeys:
        try:
            keys, seconds = await self._fetch(issuer), CACHE_SECONDS
        except IssuerFailure as error:
            keys, seconds = IssuerKeys(failure=error.failure), FAILURE_SECONDS
        if self._running.get(issuer) is asyncio.current_task():  # otherwise it was forgotten meanwhile
            self._cache[issuer] = (self._clock() + seconds, keys)
        return keys

    async def _fetch(self, issuer: str) -> IssuerKeys:
        discovery = await self._document(Source.DISCOVERY, discovery_url(issuer), parse_discovery)
        key_set = await self._document(Source.JWKS, discovery.jwks_uri, parse_jwks)
        return IssuerKeys.of(key_set, declared_issuer=discovery.issuer, jwks_uri=discovery.jwks_uri)

    async def _document(self, source: Source, url: str, parse: Callable[[bytes], T]) -> T:
        try:
            content = await fetch(url, private_ports=self._private_ports, seconds=FETCH_SECONDS, limit=FETCH_BYTES)
            return parse(content)
        except (FetchFailed, KeyDocumentError) as error:
            raise IssuerFailure(KeyFailure(source, url, str(error))) from None
