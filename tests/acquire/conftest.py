"""A FusionAuth that answers as a test tells it to, beside the sandbox's."""

from tests.core.conftest import server

__all__ = ["server"]
