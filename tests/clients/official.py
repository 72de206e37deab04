"""FusionAuth's own clients behind one door: a method's name and its arguments in, status and JSON out.

Both are generated from one description of the API, so they have the same methods; names are Python's here.
"""

import dataclasses
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fusionauth.fusionauth_client import FusionAuthClient

from tests.clients.node import Script

_CAPITALS = {"api": "API", "jwt": "JWT", "pkce": "PKCE"}


@dataclass(frozen=True)
class Answer:
    """What a client makes of an answer: the status, and the JSON of a success or a refusal."""

    status: int
    body: Any

    def __getitem__(self, name: str) -> Any:
        assert self.status == 200, self
        return self.body[name]


@dataclass(frozen=True)
class Official:
    """One of the clients, with an API key and (for FusionAuth's `X-FusionAuth-TenantId`) a tenant."""

    send: Callable[["Official", str, dict[str, Any]], Answer]
    url: str
    key: str
    tenant: str | None = None

    def __call__(self, method: str, **named: Any) -> Answer:
        """Call a method of the client."""
        return self.send(self, method, named)

    def using(self, key: str) -> "Official":
        """The same client with another key."""
        return dataclasses.replace(self, key=key)


def python(as_whom: Official, method: str, named: dict[str, Any]) -> Answer:
    """The client of PyPI's fusionauth-client."""
    client = FusionAuthClient(as_whom.key, as_whom.url)
    client.set_tenant_id(as_whom.tenant)
    said = getattr(client, method)(**named)
    # It keeps only the body of a 400; of any other refusal, it hands on the response itself or nothing.
    refused = said.error_response if said.status == 400 else None
    return Answer(said.status, said.success_response if said.was_successful() else refused)


def typescript(script: Script) -> Callable[[Official, str, dict[str, Any]], Answer]:
    """The client of npm's @fusionauth/typescript-client, in a script that runs."""

    def send(as_whom: Official, method: str, named: dict[str, Any]) -> Answer:
        question = {
            "url": as_whom.url,
            "key": as_whom.key,
            "tenant": as_whom.tenant,
            "method": _camel(method),
            "named": {_argument(name): value for name, value in named.items()},
        }
        return Answer(**script.ask(question))

    return send


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(_CAPITALS.get(part, part.capitalize()) for part in rest)


def _argument(name: str) -> str:
    """OAuth's parameters keep their underscores; ids and tokens do not."""
    return _camel(name) if re.search(r"_(id|jwt)$", name) and name != "client_id" else name
