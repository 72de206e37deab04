"""`gatelight secrets` as people run it: it says where secrets live, keeps and removes them, and never shows one."""

from pathlib import Path

import pytest

from services.profile.secrets import API_KEY_VARIABLE
from tests.commands.terminal import Terminal
from tests.os_keyring import CHOSEN, FILE

CANARY = "key-canary-7d1f"


@pytest.fixture
def kept(terminal: Terminal, tmp_path: Path) -> Path:
    """A live profile, and a keyring that the file stands for."""
    profiles = terminal.home / "config" / "profiles"
    profiles.mkdir(parents=True)
    (profiles / "dev.toml").write_text('target = "live"\n[fusionauth]\nurl = "https://auth.example.com"\n')
    file = tmp_path / "keyring.json"
    terminal.environment |= {FILE: str(file), **CHOSEN}
    return file


def test_a_secret_is_kept_shown_by_its_place_and_removed(terminal: Terminal, kept: Path) -> None:
    ended = terminal.run("secrets", "set", "api-key", "--profile", "dev", stdin=CANARY + "\n")
    assert (ended.code, ended.out, ended.err) == (0, "", "Kept in Test Keyring.\n")
    assert CANARY in kept.read_text()
    ended = terminal.run("secrets", "--json", env={"NGROK_AUTHTOKEN": CANARY})
    places = {(row["profile"], row["name"]): (row["place"], row["detail"]) for row in ended.json()["secrets"]}
    assert places == {
        ("sandbox", "api-key"): ("sandbox", None),
        ("sandbox", "password"): ("sandbox", None),
        ("dev", "api-key"): ("keyring", "Test Keyring"),
        ("dev", "password"): ("nowhere", None),
        ("dev", "ngrok-authtoken"): ("environment", "NGROK_AUTHTOKEN"),
    }
    shown = terminal.run("secrets", "--profile", "dev")
    assert "api-key          keyring (Test Keyring)" in shown.out
    assert CANARY not in shown.out + shown.err + ended.out + ended.err
    refused = terminal.run("secrets", "purge")
    assert refused.code == 2
    assert "--yes" in refused.err
    purged = terminal.run("secrets", "purge", "--yes")
    assert (purged.code, purged.out) == (0, "✔ removed: api-key of dev\n")
    assert kept.read_text() == "{}"


def test_without_a_keyring_nothing_is_kept_and_it_says_what_to_do(terminal: Terminal, kept: Path) -> None:
    terminal.environment["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    ended = terminal.run("secrets", "set", "api-key", "--profile", "dev", stdin=CANARY)
    assert ended.code == 2
    assert "no keyring of the operating system works here" in ended.err
    assert API_KEY_VARIABLE in ended.err
    assert "stays in memory alone" in terminal.run("secrets").out
    assert not [path for path in terminal.home.rglob("*") if path.is_file() and CANARY in path.read_text()]
    ended = terminal.run("secrets", "set", "api-key", "--profile", "sandbox", stdin=CANARY)
    assert "makes its own secrets" in ended.err
