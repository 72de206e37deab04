"""Profiles in the app: open another, which ends what runs; make one by a form that answers while one types."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.widgets import Input

from services.profile.paths import config_folder
from services.profile.secrets import SecretName
from services.profile.store import load_profile
from tests.os_keyring import Keyring
from tests.tui.double import Double, opening
from tests.tui.screen import Stage
from tui.app import GatelightApp
from tui.profiles import Profiles
from tui.screens.profile_form import ProfileFormScreen
from tui.screens.profiles import ProfilesScreen

CANARY = "key-canary-77"


@pytest.fixture
def folder() -> Path:
    path = config_folder() / "profiles"
    path.mkdir()
    (path / "dev.toml").write_text('target = "live"\n[fusionauth]\nurl = "https://auth.example.com"\n')
    (path / "odd.toml").write_text('target = "[/]"\n')
    return path


@asynccontextmanager
async def staged(size: tuple[int, int] = (100, 30)) -> AsyncIterator[tuple[Stage, dict[str, Double]]]:
    """The app on a double for each profile."""
    doubles: dict[str, Double] = {"sandbox": Double()}

    def other(name: str) -> object:
        return opening(doubles.setdefault(name, Double(target="live")))

    profiles = Profiles("sandbox", other)  # type: ignore[arg-type]
    app = GatelightApp(opening(doubles["sandbox"]), profiles=profiles)
    async with app.run_test(size=size, notifications=True) as pilot:
        on = Stage(app, pilot)
        await on.until(lambda: bool(on.board.rows))
        await on.press("o")
        await on.until(lambda: isinstance(app.screen, ProfilesScreen))
        await on.until_shown("This one is open.")
        yield on, doubles


async def test_another_profile_opens_and_what_ran_before_ends(folder: Path) -> None:
    async with staged() as (on, doubles):
        assert "dev              live     auth.example.com" in on.shown()
        await on.press("down", "down")
        await on.until_shown("target cannot be '[/]'")
        await on.press("enter")
        assert isinstance(on.app.screen, ProfilesScreen)
        await on.press("up", "enter")
        await on.until(lambda: "dev" in doubles and on.main.opened and bool(on.board.rows))
        assert doubles["sandbox"].closing.is_set()
        assert on.app.profiles is not None
        assert on.app.profiles.current == "dev"
        await on.until_shown("role/Deployer")
        await on.story()
        assert doubles["sandbox"].asked == ["closed"]
        await on.press("q")
    assert doubles["dev"].closing.is_set()


async def write(on: Stage, *texts: str) -> None:
    """Write into the fields one after another, as pasting does, from the one that has the focus."""
    for text in texts:
        field = on.app.focused
        assert isinstance(field, Input)
        field.insert_text_at_cursor(text)
        await on.press("enter")


def holding(folder: Path, text: str) -> list[Path]:
    """The files that hold a text."""
    return [path for path in folder.rglob("*") if path.is_file() and text in path.read_text()]


@pytest.mark.parametrize("keyring_works", [True, False])
async def test_a_form_makes_a_profile_and_keeps_its_secrets(
    folder: Path, os_keyring: Keyring, keyring_works: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if not keyring_works:
        monkeypatch.setattr(Keyring, "__module__", "keyrings.alt.file")
    async with staged((80, 24)) as (on, _):
        await on.press("n")
        await on.until(lambda: isinstance(on.app.screen, ProfileFormScreen))
        await write(on, "dev")
        await on.until_shown("There is a profile “dev” already.")
        await on.press("up", "ctrl+u")
        await write(on, "work", "http://localhost:9011")
        await on.until_shown("AWS cannot read http://localhost:9011")
        await write(on, "ngrok", "", "me@example.com", "", "eu-central1")
        await on.until_shown('AWS has no region "eu-central1"')
        await write(on, CANARY, "")  # makes nothing: the cursor goes to what is wrong
        await on.until(lambda: getattr(on.app.focused, "id", "") == "aws-region")
        assert not (folder / "work.toml").exists()
        await on.press("end", "backspace")
        await write(on, "-1", "")
        await on.until_shown("keyring (Test Keyring)" if keyring_works else "memory alone")
        await on.press("enter")
        await on.until(lambda: isinstance(on.app.screen, ProfilesScreen))
        await on.until_shown("localhost:9011")
        assert CANARY not in on.shown()
        profiles = on.app.profiles
        assert profiles is not None
        assert (("work", SecretName.API_KEY) in profiles.memory) is not keyring_works
    profile = load_profile("work").profile
    assert (profile.tunnel.provider, profile.aws.region) == ("ngrok", "eu-central-1")
    assert (os_keyring.kept == {"gatelight:work/api-key": CANARY}) is keyring_works
    assert not holding(tmp_path, CANARY)


async def test_where_secrets_live_is_shown_and_they_are_changed_and_removed(
    folder: Path, os_keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NGROK_AUTHTOKEN", CANARY)
    async with staged((80, 24)) as (on, _):
        await on.press("s")
        assert isinstance(on.app.screen, ProfilesScreen)  # a sandbox has none of its own
        await on.press("down", "s")
        await on.until_shown("environment variable NGROK_AUTHTOKEN")
        assert "FusionAuth API key     nowhere" in on.shown()
        await on.press("enter")
        await on.until(lambda: isinstance(on.app.focused, Input))
        await write(on, CANARY)
        await on.until_shown("FusionAuth API key     keyring (Test Keyring)")
        await on.press("enter")
        await on.until_shown("It lives here now: keyring (Test Keyring)")
        await on.press("tab")
        await write(on, "another")
        await on.until_shown("memory alone, until Gatelight ends")
        assert CANARY not in on.shown()
        await on.press("x")
        await on.until_shown("FusionAuth API key     nowhere")
        assert os_keyring.kept == {}
