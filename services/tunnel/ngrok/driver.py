"""pyngrok, made fit for a terminal app: nothing on the terminal, no proxy on loopback, no wait without an end.

pyngrok 9 leaves the agent's standard error and input on our terminal, asks the agent's API through `http_proxy` and
without a time-out, hands the authtoken over as an argument that `ps` shows, and downloads what is missing. Its
module-level names `subprocess`, `urlopen` and `install_ngrok` are what it does that with, so they are what is replaced,
for this process and once.
"""

import importlib
import logging
import os
import subprocess
import urllib.request
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from services.redact import Secret
from services.tunnel.ngrok.authtoken import VARIABLE

_API_SECONDS = 2.0
_PRIVATE = ("GATELIGHT_", "AWS_")  # our secrets are none of the agent's business


@dataclass(frozen=True, slots=True)
class Launch:
    """How an agent is started: where its standard error goes, and the authtoken in its environment."""

    stderr: Path
    authtoken: Secret


@dataclass(frozen=True, slots=True)
class Pyngrok:
    """The modules of pyngrok that are used, prepared."""

    conf: Any
    ngrok: Any
    process: Any
    launches: dict[str, Launch]  # by the agent's path, which is also pyngrok's key of a running agent


@cache
def pyngrok() -> Pyngrok:
    """Import and prepare pyngrok, which takes a tenth of a second."""
    from pyngrok import conf

    process, ngrok = (importlib.import_module(f"pyngrok.{name}") for name in ("process", "ngrok"))
    for name in ("pyngrok", "pyngrok.ngrok", "pyngrok.process"):
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False
    launches: dict[str, Launch] = {}
    vars(process).update(subprocess=_Subprocess(launches), urlopen=_urlopen)
    vars(ngrok).update(urlopen=_urlopen, install_ngrok=_nothing)
    return Pyngrok(conf, ngrok, process, launches)


class _Subprocess:
    """Stands in for the module `subprocess`, of which only the start of an agent differs."""

    def __init__(self, launches: dict[str, Launch]) -> None:
        self._launches = launches

    def __getattr__(self, name: str) -> Any:
        return getattr(subprocess, name)

    def Popen(self, command: list[str], **settings: Any) -> "subprocess.Popen[str]":  # noqa: N802 - the module's name
        """Start an agent in a session of its own, its words in a file, its authtoken in its environment."""
        launch = self._launches[command[0]]
        environment = {name: value for name, value in os.environ.items() if not name.startswith(_PRIVATE)}
        environment.pop(VARIABLE, None)
        if launch.authtoken:
            environment[VARIABLE] = launch.authtoken.reveal()
        descriptor = os.open(launch.stderr, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
        try:
            own = {"stdin": subprocess.DEVNULL, "stderr": descriptor, "env": environment, "start_new_session": True}
            return subprocess.Popen(command, **{**settings, **own})
        finally:
            os.close(descriptor)


def _nothing(configuration: Any = None) -> None:
    """In place of downloading an agent without a checksum, and of writing a configuration where a person names one."""


def _urlopen(request: urllib.request.Request, data: bytes | None = None, timeout: float = _API_SECONDS) -> Any:
    return _opener().open(request, data, timeout)


@cache
def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))
