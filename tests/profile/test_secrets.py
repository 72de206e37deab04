"""Secrets live in the environment, in the keyring, or in memory: never in a file of ours, and it is said where."""

import threading
from pathlib import Path

import pytest

from services.errors import ConfigurationError
from services.profile.secrets import API_KEY_VARIABLE, Given, Place, SecretName, SecretStore, Wanted, usable
from services.profile.vault import Vault
from services.redact import Secret
from tests.os_keyring import Keyring

KEY = Secret("key-canary-1")


def test_the_environment_comes_before_memory_before_the_keyring(os_keyring: Keyring) -> None:
    environment: dict[str, str] = {}
    store = SecretStore("dev", environment=environment)
    assert store.find(SecretName.API_KEY)[1].place is Place.NOWHERE
    store.keep(SecretName.API_KEY, KEY)
    secret, where = store.find(SecretName.API_KEY)
    assert (secret, where.sentence) == (KEY, "keyring (Test Keyring)")
    store.remember(SecretName.API_KEY, Secret("typed"))
    assert store.find(SecretName.API_KEY) == (Secret("typed"), store.find(SecretName.API_KEY)[1])
    assert store.find(SecretName.API_KEY)[1].place is Place.MEMORY
    environment[API_KEY_VARIABLE] = "from-ci\n"
    assert store.find(SecretName.API_KEY)[0] == Secret("from-ci")
    assert store.find(SecretName.API_KEY)[1].sentence == f"environment variable {API_KEY_VARIABLE}"
    assert SecretStore("other", environment={}).find(SecretName.API_KEY)[0] == Secret("")


def test_the_authtoken_is_also_found_in_ngroks_own_file(os_keyring: Keyring, tmp_path: Path) -> None:
    file = tmp_path / "ngrok" / "ngrok.yml"
    file.parent.mkdir()
    file.write_text("agent:\n  authtoken: theirs\n")
    store = SecretStore("dev", environment={"XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path)})
    if store.find(SecretName.AUTHTOKEN)[1].place is not Place.NOWHERE:  # macOS looks elsewhere
        assert store.find(SecretName.AUTHTOKEN)[1].detail == str(file)
    store.keep(SecretName.AUTHTOKEN, Secret("ours"))
    assert store.find(SecretName.AUTHTOKEN)[0] == Secret("ours")


@pytest.mark.parametrize("module", ["keyring.backends.fail", "keyring.backends.null", "keyrings.alt.file"])
def test_what_would_keep_nothing_or_keep_it_readable_is_no_keyring(
    os_keyring: Keyring, monkeypatch: pytest.MonkeyPatch, module: str, tmp_path: Path
) -> None:
    monkeypatch.setattr(Keyring, "__module__", module)
    store = SecretStore("dev", environment={})
    assert store.vault.obstacle == "no keyring of the operating system works here"
    with pytest.raises(ConfigurationError, match="Nothing was kept"):
        store.keep(SecretName.API_KEY, KEY)
    store.remember(SecretName.API_KEY, KEY)
    assert store.find(SecretName.API_KEY)[1].sentence == "memory alone, until Gatelight ends"
    assert os_keyring.kept == {}
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_locked_keyring_is_named_and_asked_no_more(os_keyring: Keyring) -> None:
    os_keyring.locked = True
    store = SecretStore("dev", environment={})
    asked: list[Wanted] = []

    def ask(wanted: Wanted) -> Given:
        asked.append(wanted)
        return Given(KEY)

    assert store.obtain(SecretName.API_KEY, ask) == KEY
    assert (asked[0].keyring, asked[0].obstacle) == ("", "Test Keyring is locked")
    with pytest.raises(ConfigurationError, match="Nothing was removed: Test Keyring is locked"):
        Vault().forget("dev/api-key")
    with pytest.raises(ConfigurationError, match="Nothing was kept: Test Keyring is locked") as raised:
        Vault().keep("dev/api-key", KEY)
    assert "canary" not in raised.value.message + raised.value.fix


def test_a_keyring_that_waits_for_somebody_is_left_after_the_deadline(os_keyring: Keyring) -> None:
    os_keyring.hangs = threading.Event()
    try:
        vault = Vault(seconds=0.05)
        assert vault.read("dev/api-key") == Secret("")
        assert "did not answer" in vault.obstacle
        os_keyring.hangs = None
        assert vault.read("dev/api-key") == Secret("")  # it is not asked again
        assert "did not answer" in vault.obstacle
    finally:
        if os_keyring.hangs is not None:
            os_keyring.hangs.set()


def test_what_is_given_is_kept_only_where_that_was_wished(os_keyring: Keyring) -> None:
    for keep in (False, True):
        store = SecretStore("dev", environment={})
        assert store.obtain(SecretName.API_KEY, lambda _, keep=keep: Given(KEY, keep)) == KEY  # type: ignore[misc]
        assert ("gatelight:dev/api-key" in os_keyring.kept) is keep
    assert SecretStore("dev", environment={}).obtain(SecretName.API_KEY) == KEY
    assert SecretStore("dev", environment={}).kept() == [SecretName.API_KEY]
    assert store.forget(SecretName.API_KEY)
    assert not store.forget(SecretName.API_KEY)
    assert os_keyring.kept == {}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        (SecretName.API_KEY, " \n", "No FusionAuth API key was given"),
        (SecretName.API_KEY, "two canaries", "one word"),
        (SecretName.API_KEY, "canary-ü", "one word"),
        (SecretName.PASSWORD, "canary\nline", "cannot be typed"),
        (SecretName.AUTHTOKEN, "c" * 2001, "2,001 characters"),
    ],
)
def test_what_can_be_no_secret_is_refused_without_repeating_it(name: SecretName, value: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as raised:
        usable(name, Secret(value))
    assert "canar" not in raised.value.message + raised.value.fix
    assert usable(SecretName.API_KEY, Secret(" key\n")) == Secret("key")
    assert usable(SecretName.PASSWORD, Secret(" a b ")) == Secret(" a b ")
