"""What a rule looks at."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.sandbox.aws.control_plane import MiniStackControlPlane
from services.sandbox.aws.request import AwsRequest

Probe = Callable[[str], Awaitable[None]]
"""Contacts an issuer's discovery document and keys; raises when they cannot be had."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request with the parts of its path."""

    plane: MiniStackControlPlane
    probe: Probe
    request: AwsRequest
    path: Mapping[str, str]

    async def read(self, path: str) -> Any:
        """What the same service answers to GET `path`; None when it refuses."""
        answer = await self.plane.ministack.call(self.request.service, self.request.region, "GET", path)
        return answer.json() if answer.ok else None

    async def items(self, kind: str) -> list[dict[str, Any]]:
        """The routes, stages, … of the API in the path; none when there is no such API, which MiniStack then says."""
        content = await self.read(f"/v2/apis/{self.path['api']}/{kind}")
        items: list[dict[str, Any]] = content.get("items", []) if content else []
        return items
