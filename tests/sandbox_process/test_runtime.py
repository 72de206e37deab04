"""The runtime file: one living owner per name, private, and never believed when its owner is gone."""

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from services.errors import ConfigurationError
from services.sandbox.endpoints import (
    AwsEndpoint,
    Control,
    FusionAuthEndpoint,
    Login,
    SandboxEndpoints,
    SandboxRecord,
)
from services.sandbox.runtime import Publication, find, publish, running


def record(name: str = "sandbox", *, started_at: float = 1.0, pid: int | None = None) -> SandboxRecord:
    return SandboxRecord(
        name=name,
        instance_id=f"instance-of-{name}",
        started_at=started_at,
        control=Control(url="http://127.0.0.1:1", token="control"),
        endpoints=SandboxEndpoints(
            fusionauth=FusionAuthEndpoint("http://127.0.0.1:2", "key", "tenant", Login("admin@example.com", "pw")),
            user=Login("richard@example.com", "pw"),
            public_url="http://127.0.0.1:3",
            aws=AwsEndpoint("http://127.0.0.1:4", "us-east-1", "000000000000", "AKIA", "secret"),
            gateway_url="http://127.0.0.1:5",
            pid=os.getpid() if pid is None else pid,
        ),
    )


def file_of(name: str, state: Path) -> Path:
    return state / "sandboxes" / f"{name}.json"


def abandoned(name: str, state: Path, pid: int) -> None:
    """A runtime file whose sandbox was killed: nobody holds it any more."""
    (state / "sandboxes").mkdir(exist_ok=True)
    path = file_of(name, state)
    held = publish(record(name, pid=pid), state)
    content = path.read_bytes()
    held.withdraw()
    path.write_bytes(content)


def test_a_published_sandbox_is_found_until_it_withdraws(tmp_path: Path) -> None:
    held = publish(record(), tmp_path)
    assert find("sandbox", tmp_path) == record()
    held.withdraw()
    held.withdraw()
    assert find("sandbox", tmp_path) is None
    assert list((tmp_path / "sandboxes").iterdir()) == []


def test_only_the_owner_may_read_it_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        publish(record(), tmp_path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(file_of("sandbox", tmp_path).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "sandboxes").stat().st_mode) == 0o700


def test_a_second_sandbox_of_that_name_is_refused_and_the_first_one_named(tmp_path: Path) -> None:
    publish(record(), tmp_path)
    with pytest.raises(ConfigurationError) as refused:
        publish(record(), tmp_path)
    assert f"'sandbox' is already running (process {os.getpid()})" in refused.value.message
    assert "another name" in refused.value.fix
    assert [path.name for path in (tmp_path / "sandboxes").iterdir()] == ["sandbox.json"]


def test_of_many_starts_at_once_exactly_one_publishes(tmp_path: Path) -> None:
    outcomes: list[Publication | ConfigurationError] = []
    barrier = threading.Barrier(8)

    def start() -> None:
        barrier.wait()
        try:
            outcomes.append(publish(record(), tmp_path))
        except ConfigurationError as error:
            outcomes.append(error)

    abandoned("sandbox", tmp_path, pid=os.getpid())
    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(outcome, Publication) for outcome in outcomes) == 1
    assert len(outcomes) == 8


@pytest.mark.parametrize("pid", [1, os.getpid()], ids=["another program's process", "a process number used again"])
def test_a_file_that_nobody_holds_is_stale_even_if_its_process_number_lives(tmp_path: Path, pid: int) -> None:
    abandoned("sandbox", tmp_path, pid)
    assert find("sandbox", tmp_path) is None
    assert not file_of("sandbox", tmp_path).exists()


def test_the_file_of_a_killed_sandbox_is_stale_and_its_name_free_again(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from tests.sandbox_process.test_runtime import record\n"
        "from services.sandbox.runtime import publish\n"
        "held = publish(record(), Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"held\n"
        assert find("sandbox", tmp_path) is not None
        owner.kill()
    assert find("sandbox", tmp_path) is None
    publish(record(), tmp_path).withdraw()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"name": 7}', b"\xff\xfe"])
def test_a_spoilt_file_counts_as_none_and_goes(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "sandboxes").mkdir()
    file_of("sandbox", tmp_path).write_bytes(content)
    assert running(tmp_path) == []
    assert not file_of("sandbox", tmp_path).exists()


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "sandboxes").mkdir()
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_bytes(json.dumps({}).encode())
    file_of("sandbox", tmp_path).symlink_to(elsewhere)
    assert find("sandbox", tmp_path) is None
    assert elsewhere.exists()


def test_running_sandboxes_are_listed_oldest_first(tmp_path: Path) -> None:
    publish(record("younger", started_at=2.0), tmp_path)
    publish(record("older", started_at=1.0), tmp_path)
    abandoned("gone", tmp_path, pid=1)
    assert [found.name for found in running(tmp_path)] == ["older", "younger"]


def test_no_sandboxes_at_all_is_an_empty_list(tmp_path: Path) -> None:
    assert running(tmp_path) == []


@pytest.mark.parametrize("name", ["../profile", "", ".hidden", "a/b", "x" * 65])
def test_a_name_never_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="no name for a sandbox"):
        find(name, tmp_path)


def test_a_folder_that_cannot_be_written_is_told_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "sandboxes").write_text("in the way")
    with pytest.raises(ConfigurationError) as refused:
        publish(record(), tmp_path)
    assert "GATELIGHT_STATE_DIR" in refused.value.fix
