"""Starting a sandbox from another process: what is passed on, what is not, and every way it can fail."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import psutil
import pytest
import requests

from services.cancel import Cancellation
from services.errors import ConfigurationError, Interrupted, Unreachable
from services.sandbox import launch
from services.sandbox.launch import SandboxProcess
from services.sandbox.lines import Line
from services.sandbox.options import Ports, SandboxOptions
from tests.busy import within
from tests.sandbox_process.conftest import Place, gone, wait_until


@pytest.fixture(autouse=True)
def environment(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("GATELIGHT_STATE_DIR", str(place.state))
    monkeypatch.setenv("TMPDIR", str(place.temporary))
    children = set(psutil.Process().children(recursive=True))
    yield
    assert set(psutil.Process().children(recursive=True)) <= children  # no process, no zombie is left


def start(options: SandboxOptions | None = None, deadline: float = 30.0) -> SandboxProcess:
    return SandboxProcess.start(
        options or SandboxOptions(), progress=lambda text: None, cancellation=Cancellation(), deadline=deadline
    )


def instead(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str) -> None:
    """Let a program of the test's own be started in the sandbox's place."""
    program = tmp_path / "program"
    program.write_text(f"#!{sys.executable}\nimport os, sys, time\n{script}\n")
    program.chmod(0o700)
    monkeypatch.setattr(launch.sys, "executable", str(program))  # type: ignore[attr-defined]


def test_it_tells_its_progress_serves_and_stops_in_time(place: Place) -> None:
    said: list[str] = []
    sandbox = SandboxProcess.start(SandboxOptions(), progress=said.append, cancellation=Cancellation())
    assert said
    assert sandbox.running
    url = sandbox.record.endpoints.fusionauth.url
    assert requests.get(f"{url}/api/status", timeout=5).status_code == 200
    began = time.monotonic()
    sandbox.stop()
    assert time.monotonic() - began < within(1.0)
    sandbox.stop()
    assert not sandbox.running
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=1)
    assert place.leftovers() == []


def test_ctrl_c_in_the_terminal_does_not_reach_it() -> None:
    sandbox = start()
    pid = sandbox.record.endpoints.pid
    assert os.getsid(pid) == os.getpgid(pid) == pid
    assert os.getsid(0) != pid
    sandbox.stop()


def test_nothing_that_leads_to_a_real_account_or_a_proxy_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a real one")
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    sandbox = start()
    environment = psutil.Process(sandbox.record.endpoints.pid).environ()
    sandbox.stop()
    assert not [name for name in environment if name.startswith("AWS_") or name.lower().endswith("_proxy")]


def test_no_secret_stands_in_the_command_line() -> None:
    sandbox = start()
    command = " ".join(psutil.Process(sandbox.record.endpoints.pid).cmdline())
    sandbox.stop()
    endpoints = sandbox.record.endpoints
    for secret in (endpoints.fusionauth.api_key, endpoints.user.password, endpoints.aws.secret_access_key):
        assert secret not in command


def test_a_folder_named_services_in_the_current_folder_is_not_taken_for_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "services").mkdir()
    (tmp_path / "services" / "__init__.py").write_text("raise SystemExit('the wrong services')")
    monkeypatch.chdir(tmp_path)
    start().stop()


def test_what_the_sandbox_cannot_have_is_raised_here() -> None:
    taken = start(SandboxOptions(name="one"))
    with pytest.raises(ConfigurationError, match=r"'one' is already running"):
        start(SandboxOptions(name="one"))
    port = int(taken.record.endpoints.public_url.rpartition(":")[2])
    with pytest.raises(ConfigurationError, match=f"Port {port}, chosen for the sandbox's public listener, is in use"):
        start(SandboxOptions(name="two", ports=Ports(public=port)))
    taken.stop()


def test_an_early_death_is_told_with_its_last_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    instead(monkeypatch, tmp_path, "sys.stderr.write('x' * 100_000 + ' the last words'); sys.exit(7)")
    with pytest.raises(Unreachable) as died:
        start()
    assert "exit code 7" in died.value.message
    assert died.value.message.endswith("the last words")
    assert len(died.value.message) < 3_000


@pytest.mark.parametrize("line", ["not JSON", '{"ready": {}}', "[]"])
def test_a_line_that_makes_no_sense_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str) -> None:
    instead(monkeypatch, tmp_path, f"print({line!r}, flush=True); time.sleep(60)")
    with pytest.raises(Unreachable, match="does not understand"):
        start()


def test_a_sandbox_that_is_never_ready_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    instead(monkeypatch, tmp_path, "time.sleep(60)")
    with pytest.raises(Unreachable, match="not ready in time"):
        start(deadline=0.2)


def test_cancelling_stops_the_start_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    instead(monkeypatch, tmp_path, "sys.stdin.read()")
    cancellation = Cancellation()
    threading.Timer(0.2, cancellation.cancel).start()
    began = time.monotonic()
    with pytest.raises(Interrupted):
        SandboxProcess.start(SandboxOptions(), progress=lambda text: None, cancellation=cancellation)
    assert time.monotonic() - began < within(1.0)


def test_a_sandbox_that_does_not_listen_is_killed_with_all_it_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    record = start()
    answer = Line(ready=record.record)
    record.stop()
    text = msgspec.json.encode(answer).decode()
    script = f"os.fork(); print({text!r}, flush=True) if os.getpid() == os.getpgid(0) else None; time.sleep(60)"
    instead(monkeypatch, tmp_path, script)
    others = set(psutil.Process().children(recursive=True))  # other tests' processes, which stay
    sandbox = start()
    group = [child for child in psutil.Process().children(recursive=True) if child not in others]
    assert len(group) == 2
    began = time.monotonic()
    sandbox.stop(timeout=0.2)
    assert time.monotonic() - began < within(1.0)
    wait_until(lambda: gone(group))


def test_many_threads_may_stop_it_at_once() -> None:
    sandbox = start()
    threads = [threading.Thread(target=sandbox.stop) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert not sandbox.running


def test_it_ends_with_an_interpreter_that_exits_without_a_word(place: Place) -> None:
    script = (
        "from services.cancel import Cancellation\n"
        "from services.sandbox.launch import SandboxProcess; from services.sandbox.options import SandboxOptions\n"
        "sandbox = SandboxProcess.start(SandboxOptions(), progress=lambda text: None, cancellation=Cancellation())\n"
        "print(sandbox.record.endpoints.pid, flush=True)"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, cwd=place.state)
    with suppress(psutil.NoSuchProcess):
        left = psutil.Process(int(result.stdout))
        wait_until(lambda: gone([left]), 2.0)
    wait_until(lambda: place.leftovers() == [], 2.0)


def test_every_option_reaches_the_process() -> None:
    options = SandboxOptions(
        name="n", publish=False, tunnel_open_at_start=True, settle_seconds=0.5, old_addresses=True, ports=Ports(aws=1)
    )
    assert SandboxOptions.parse(options.arguments()) == options
