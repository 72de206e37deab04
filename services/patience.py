"""Waiting for the other side: seen by whoever watches the step it is for, stopped with it, and never without an end.

A client deep below a step waits without being handed anything: what it needs to know belongs to the context (a thread
of `services.parallel` inherits it, any other begins without).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from services.cancel import Cancellation


class Waiting(Protocol):
    """Takes why something waits, one short phrase, and for how many seconds it will at most from now on."""

    def __call__(self, reason: str, at_most: float | None = None, /) -> None: ...


@dataclass(frozen=True, slots=True)
class _Patience:
    cancellation: Cancellation
    waiting: Waiting


_UNWATCHED_SECONDS = 5.0

_patience: ContextVar[_Patience | None] = ContextVar("patience", default=None)


@contextmanager
def patiently(cancellation: Cancellation, waiting: Waiting) -> Iterator[None]:
    """Within this context pauses are told to `waiting`, and end with `cancellation`."""
    token = _patience.set(_Patience(cancellation, waiting))
    try:
        yield
    finally:
        _patience.reset(token)


def bearable(seconds: float) -> float:
    """How long something may wait here that would like to wait for `seconds`: not long where nobody could stop it."""
    return seconds if _patience.get() is not None else min(seconds, _UNWATCHED_SECONDS)


def pause(reason: str, seconds: float, *, at_most: float | None = None) -> None:
    """Wait for `seconds` because of `reason`, untold where it is empty; all in all it may take `at_most` seconds.

    Raises Interrupted as soon as somebody stops the work.
    """
    patience = _patience.get() or _Patience(Cancellation(), _unseen)
    if reason:
        patience.waiting(reason, at_most)
    patience.cancellation.wait(seconds)


def _unseen(reason: str, at_most: float | None = None, /) -> None:
    """Nobody watches."""
