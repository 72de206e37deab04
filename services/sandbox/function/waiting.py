"""Waits for a future with a deadline, cheaply: `asyncio.timeout` costs several times as much on each call."""

import asyncio
from typing import Any, TypeVar

Value = TypeVar("Value")


async def within(seconds: float, future: "asyncio.Future[Value]") -> Value:
    """The future's result. Raises TimeoutError when it is not there in time; the future is done in any case."""
    timer = asyncio.get_running_loop().call_later(seconds, _expire, future)
    try:
        return await future
    finally:
        timer.cancel()


def _expire(future: "asyncio.Future[Any]") -> None:
    if not future.done():
        future.set_exception(TimeoutError())
