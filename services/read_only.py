"""Looking without touching: what may be called when nothing may be changed.

The refusal sits in the clients themselves, before anything is sent, so that no screen, command or step can forget it.
"""

from services.errors import ConfigurationError

# GET, HEAD and OPTIONS are safe (RFC 9110, section 9.2.1): whoever sends one asks for no change.
_READING_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))
_READING_WORDS = ("Get", "List", "Describe", "Head", "Simulate", "BatchGet", "Filter", "Lookup", "Search")


class ReadOnly(ConfigurationError):
    """A call was refused here because it could change something."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} was not sent: everything is read-only here, and it could change something.",
            "Leave out --read-only to do it.",
        )


def check_method(method: str, url: str) -> None:
    """Raise ReadOnly for an HTTP method that is not safe."""
    if method.upper() not in _READING_METHODS:
        raise ReadOnly(f"{method} {url}")


def reads(operation: str) -> bool:
    """Whether an AWS operation only reads: its name begins with a word for it."""
    return operation.startswith(_READING_WORDS)


def check_operation(service: str, operation: str) -> None:
    """Raise ReadOnly for an AWS operation that does not only read."""
    if not reads(operation):
        raise ReadOnly(f"{service}:{operation}")
