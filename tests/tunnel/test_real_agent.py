"""A real ngrok agent that pyngrok cannot drive any more: npm's @shopify/ngrok brings 3.0.4 for Linux along."""

import os
import platform
import sys
from pathlib import Path

import pytest

from services.errors import ConfigurationError
from services.http import HttpClient
from services.profile.model import TunnelSettings
from services.redact import Redactor
from services.tunnel.ngrok.binary import find_agent
from services.tunnel.ngrok.provider import NgrokTunnel
from tests.clients.node import MODULES

AGENT = MODULES / "@shopify" / "ngrok" / "bin" / "ngrok"

pytestmark = [
    pytest.mark.skipif(
        (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="this agent is a program for Linux on x86-64"
    ),
    pytest.mark.skipif(not AGENT.exists(), reason="npm @shopify/ngrok is not installed (make test does, where npm is)"),
]


def files_below(folder: Path) -> set[Path]:
    """Everything in a folder."""
    return set(folder.rglob("*"))


def test_it_is_refused_as_too_old_and_does_nothing_but_tell_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    size, changed = AGENT.stat().st_size, AGENT.stat().st_mtime_ns
    with pytest.raises(ConfigurationError, match=r"too old: 3\.0\.4") as refused:
        find_agent(str(AGENT))
    assert "3.30 or newer" in refused.value.fix
    assert f"{AGENT} update" in refused.value.fix
    assert files_below(home) == set()
    assert (AGENT.stat().st_size, AGENT.stat().st_mtime_ns) == (size, changed)  # it has not updated itself


def test_preflight_names_it_and_opening_stops_before_it_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{AGENT.parent}{os.pathsep}{os.environ['PATH']}")
    tunnel = NgrokTunnel(
        HttpClient(Redactor()), Redactor(), "http://127.0.0.1:1", TunnelSettings(provider="ngrok"), tmp_path / "dev"
    )
    found = {obstacle.id: obstacle.sentence for obstacle in tunnel.preflight()}
    assert "too old: 3.0.4" in found["agent"]
