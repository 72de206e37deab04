"""A live profile of a run's own, made from the one that whoever runs the tests names, and its cleaning."""

import json
import os
import secrets
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from tests.commands.terminal import Ended

NEEDED = {
    "GATELIGHT_LIVE_PROFILE": "the path of a live profile's TOML file",
    "GATELIGHT_LIVE_ACCOUNT": "the AWS account it may be tried in",
    "GATELIGHT_FUSIONAUTH_API_KEY": "the FusionAuth API key",
}
SECONDS = 300  # a new role, a deployment and a first invocation take their time
# As it is before a fixture takes credentials and settings out of it: only what is started here has them.
_ENVIRONMENT = dict(os.environ)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what cannot run, and say what is missing."""
    missing = [f"{name} ({what})" for name, what in NEEDED.items() if not _ENVIRONMENT.get(name)]
    for item in items:
        if item.get_closest_marker("live") and missing:
            item.add_marker(pytest.mark.skip(reason=f"set {', '.join(missing)}: docs/testing.md"))


@dataclass(frozen=True)
class Live:
    """A live profile under a name that nobody else has, and `gatelight` run on it."""

    name: str
    file: Path
    environment: dict[str, str] = field(repr=False)  # it holds secrets, and a failing test shows what it was about

    def run(self, *arguments: str) -> Ended:
        """Run a line command on the profile."""
        command, *options = arguments
        words = [sys.executable, "-m", "tui", command, "--profile", self.name, *options]
        done = subprocess.run(
            words, env=self.environment, input="", capture_output=True, text=True, timeout=SECONDS, check=False
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def seen(self) -> dict[str, Any]:
        """What there is of the profile, seen without Gatelight."""
        outside = Path(__file__).with_name("outside.py")
        done = subprocess.run(
            [sys.executable, str(outside), self.name, str(self.file)],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        seen: dict[str, Any] = json.loads(done.stdout)
        return seen

    @property
    def ledger(self) -> Path:
        """Where its ledger lies."""
        return Path(self.environment["GATELIGHT_STATE_DIR"]) / "ledgers" / f"{self.name}.json"


@pytest.fixture
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A profile of this test's own. Whatever becomes of the test, what it made is taken back, or named."""
    name = f"live-{secrets.token_hex(4)}"
    home = tmp_path_factory.mktemp(name)
    file = home / "config" / "profiles" / f"{name}.toml"
    file.parent.mkdir(parents=True)
    file.write_text(_own_profile(Path(_ENVIRONMENT["GATELIGHT_LIVE_PROFILE"]), name))
    environment = {
        **_ENVIRONMENT,
        "GATELIGHT_CONFIG_DIR": str(home / "config"),
        "GATELIGHT_STATE_DIR": str(home / "state"),
        "GATELIGHT_USER_PASSWORD": secrets.token_urlsafe(24),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
    bench = Live(name, file, environment)
    before = bench.seen()
    if before["aws"]["account"] != _ENVIRONMENT["GATELIGHT_LIVE_ACCOUNT"]:
        pytest.fail(f"The credentials are of account {before['aws']['account']}, not of GATELIGHT_LIVE_ACCOUNT.")
    try:
        yield bench
    finally:
        first = bench.run("down", "--yes")
        last = bench.run("down", "--by-tag", "--yes") if first.code else first
        after = bench.seen()
        if after != before:
            said = f"{first.out}{first.err}{last.out}{last.err}"
            pytest.fail(f"Something is left of {name}. Its ledger: {home}\nbefore: {before}\nafter: {after}\n{said}")


def _own_profile(template: Path, name: str) -> str:
    """The profile with names of this run's own; everything else stays."""
    content = tomlkit.parse(template.read_text())
    if tomllib.loads(template.read_text()).get("target") != "live":
        pytest.fail(f"{template} is no live profile.")
    content["fusionauth"] = {**content.get("fusionauth", {}), "application": name, "user_email": f"{name}@example.com"}
    content["aws"] = {**content.get("aws", {}), "api": name, "function": name, "role": name}
    return tomlkit.dumps(content)
