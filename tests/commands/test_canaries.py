"""A live profile's secrets as canaries: no command leaves one in a folder, its log, its output or its arguments."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from services.log import FILE as LOG
from tests.commands.conftest import Running
from tests.os_keyring import CHOSEN, FILE

PASSWORD = "pw-canary-0f3a"
NGROK = "ngrok-canary-5b2c"


@contextmanager
def arguments_seen() -> Iterator[set[str]]:
    """Every command line of this machine while the block runs."""
    seen: set[str] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            for process in psutil.process_iter(["cmdline"]):
                seen.update(process.info["cmdline"] or ())

    watcher = threading.Thread(target=watch)
    watcher.start()
    yield seen
    done.set()
    watcher.join()


def test_no_secret_of_a_live_profile_is_left_anywhere(running: Running, tmp_path: Path) -> None:
    aws, fusionauth = running.endpoints["aws"], running.endpoints["fusionauth"]
    secrets = {fusionauth["api_key"], PASSWORD, NGROK, aws["secret_access_key"]}
    keyring = tmp_path / "keyring.json"
    environment = {
        **CHOSEN,
        FILE: str(keyring),
        "GATELIGHT_STATE_DIR": str(tmp_path / "state"),
        "GATELIGHT_CONFIG_DIR": str(tmp_path / "config"),
        "AWS_ENDPOINT_URL": aws["endpoint_url"],
        "AWS_ACCESS_KEY_ID": aws["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": aws["secret_access_key"],
        "AWS_REGION": aws["region"],
    }
    said = ""
    create = ("--fusionauth-url", fusionauth["url"], "--public-url", "https://auth.example.com")
    profile = ("--profile", "dev")
    with arguments_seen() as arguments:
        for typed, command in (
            ("", ("profile", "create", "dev", *create, "--user-email", "me@example.com")),
            (fusionauth["api_key"], ("secrets", "set", "api-key", *profile)),
            (PASSWORD, ("secrets", "set", "password", *profile)),
            (NGROK, ("secrets", "set", "ngrok-authtoken", *profile)),
            ("", ("--log-level", "debug", "plan", *profile)),
            ("", ("--log-level", "debug", "up", "--yes", *profile)),
            ("", ("--log-level", "debug", "status", "--json", *profile)),
            ("", ("--log-level", "debug", "token", *profile)),
            ("", ("--log-level", "debug", "down", "--yes", *profile)),
            ("", ("secrets",)),
            ("", ("profile", "show", "dev")),
        ):
            ended = running.run(*command, stdin=typed, env=environment)
            said += ended.out + ended.err
    written = {path: path.read_text() for folder in ("state", "config") for path in (tmp_path / folder).rglob("*.*")}
    log = written[tmp_path / "state" / LOG]
    assert "aws sts.GetCallerIdentity" in log
    assert "/api/system/version 200" in log
    assert "gatelight up" in log
    assert f"at {aws['endpoint_url']}" in said
    assert "keyring (Test Keyring)" in said
    everything = {"said": said, "arguments": "\0".join(arguments)}
    everything |= {str(path): text for path, text in written.items()}
    for secret in secrets:
        assert [place for place, text in everything.items() if secret in text] == []
    assert all(secret in keyring.read_text() for secret in secrets - {aws["secret_access_key"]})
