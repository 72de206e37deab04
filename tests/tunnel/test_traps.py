"""The traps of driving an ngrok agent through pyngrok 9, each sprung on purpose.

| trap | where it is tested |
|---|---|
| an agent before 3.30 deadlocks with pyngrok | here, and `test_ngrok.py` (it is not even started) |
| a silent agent blocks the start for ever, with pyngrok's lock | `test_ngrok.py` (silent, cancelled) |
| the reason of a refusal is lost in a race | here |
| `http_proxy` hangs the start | `test_ngrok.py` |
| the agent and pyngrok write to the terminal | `test_ngrok.py`, `test_command.py` |
| an agent outlives its owner | `test_command.py` (signals), `test_runtime.py` (sweep), here (its address) |
| one agent per path, whatever the settings | here |
| pyngrok's own questions start an agent | here |
| a hung start keeps the interpreter from ending | here |
| an exception in the log's callback ends the reader | here |
| tunnels are remembered after a crash | here |
| an address with `//` cannot be closed | here (the endpoint has a name) |
| pyngrok's own script on PATH | `test_ngrok.py` |
| the agent is killed without a goodbye | here, and `test_ngrok.py` (one that will not stop) |
| somebody's own configuration breaks the start | here |
| a fixed web port that is busy | here |
| a file descriptor stays open | `test_soak.py` |
| a missing agent or configuration is downloaded or written | here |
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from services.cancel import Cancellation
from services.errors import ConfigurationError
from services.redact import Redactor, Secret
from services.tunnel.ngrok.agent import ENDPOINT, AgentRun
from services.tunnel.ngrok.binary import Agent, find_agent
from services.tunnel.ngrok.driver import pyngrok
from services.tunnel.ngrok.errors import TunnelRefused
from services.tunnel.ngrok.provider import NgrokTunnel
from services.tunnel.opening import open_patiently
from services.tunnel.runtime import RuntimeFile, TunnelRecord, started_at
from tests.tunnel.cloud import Cloud
from tests.tunnel.conftest import AUTHTOKEN, ROOT, Upstream
from tests.tunnel.test_ngrok import agents_of, opened, wait_until

NewTunnel = Callable[..., NgrokTunnel]
NOWHERE = "http://127.0.0.1:1"


def test_an_agent_before_3_30_is_given_up_in_time_should_it_be_started_after_all(
    cloud: Cloud, agent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAND_IN_FAULT", "old")
    configuration = tmp_path / "old.yml"
    configuration.write_text('version: "2"\n')
    run = AgentRun(Agent(agent, "3.3.1"), tmp_path, Secret(AUTHTOKEN), Redactor(), configuration=configuration)
    with pytest.raises(TunnelRefused):
        run.open(NOWHERE, {}, Cancellation(), seconds=2.0)
    assert agents_of(agent) == []


def test_the_reason_is_never_lost_however_late_the_log_is_read(
    cloud: Cloud, agent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.faults["auth"] = "107"
    monkeypatch.setattr(AgentRun, "_hear", lambda self, entry: None)  # as if the agent had died before a line was read
    with pytest.raises(TunnelRefused) as refused:
        AgentRun(find_agent(str(agent)), tmp_path, Secret(AUTHTOKEN), Redactor()).open(NOWHERE, {}, Cancellation())
    assert refused.value.code == "ERR_NGROK_107"


def test_another_authtoken_is_used_from_the_next_start_on(
    cloud: Cloud, agent: Path, upstream: Upstream, new_tunnel: NewTunnel, monkeypatch: pytest.MonkeyPatch
) -> None:
    tunnel = new_tunnel(upstream.url)
    opened(tunnel)
    (first,) = agents_of(agent)
    monkeypatch.setenv("NGROK_AUTHTOKEN", other := "2" + "bY8_" * 12)
    tunnel.close()
    opened(tunnel)
    (second,) = agents_of(agent)
    assert second.pid != first.pid
    assert second.environ()["NGROK_AUTHTOKEN"] == other


def test_nothing_that_only_asks_starts_an_agent(
    cloud: Cloud, agent: Path, upstream: Upstream, new_tunnel: NewTunnel
) -> None:
    tunnel = new_tunnel(upstream.url)
    opened(tunnel)
    for process in agents_of(agent):
        process.kill()
    wait_until(lambda: tunnel.current() is None)
    assert tunnel.session() is None
    tunnel.visits()
    tunnel.preflight()
    assert agents_of(agent) == []


def test_a_hung_start_does_not_keep_the_program_from_ending(cloud: Cloud, agent: Path, tmp_path: Path) -> None:
    program = (
        "import sys, threading, os; from pathlib import Path\n"
        "from services.cancel import Cancellation; from services.redact import Redactor, Secret\n"
        "from services.tunnel.ngrok.agent import AgentRun; from services.tunnel.ngrok.binary import Agent\n"
        "run = AgentRun(Agent(Path(sys.argv[1]), '3.39'), Path(sys.argv[2]), Secret('x'), Redactor(),\n"
        "    began=lambda pid: os.write(1, f'{pid}\\n'.encode()))\n"
        "def start():\n"
        "    run.open('http://127.0.0.1:1', {}, Cancellation())\n"
        "threading.Thread(target=start, daemon=True).start()\n"
        "sys.stdin.readline()\n"
    )
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "STAND_IN_FAULT": "mute", "STAND_IN_CLOUD": "x:1"}
    command = [sys.executable, "-c", program, str(agent), str(tmp_path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        process.stdin.write("\n")
        process.stdin.close()
        try:
            assert process.wait(10) == 0
        finally:
            if psutil.pid_exists(pid):  # this program has no lifeline; the provider has
                psutil.Process(pid).kill()


@pytest.mark.parametrize("line", ["", "lvl=eror err=", "\x00", 'msg="session closed, starting reconnect loop"'])
def test_no_line_of_the_log_can_end_its_reader(line: str, agent: Path, tmp_path: Path) -> None:
    run = AgentRun(Agent(agent, "3.39"), tmp_path, Secret(""), Redactor())
    run._hear(SimpleNamespace(line=line))
    assert run.losses == ("starting reconnect loop" in line)


def test_what_pyngrok_remembers_of_a_tunnel_ends_with_it(
    cloud: Cloud, agent: Path, upstream: Upstream, new_tunnel: NewTunnel
) -> None:
    tunnel = new_tunnel(upstream.url)
    opened(tunnel)
    library = pyngrok()
    (remembered,) = library.ngrok._current_tunnels.values()
    assert remembered.name == ENDPOINT  # with a name of ours: what pyngrok makes up has slashes
    for process in agents_of(agent):
        process.kill()
    wait_until(lambda: tunnel.current() is None)
    opened(tunnel)
    assert len(library.ngrok._current_tunnels) == 1
    tunnel.close()
    assert library.ngrok._current_tunnels == {}
    assert library.process._current_processes == {}


def test_the_agent_says_goodbye_so_that_its_address_is_free_at_once(
    cloud: Cloud, upstream: Upstream, new_tunnel: NewTunnel
) -> None:
    tunnel = new_tunnel(upstream.url)
    url = opened(tunnel)
    tunnel.close()
    wait_until(lambda: cloud.agent_port(url) is None, seconds=2)
    assert opened(tunnel) == url


def test_a_configuration_that_pyngrok_cannot_read_is_only_looked_into_for_the_authtoken(
    cloud: Cloud, upstream: Upstream, new_tunnel: NewTunnel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("NGROK_AUTHTOKEN")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    theirs = tmp_path / "xdg" / "ngrok" / "ngrok.yml"
    theirs.parent.mkdir(parents=True)
    content = f"version: 2\nauthtoken: {AUTHTOKEN}\nlog_format: json\nlog_level: warn\nweb_addr: false\n"
    theirs.write_text(content)
    assert opened(new_tunnel(upstream.url))
    assert theirs.read_text() == content
    ours = (tmp_path / "tunnels" / "dev" / "ngrok.yml").read_text()
    assert "web_addr" not in ours  # a fixed port that is busy would end the agent
    assert AUTHTOKEN not in ours


def test_nothing_is_downloaded_and_no_configuration_is_written_for_one_that_is_missing(
    cloud: Cloud,
    agent: Path,
    upstream: Upstream,
    new_tunnel: NewTunnel,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    for name in ("install_ngrok", "install_default_config"):
        monkeypatch.setattr(f"pyngrok.installer.{name}", lambda *_, _name=name, **__: asked.append(_name))
    missing = tmp_path / "mine.yml"
    with pytest.raises(ConfigurationError, match="There is no ngrok configuration at"):
        opened(new_tunnel(upstream.url, config=str(missing)))
    assert not missing.exists()
    run = AgentRun(Agent(agent, "3.39"), tmp_path, Secret(AUTHTOKEN), Redactor())
    agent.unlink()
    with pytest.raises(TunnelRefused, match="did not start"):
        run.open(NOWHERE, {}, Cancellation())
    assert not agent.exists()
    assert asked == []


def test_an_address_that_our_own_orphan_still_holds_is_waited_for(
    cloud: Cloud,
    agent: Path,
    upstream: Upstream,
    new_tunnel: NewTunnel,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.tunnel.opening.PAUSE_SECONDS", 0.05)
    monkeypatch.setattr("services.tunnel.runtime._GRACE_SECONDS", 0.2)  # as our own child it stays a zombie till then
    with subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], start_new_session=True) as orphan:
        left = RuntimeFile(tmp_path / "tunnels" / "dev")
        left.claim()
        left.write(TunnelRecord(owner_pid=1, agent_pid=orphan.pid, agent_started=started_at(orphan.pid)))
        content = (left.folder / "tunnel.json").read_bytes()
        left.release()
        (left.folder / "tunnel.json").write_bytes(content)
        cloud.faults["bind"] = "334"
        waits: list[str] = []

        def waiting(reason: str) -> None:
            waits.append(reason)
            cloud.faults.clear()

        assert open_patiently(new_tunnel(upstream.url), Cancellation(), waiting)
    assert len(waits) == 1
    assert "ERR_NGROK_334" in waits[0]


@pytest.mark.parametrize(("code", "attempts"), [("334", 1), ("107", 1), ("", 3)])
def test_only_what_may_go_away_is_tried_again(
    code: str, attempts: int, upstream: Upstream, cloud: Cloud, new_tunnel: NewTunnel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.tunnel.opening.PAUSE_SECONDS", 0.01)
    tunnel = new_tunnel(upstream.url)
    asked: list[Any] = []

    def refuse(cancellation: Cancellation) -> str:
        asked.append(cancellation)
        error = TunnelRefused("no", code=code)
        error.retry = not code
        raise error

    monkeypatch.setattr(tunnel, "open", refuse)
    with pytest.raises(TunnelRefused):
        open_patiently(tunnel, Cancellation(), lambda _: None)
    assert len(asked) == attempts


def test_a_network_that_comes_back_while_it_opens_is_waited_for(
    cloud: Cloud, upstream: Upstream, new_tunnel: NewTunnel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAND_IN_CLOUD", "127.0.0.1:1")
    monkeypatch.setattr("services.tunnel.ngrok.agent.OPEN_SECONDS", 0.6)
    monkeypatch.setattr("services.tunnel.opening.PAUSE_SECONDS", 0.01)
    waits: list[str] = []

    def waiting(reason: str) -> None:
        waits.append(reason)
        monkeypatch.setenv("STAND_IN_CLOUD", cloud.address)
        monkeypatch.setattr("services.tunnel.ngrok.agent.OPEN_SECONDS", 20.0)

    assert open_patiently(new_tunnel(upstream.url), Cancellation(), waiting)
    assert len(waits) == 1
    assert "cannot reach ngrok" in waits[0]
