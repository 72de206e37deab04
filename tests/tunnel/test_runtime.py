"""The runtime file: who has a tunnel, and what becomes of an agent whose owner is gone."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from services.errors import ConfigurationError
from services.tunnel.runtime import RuntimeFile, TunnelRecord, started_at
from tests.tunnel.test_ngrok import wait_until

SLEEPER = [sys.executable, "-c", "import signal; print(flush=True); signal.pause()"]


def test_a_claimed_file_is_seen_and_cannot_be_claimed_twice(tmp_path: Path) -> None:
    mine, other = RuntimeFile(tmp_path), RuntimeFile(tmp_path)
    mine.claim()
    mine.write(TunnelRecord(owner_pid=1, public_url="https://a.ngrok.dev"))
    record = other.read()
    assert record is not None
    assert record.public_url == "https://a.ngrok.dev"
    with pytest.raises(ConfigurationError, match="process 1"):
        other.claim()
    mine.release()
    assert other.read() is None
    other.claim()
    other.release()


def test_the_file_is_private(tmp_path: Path) -> None:
    mine = RuntimeFile(tmp_path / "tunnels" / "dev")
    mine.claim()
    assert (tmp_path / "tunnels" / "dev" / "tunnel.json").stat().st_mode & 0o777 == 0o600
    mine.release()


@pytest.mark.parametrize("content", [b"", b"{", b'{"owner_pid": "x"}', b"\xff\xfe"])
def test_a_spoilt_file_is_no_tunnel_and_in_nobodys_way(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "tunnel.json").write_bytes(content)
    mine = RuntimeFile(tmp_path)
    assert mine.read() is None
    mine.claim()
    mine.release()


def test_an_orphan_of_ours_is_ended_at_the_next_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.tunnel.runtime._GRACE_SECONDS", 0.2)  # as our own child it stays a zombie till then
    with subprocess.Popen(SLEEPER, stdout=subprocess.PIPE, start_new_session=True) as orphan:
        assert orphan.stdout is not None
        orphan.stdout.readline()
        leave(tmp_path, orphan.pid, started_at(orphan.pid))
        RuntimeFile(tmp_path).claim()
        wait_until(lambda: orphan.poll() is not None)


def test_a_process_that_only_has_the_orphan_s_number_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen(SLEEPER, stdout=subprocess.PIPE, start_new_session=True) as stranger:
        assert stranger.stdout is not None
        stranger.stdout.readline()
        leave(tmp_path, stranger.pid, "Mon Jan  1 00:00:00 2024 ngrok start --none")
        RuntimeFile(tmp_path).claim()
        assert psutil.Process(stranger.pid).status() != psutil.STATUS_ZOMBIE
        assert stranger.poll() is None
        stranger.kill()


def leave(folder: Path, pid: int, started: str) -> None:
    """A runtime file as a killed Gatelight leaves it."""
    left = RuntimeFile(folder)
    left.claim()
    left.write(TunnelRecord(owner_pid=1, agent_pid=pid, agent_started=started))
    content = (folder / "tunnel.json").read_bytes()
    left.release()
    (folder / "tunnel.json").write_bytes(content)
