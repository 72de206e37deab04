"""Functions for the engine's tests, made from their source."""

import hashlib
from typing import Any

from services.sandbox.function.model import DeployedFunction
from tests.sandbox_aws.conftest import package


def deployed(source: str, *, file: str = "index.mjs", name: str = "f", **changes: Any) -> DeployedFunction:
    """A function as the control plane would hand it over."""
    settings: dict[str, Any] = {
        "arn": f"arn:aws:lambda:us-east-1:000000000000:function:{name}",
        "name": name,
        "region": "us-east-1",
        "runtime": "nodejs24.x",
        "handler": "index.handler",
        "timeout_seconds": 5,
        "memory_megabytes": 128,
        "environment": (),
        "code_sha256": hashlib.sha256(source.encode()).hexdigest(),
        "code": package(source, file),
    }
    return DeployedFunction(**{**settings, **changes})
