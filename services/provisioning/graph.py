"""Visit the nodes of a dependency graph, side by side where it allows."""

import queue
import threading
from collections.abc import Callable, Iterable, Mapping

from services.cancel import Cancellation


def walk(
    needs: Mapping[str, Iterable[str]],
    visit: Callable[[str], bool],
    cancellation: Cancellation,
) -> tuple[str, ...]:
    """Call `visit` once for each node, each in a thread, after everything the node needs was visited with success.

    `visit` says whether it succeeded and must not raise. Needs outside the graph count as met. Returns the nodes that
    failed or were never visited, in the graph's order: those behind a failure, or all the rest after a cancellation.
    """
    # Daemon threads: a call that hangs must not keep the interpreter alive after the person has quit.
    remaining = {node: {need for need in of_node if need in needs} for node, of_node in needs.items()}
    succeeded: set[str] = set()
    running: set[str] = set()
    finished: queue.SimpleQueue[tuple[str, bool]] = queue.SimpleQueue()

    def run(node: str) -> None:
        success = False
        try:
            success = visit(node)
        finally:  # or the loop below would wait for ever
            finished.put((node, success))

    while True:
        ready = [node for node, of_node in remaining.items() if of_node <= succeeded]
        for node in [] if cancellation.cancelled else ready:
            del remaining[node]
            running.add(node)
            threading.Thread(target=run, args=(node,), daemon=True).start()
        if not running:
            return tuple(node for node in needs if node not in succeeded)
        node, success = finished.get()
        running.discard(node)
        if success:
            succeeded.add(node)
