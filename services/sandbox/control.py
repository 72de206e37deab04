"""The sandbox's switchboard: who is running here, the tunnel's switch, and what its AWS lets its access key do."""

import hmac
from typing import Any, Protocol

import msgspec
from starlette.types import Receive, Scope, Send

from services.sandbox.asgi import header, read_body, respond
from services.sandbox.tunnel import LoopbackTunnel

_BODY_LIMIT = 1_000
_POLICY_LIMIT = 50_000


class TunnelState(msgspec.Struct, frozen=True):
    """Whether the tunnel is open, and the URL it gives FusionAuth."""

    open: bool
    public_url: str


class _Switch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    open: bool


class Enforcement(Protocol):
    """Holds the identity policy that the sandbox's access key is judged by; None lets it do everything.

    Setting it raises ValueError, saying why, for what is no such policy.
    """

    policy: Any


class _Policy(msgspec.Struct, frozen=True):
    policy: Any


class _Identity(msgspec.Struct, frozen=True):
    instance_id: str
    pid: int


class ControlApp:
    """`GET /` tells the instance id and process; `GET` and `PUT /tunnel` read and set `{"open": bool}`.

    `GET /tunnel/visits` lists who came through the tunnel, the latest first. `GET /policy` gives `{"policy": …}`;
    `PUT /policy` puts an IAM policy document into force, `DELETE` takes it away.

    Every request needs the bearer token of the sandbox's record.
    """

    def __init__(
        self, *, instance_id: str, pid: int, token: str, tunnel: LoopbackTunnel, enforcement: Enforcement
    ) -> None:
        self._identity = _Identity(instance_id, pid)
        self._authorization = f"Bearer {token}".encode()
        self._tunnel = tunnel
        self._enforcement = enforcement

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, always as JSON."""
        if not hmac.compare_digest(header(scope, b"authorization"), self._authorization):
            await _fail(send, 401, "The sandbox's control token is missing or wrong.", b"Bearer")
            return
        match scope["path"], scope["method"]:
            case "/", "GET":
                await _answer(send, self._identity)
            case "/tunnel", "GET":
                await _answer(send, self._state())
            case "/tunnel", "PUT":
                await self._switch(receive, send)
            case "/tunnel/visits", "GET":
                await respond(send, 200, msgspec.json.encode(self._tunnel.visits), b"application/json")
            case "/policy", "GET":
                await self._tell_policy(send)
            case "/policy", "PUT":
                await self._put_policy(receive, send)
            case "/policy", "DELETE":
                self._enforcement.policy = None
                await self._tell_policy(send)
            case "/" | "/tunnel" | "/tunnel/visits" | "/policy", _:
                await _fail(send, 405, "This address does not take that method.")
            case _:
                await _fail(send, 404, "There is nothing at this address.")

    async def _switch(self, receive: Receive, send: Send) -> None:
        try:
            wanted = msgspec.json.decode(await read_body(receive, _BODY_LIMIT) or b"", type=_Switch)
        except msgspec.DecodeError as error:
            await _fail(send, 400, f'Send {{"open": true}} or {{"open": false}}: {error}.')
            return
        self._tunnel.is_open = wanted.open
        await _answer(send, self._state())

    async def _put_policy(self, receive: Receive, send: Send) -> None:
        try:
            self._enforcement.policy = msgspec.json.decode(await read_body(receive, _POLICY_LIMIT) or b"", type=dict)
        except (msgspec.DecodeError, ValueError) as error:
            await _fail(send, 400, f"That is no IAM policy that the sandbox can enforce: {error}.")
            return
        await self._tell_policy(send)

    async def _tell_policy(self, send: Send) -> None:
        await _answer(send, _Policy(self._enforcement.policy))

    def _state(self) -> TunnelState:
        return TunnelState(self._tunnel.is_open, self._tunnel.public_url)


async def _answer(send: Send, value: msgspec.Struct) -> None:
    await respond(send, 200, msgspec.json.encode(value), b"application/json")


async def _fail(send: Send, status: int, message: str, challenge: bytes = b"") -> None:
    headers = [(b"www-authenticate", challenge)] if challenge else []
    await respond(send, status, msgspec.json.encode({"message": message}), b"application/json", headers)
