"""Opening a tunnel with patience: tried again only where that can help."""

from collections.abc import Callable

from services.cancel import Cancellation
from services.tunnel.ngrok.errors import TunnelRefused
from services.tunnel.provider import TunnelProvider

ATTEMPTS = 3
PAUSE_SECONDS = 2.0


def open_patiently(provider: TunnelProvider, cancellation: Cancellation, waiting: Callable[[str], None]) -> str:
    """The public URL. Raises what `open` raises; `waiting` is told why it takes longer."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return provider.open(cancellation)
        except TunnelRefused as error:
            if not error.retry or attempt == ATTEMPTS:
                raise
            waiting(f"to try again: {error.message}")
            cancellation.wait(PAUSE_SECONDS * attempt)
    raise AssertionError("the last attempt either opened it or raised")
