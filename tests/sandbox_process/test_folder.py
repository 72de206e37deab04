"""The sandbox's private folder, and the sweep of those whose sandbox was killed."""

import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from services.sandbox.folder import PrivateFolder, sweep


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_nobody_else_may_look_into_it(temporary: Path) -> None:
    folder = PrivateFolder()
    assert folder.path.parent == temporary
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700


def test_removing_takes_everything_in_it_and_may_be_done_twice(temporary: Path) -> None:
    folder = PrivateFolder()
    (folder.path / "deep").mkdir()
    (folder.path / "deep" / "file").write_text("x")
    folder.remove()
    folder.remove()
    assert list(temporary.iterdir()) == []


def test_the_sweep_leaves_the_folder_of_a_living_sandbox_alone(temporary: Path) -> None:
    folder = PrivateFolder()
    sweep(temporary)
    assert folder.path.exists()


def test_the_sweep_takes_the_folder_of_a_killed_sandbox(temporary: Path) -> None:
    script = (
        "import sys, tempfile, time; tempfile.tempdir = sys.argv[1]\n"
        "from services.sandbox.folder import PrivateFolder\n"
        "folder = PrivateFolder(); (folder.path / 'code').mkdir(); print(folder.path, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(temporary)], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        left = Path(owner.stdout.readline().strip())
        sweep(temporary)
        assert left.exists()
        owner.kill()
    sweep(temporary)
    assert not left.exists()


def test_the_sweep_follows_no_link_and_touches_nothing_else(temporary: Path) -> None:
    precious = temporary / "precious"
    precious.mkdir()
    (precious / "file").write_text("x")
    (temporary / "gatelight-sandbox-link").symlink_to(precious)
    (temporary / "gatelight-sandbox-file").write_text("x")
    own = temporary / "gatelight-sandbox-notes"
    own.mkdir()
    (own / "file").write_text("somebody's own")
    sweep(temporary)
    assert (precious / "file").exists()
    assert (temporary / "gatelight-sandbox-file").exists()
    assert (own / "file").exists()
