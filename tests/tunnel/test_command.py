"""`gatelight tunnel` as a process of its own, as people run it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.commands.terminal import Ended, Terminal
from tests.tunnel.cloud import Cloud
from tests.tunnel.conftest import Upstream
from tests.tunnel.test_ngrok import agents_of, wait_until
from tui.wiring import tunnel_owner

COMMAND = [sys.executable, "-m", "tui", "tunnel", "--profile", "dev"]


@pytest.fixture
def profile(agent: Path, upstream: Upstream, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A live profile whose FusionAuth is on this machine."""
    path = tmp_path / "own" / "config" / "profiles" / "dev.toml"
    path.parent.mkdir(parents=True)
    path.write_text(
        f'target = "live"\n[fusionauth]\nurl = "{upstream.url}"\n[tunnel]\nprovider = "ngrok"\nagent = "{agent}"\n'
    )


@pytest.fixture
def kept(cloud: Cloud, profile: None) -> Iterator["subprocess.Popen[str]"]:
    """`gatelight tunnel --json`, running."""
    with subprocess.Popen(
        [*COMMAND, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    ) as process:
        yield process
        process.kill()


def said(process: "subprocess.Popen[str]") -> dict[str, Any]:
    """The next line of JSON."""
    assert process.stdout is not None
    content: dict[str, Any] = json.loads(process.stdout.readline())
    return content


def run(*arguments: str) -> Ended:
    """The command, once, to its end, in this test's environment."""
    return Terminal(Path(os.environ["HOME"]), os.environ).run("tunnel", "--profile", "dev", *arguments)


def test_it_keeps_the_tunnel_open_until_it_is_stopped_from_another_terminal(
    kept: "subprocess.Popen[str]", agent: Path
) -> None:
    first = said(kept)
    # The upstream of this test is no FusionAuth: the address is there, and it is told that discovery is not.
    assert first["public_url"].startswith("http://127.0.0.1:")
    assert first["condition"] == "wrong answer"
    status = run("--status", "--json")
    assert json.loads(status.out)["public_url"] == first["public_url"]
    assert status.code == 1
    assert run("--stop").code == 0
    assert kept.wait(10) == 0
    assert agents_of(agent) == []
    assert tunnel_owner("dev") is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_the_agent_ends_with_it_however_it_ends(number: signal.Signals, kept: "subprocess.Popen[str]") -> None:
    said(kept)
    record = tunnel_owner("dev")
    assert record is not None
    kept.send_signal(number)
    kept.wait(10)
    wait_until(lambda: not Path(f"/proc/{record.agent_pid}").exists())
    assert tunnel_owner("dev") is None


def test_check_says_what_is_missing_and_opens_nothing(profile: None, agent: Path, cloud: Cloud) -> None:
    assert run("--check").code == 0
    assert agents_of(agent) == []
    agent.unlink()
    checked = run("--check", "--json")
    assert checked.code == 1
    assert [one["id"] for one in json.loads(checked.out)] == ["agent"]


def test_a_refusal_ends_it_with_one_error_and_nothing_else_on_the_terminal(profile: None, cloud: Cloud) -> None:
    cloud.faults["auth"] = "107"
    refused = run()
    assert refused.code == 3
    assert refused.out == ""
    assert [line for line in refused.err.splitlines() if "ERR_NGROK_107" in line] == [
        "✘ ERR_NGROK_107: The authtoken is well formed, but ngrok does not accept it: it was reset or revoked."
    ]
    assert "Traceback" not in refused.err


def test_status_of_a_closed_one_says_so(profile: None) -> None:
    status = run("--status")
    assert status.code == 1
    assert status.out.startswith("· tunnel closed")
    assert "two hours" in status.out
    assert run("--stop").code == 0


def test_a_sandbox_has_its_own_tunnel() -> None:
    refused = run("--profile", "sandbox")
    assert refused.code == 2
    assert "whose tunnel opens with it" in refused.err
