"""Where Gatelight keeps what outlives a run: two folders of the person's own, readable by nobody else."""

import os
from pathlib import Path

from services.errors import ConfigurationError


def state_folder() -> Path:
    """The folder for ledgers and runtime files: `GATELIGHT_STATE_DIR`, or the platform's state folder.

    Raises ConfigurationError when it cannot be made.
    """
    chosen = os.environ.get("GATELIGHT_STATE_DIR")
    if chosen:
        return _private(Path(chosen), "GATELIGHT_STATE_DIR")
    from platformdirs import user_state_path

    return _private(user_state_path("gatelight", appauthor=False), "GATELIGHT_STATE_DIR")


def config_folder() -> Path:
    """The folder for profiles: `GATELIGHT_CONFIG_DIR`, or the platform's configuration folder.

    Raises ConfigurationError when it cannot be made.
    """
    chosen = os.environ.get("GATELIGHT_CONFIG_DIR")
    if chosen:
        return _private(Path(chosen), "GATELIGHT_CONFIG_DIR")
    from platformdirs import user_config_path

    return _private(user_config_path("gatelight", appauthor=False), "GATELIGHT_CONFIG_DIR")


def _private(folder: Path, variable: str) -> Path:
    folder = folder.expanduser().absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"The folder '{folder}' cannot be made: {error.strerror}.",
            f"Make it writable, or set {variable} to a folder of yours.",
        ) from error
    return folder
