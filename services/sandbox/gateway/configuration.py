"""The control plane's state as the data plane works from it: read once per change, then from memory.

Where the sandbox imitates AWS's eventual consistency, what was read before a write is used until the write has settled,
and an API that was not asked for before is not there yet.
"""

from services.sandbox.aws.snapshot import Api, Authorizer, ControlPlane
from services.sandbox.gateway.issuers import IssuerFetcher
from services.sandbox.gateway.routing import RouteTable


class Configuration:
    """APIs and permissions, valid until the control plane has seen another write."""

    def __init__(self, control_plane: ControlPlane, fetcher: IssuerFetcher) -> None:
        self._control_plane = control_plane
        self._fetcher = fetcher
        self._generation = -1
        self._tables: dict[str, RouteTable] = {}
        self._permissions: dict[tuple[str, str], bool] = {}
        self._authorizers: dict[str, tuple[Authorizer, ...]] = {}

    def known_table(self, api_id: str) -> RouteTable | None:
        """The API's routes if they need not be read."""
        self._refresh()
        return self._tables.get(api_id)

    async def table(self, api_id: str) -> RouteTable | None:
        """The API's routes; None where there is no such API."""
        known = self.known_table(api_id)
        if known or not self._control_plane.settled:
            return known
        generation = self._control_plane.generation
        api = await self._control_plane.api(api_id)
        table = RouteTable(api) if api else None
        if api:
            self._note_authorizers(api)
        if table and generation == self._generation == self._control_plane.generation:
            self._tables[api_id] = table
        return table

    def known_to_invoke(self, function_arn: str, source_arn: str) -> bool:
        """Whether the function's policy is known to let this API call it."""
        self._refresh()
        return self._permissions.get((function_arn, source_arn), False)

    async def may_invoke(self, function_arn: str, source_arn: str) -> bool:
        """Whether the function's policy lets this API call it."""
        self._refresh()
        allowed = self._permissions.get((function_arn, source_arn))
        if allowed is None:
            generation = self._generation
            allowed = await self._control_plane.may_invoke(function_arn, source_arn)
            if generation == self._control_plane.generation:
                self._permissions[function_arn, source_arn] = allowed
        return allowed

    def _refresh(self) -> None:
        generation = self._control_plane.generation
        if generation != self._generation and self._control_plane.settled:
            self._generation = generation
            self._tables.clear()
            self._permissions.clear()

    def _note_authorizers(self, api: Api) -> None:
        """Creating or changing an authorizer asks its issuer again, so that a repaired one is believed at once."""
        known = self._authorizers.get(api.api_id, ())
        for authorizer in api.authorizers:
            if authorizer not in known:
                self._fetcher.forget(authorizer.issuer)
        self._authorizers[api.api_id] = api.authorizers
