"""Finds a function in the control plane and turns it into what the function engine runs."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self
from urllib.parse import urlsplit

from services.sandbox.aws.ministack import MiniStack
from services.sandbox.function.model import DeployedFunction

_REFERENCE = re.compile(
    r"(?:(?:arn:aws:lambda:(?P<region>[\w-]+):)?(?P<account>\d{12}):function:)?(?P<name>[\w-]+)(?::(?P<qualifier>[\w$-]+))?"
)


@dataclass(frozen=True, slots=True)
class FunctionReference:
    """A function as callers name it: by name, partial ARN or ARN, with or without a version or alias."""

    name: str
    region: str
    qualifier: str = ""

    @classmethod
    @lru_cache(maxsize=256)
    def parse(cls, text: str, region: str, qualifier: str = "") -> Self:
        """Read a name or ARN; `region` counts where the text has none. Raises LookupError when it is neither."""
        match = _REFERENCE.fullmatch(text)
        if not match:
            raise LookupError(text)
        return cls(match["name"], match["region"] or region, qualifier or match["qualifier"] or "")

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells references apart."""
        return self.name, self.region, self.qualifier

    @property
    def path(self) -> str:
        """The function's path in the Lambda API."""
        return f"/2015-03-31/functions/{self.name}"


async def deployed_function(
    ministack: MiniStack, reference: FunctionReference, code_by_hash: dict[str, bytes]
) -> DeployedFunction | None:
    """The function with its code; None when it does not exist. `code_by_hash` remembers packages between calls."""
    query = {"Qualifier": reference.qualifier} if reference.qualifier else {}
    answer = await ministack.call("lambda", reference.region, "GET", reference.path, query=query)
    if not answer.ok:
        return None
    content = answer.json()
    configuration: dict[str, Any] = content["Configuration"]
    sha256 = configuration["CodeSha256"]
    if sha256 not in code_by_hash and (location := content.get("Code", {}).get("Location")):
        code_by_hash[sha256] = (await ministack.request("GET", urlsplit(location).path)).body
    return DeployedFunction(
        arn=configuration["FunctionArn"],
        name=configuration["FunctionName"],
        region=reference.region,
        runtime=configuration.get("Runtime", ""),
        handler=configuration.get("Handler", ""),
        timeout_seconds=int(configuration.get("Timeout", 3)),
        memory_megabytes=int(configuration.get("MemorySize", 128)),
        environment=tuple(sorted((configuration.get("Environment") or {}).get("Variables", {}).items())),
        code_sha256=sha256,
        version=configuration.get("Version", "$LATEST"),
        code=code_by_hash.get(sha256, b""),
    )
