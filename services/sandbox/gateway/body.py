"""A request's body, read whole within API Gateway's limits."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from services.sandbox.gateway.answer import BODY_TOO_LARGE, BODY_TOO_SLOW, Answer
from services.sandbox.gateway.request import Request

Receive = Callable[[], Awaitable[dict[str, Any]]]

BODY_LIMIT = 10 * 1024 * 1024
BODY_SECONDS = 30.0


class BodyRefused(Exception):
    """The body is too large or comes too slowly; `answer` is what the caller gets."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.error_message)
        self.answer = answer


def has_body(request: Request) -> bool:
    """Whether the headers announce a body."""
    return "content-length" in request.headers or "transfer-encoding" in request.headers


async def read_body(receive: Receive) -> bytes:
    """The whole body. Raises BodyRefused over 10 MB or after 30 s."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _read(receive)
    except TimeoutError:
        raise BodyRefused(BODY_TOO_SLOW) from None


async def _read(receive: Receive) -> bytes:
    body = bytearray()
    more = True
    while more:
        event = await receive()
        body += event.get("body", b"")
        more = event.get("more_body", False)
        if len(body) > BODY_LIMIT:
            raise BodyRefused(BODY_TOO_LARGE)
    return bytes(body)
