"""A few look-ups side by side, in threads that never keep the program from ending."""

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def side_by_side(*lookups: Callable[[], T]) -> list[T]:
    """The results of all look-ups, in their order. The first error among them is raised once all are done."""
    results: list[T | None] = [None] * len(lookups)
    errors: list[BaseException | None] = [None] * len(lookups)

    def look(index: int) -> None:
        try:
            results[index] = lookups[index]()
        except BaseException as error:  # noqa: BLE001 - carried over to the caller's thread
            errors[index] = error

    threads = [threading.Thread(target=look, args=(index,), daemon=True) for index in range(len(lookups))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for error in errors:
        if error is not None:
            raise error
    return results  # type: ignore[return-value]  # every place is filled when no error was raised
