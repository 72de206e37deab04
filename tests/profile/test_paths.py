"""The two folders Gatelight keeps things in: chosen by the environment or the platform, and private from the start."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from services.errors import ConfigurationError
from services.profile.paths import config_folder, state_folder

BOTH = pytest.mark.parametrize(
    ("folder", "variable"), [(state_folder, "GATELIGHT_STATE_DIR"), (config_folder, "GATELIGHT_CONFIG_DIR")]
)


@BOTH
def test_the_environment_chooses_and_the_folder_is_made_for_its_owner_alone(
    folder: Callable[[], Path], variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = tmp_path / "a" / "b"
    monkeypatch.setenv(variable, str(chosen))
    before = os.umask(0)
    try:
        assert folder() == folder() == chosen
    finally:
        os.umask(before)
    assert stat.S_IMODE(chosen.stat().st_mode) == 0o700


@BOTH
def test_without_a_choice_it_is_the_platforms_folder_named_after_us(
    folder: Callable[[], Path], variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    found = folder()
    assert found.name == "gatelight"
    assert found.is_relative_to(tmp_path)
    assert found.is_dir()


@BOTH
def test_a_folder_that_cannot_be_made_is_told_with_the_variable_that_chooses_another(
    folder: Callable[[], Path], variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(variable, str(tmp_path / "file" / "below"))
    with pytest.raises(ConfigurationError) as refused:
        folder()
    assert str(tmp_path / "file" / "below") in refused.value.message
    assert variable in refused.value.fix


def test_a_home_relative_choice_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GATELIGHT_STATE_DIR", "~/mine")
    assert state_folder() == tmp_path / "mine"
