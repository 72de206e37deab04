"""A few look-ups side by side, in threads that never keep the program from ending."""

import contextvars
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Begun(Generic[T]):
    """A look-up under way in a thread of its own."""

    def __init__(self, lookup: Callable[[], T]) -> None:
        self._lookup = lookup
        self._done = threading.Event()
        self._results: list[T] = []
        self._error: BaseException | None = None
        context = contextvars.copy_context()  # whoever collects exchanges collects the look-ups' too
        threading.Thread(target=context.run, args=(self._look,), daemon=True).start()

    def _look(self) -> None:
        try:
            self._results.append(self._lookup())
        except BaseException as error:  # noqa: BLE001 - carried over to the caller's thread
            self._error = error
        finally:
            self._done.set()

    def wait(self, seconds: float) -> bool:
        """Whether it has ended within `seconds`."""
        return self._done.wait(seconds)

    def result(self) -> T:
        """What it found, once it has ended. Raises what it raised."""
        self._done.wait()
        if self._error is not None:
            raise self._error
        return self._results[0]


def begin(lookup: Callable[[], T]) -> Begun[T]:
    """Start a look-up whose result is wanted later, or perhaps not at all."""
    return Begun(lookup)


def side_by_side(*lookups: Callable[[], T]) -> list[T]:
    """The results of all look-ups, in their order. The first error among them is raised once all are done."""
    begun = [begin(lookup) for lookup in lookups]
    for each in begun:
        each.wait(threading.TIMEOUT_MAX)
    return [each.result() for each in begun]
