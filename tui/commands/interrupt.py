"""Ctrl-C in a line command: the work is asked to stop, and if it hangs the process ends all the same."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from services.cancel import Cancellation
from services.errors import Interrupted

PATIENCE = 1.5  # seconds between the request to stop and the end


@contextmanager
def stoppable() -> Iterator[Cancellation]:
    """A cancellation that Ctrl-C (or SIGTERM) sets. What is recorded stays recorded; the same command resumes."""
    cancellation = Cancellation()

    def stop(*_: object) -> None:
        if cancellation.cancelled:
            _end()
        cancellation.cancel()
        sys.stderr.write("\nStopping …\n")
        timer = threading.Timer(PATIENCE, _end)
        timer.daemon = True
        timer.start()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield cancellation
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def asking() -> Iterator[None]:
    """While the person is asked, Ctrl-C ends the question at once: until then the terminal hides what is typed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _end() -> None:
    sys.stderr.write("Interrupted. Run the same command again to go on from here.\n")
    sys.stderr.flush()
    os._exit(Interrupted.exit_code)
