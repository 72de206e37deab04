"""Finds the ngrok agent and makes sure that it is one that can be driven.

The wheel of pyngrok installs a script of its own under the agent's name, which must not be taken for the agent: it
would start itself over and over. An agent older than 3.30 has no `/api/endpoints`, and pyngrok 9 waits for it for ever.
"""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from services.errors import ConfigurationError, Unreachable

OLDEST = (3, 30)
_SECONDS = 5.0
_HEAD = 300  # bytes in which a script would name pyngrok
_VERSION = re.compile(r"(\d+)\.(\d+)\.\S+")
_INSTALL = "Install it from https://ngrok.com/download, or give its path as tunnel.agent in the profile."


@dataclass(frozen=True, slots=True)
class Agent:
    """An executable agent and its version, such as "3.39.1"."""

    path: Path
    version: str


def find_agent(chosen: str = "") -> Agent:
    """The agent at the `chosen` path, or the first on PATH. Starts nothing but `ngrok version`.

    Raises ConfigurationError when there is none or it is too old, Unreachable when it does not answer.
    """
    path = _chosen(chosen) if chosen else _on_path()
    version = _version_of(path)
    numbers = _VERSION.search(version)
    if numbers is None:
        raise ConfigurationError(f'"{path}" is no ngrok agent: asked for its version it said "{version}".', _INSTALL)
    if (int(numbers[1]), int(numbers[2])) < OLDEST:
        raise ConfigurationError(
            f'The ngrok agent "{path}" is too old: {numbers[0]}.',
            f"Gatelight needs {OLDEST[0]}.{OLDEST[1]} or newer. Update it: {path} update",
        )
    return Agent(path, numbers[0])


def _chosen(text: str) -> Path:
    path = Path(text).expanduser()
    if not _is_executable(path):
        raise ConfigurationError(f'There is no ngrok agent at "{path}".', _INSTALL)
    if _is_script_of_pyngrok(path):
        raise ConfigurationError(f'"{path}" is a script of the package pyngrok, not the ngrok agent.', _INSTALL)
    return path


def _on_path() -> Path:
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        path = Path(folder or ".") / "ngrok"
        if _is_executable(path) and not _is_script_of_pyngrok(path):
            return path.absolute()
    raise ConfigurationError("The ngrok agent is not installed: there is no `ngrok` on PATH.", _INSTALL)


def _is_executable(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _is_script_of_pyngrok(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return b"pyngrok" in file.read(_HEAD)
    except OSError:
        return False


def _version_of(path: Path) -> str:
    try:
        done = subprocess.run(
            [path, "version"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unreachable(
            f'The ngrok agent "{path}" did not tell its version within {_SECONDS:.0f} s.', "Try it: ngrok version"
        ) from None
    except OSError as error:
        raise ConfigurationError(f'The ngrok agent "{path}" cannot be run: {error.strerror}.', _INSTALL) from None
    return done.stdout.decode("utf-8", "replace").strip()[:200]
