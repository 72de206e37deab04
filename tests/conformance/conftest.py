"""The running gateway of the sandbox's data plane tests."""

from tests.sandbox_gateway.conftest import lab, running_lab

__all__ = ["lab", "running_lab"]
