"""`down` and `orphans` as people run them: read again, without a ledger, and on a live profile by its typed name."""

import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.commands.conftest import Running
from tests.commands.terminal import SECONDS

CREATED = 9  # of what stands on its own: the rest hangs on an API, an application or a function


def ledgers(running: Running) -> list[Path]:
    return sorted((running.terminal.home / "state" / "ledgers").glob("*.json"))


@pytest.fixture
def live(running: Running) -> Mapping[str, str]:
    """A live profile `staging` whose FusionAuth is the sandbox's, and whose AWS is found by AWS's own variables."""
    there = running.endpoints
    profiles = running.terminal.home / "config" / "profiles"
    profiles.mkdir(parents=True, exist_ok=True)
    (profiles / "staging.toml").write_text(
        'target = "live"\n'
        f'[fusionauth]\nurl = "{there["public_url"]}"\napplication = "staging"\nuser_email = "s@example.com"\n'
        f'[aws]\nregion = "{there["aws"]["region"]}"\nfunction = "staging"\nrole = "staging"\n'
    )
    return {
        "AWS_ENDPOINT_URL": there["aws"]["endpoint_url"],
        "AWS_ACCESS_KEY_ID": there["aws"]["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": there["aws"]["secret_access_key"],
        "GATELIGHT_FUSIONAUTH_API_KEY": there["fusionauth"]["api_key"],
        "GATELIGHT_USER_PASSWORD": "correct-horse-7f3a",
    }


def typed(running: Running, answer: str, env: Mapping[str, str], *arguments: str) -> tuple[int, str]:
    """Run with a terminal to type at; give the exit code and what was said beside the data."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", *arguments],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**running.terminal.environment, **env},
    )
    os.close(theirs)
    os.write(ours, f"{answer}\n".encode())
    try:
        _, said = process.communicate(timeout=SECONDS)
    finally:
        os.close(ours)
    return process.returncode, said


def test_down_reads_both_sides_again_and_says_so_to_programs_too(running: Running) -> None:
    assert running.run("up").code == 0
    refused = running.run("orphans", "--delete", "sandbox", "--yes")
    assert refused.code == 2
    assert "gatelight down --profile sandbox" in refused.err
    document = running.run("down", "--yes", "--json").json()
    assert document["exit_code"] == 0
    assert [(side["side"], side["nothing_left"], side["left"]) for side in document["read_again"]] == [
        ("fusionauth", True, []),
        ("aws", True, []),
    ]


def test_without_the_ledger_down_finds_by_tag_and_restores_the_issuer_it_is_told(running: Running) -> None:
    assert running.run("up").code == 0
    for ledger in ledgers(running):
        ledger.unlink()
    plain = running.run("down")
    assert plain.code == 1
    assert "There is nothing to take back." in plain.err
    assert "gatelight down --by-tag --profile sandbox takes back what is left." in plain.err
    orphans = running.run("orphans", "--json")
    assert orphans.code == 1
    found = orphans.json()["orphans"]
    assert len(found) == CREATED
    assert {each["remove"] for each in found} == {"gatelight down --by-tag --profile sandbox"}

    wrong = running.run("down", "--restore-issuer", "acme.com", "--yes")
    assert wrong.code == 2
    assert "--by-tag" in wrong.err
    ended = running.run("down", "--by-tag", "--restore-issuer", "acme.com", "--yes")

    assert ended.code == 0, ended.err
    assert "tenant issuer             restored" in ended.out
    assert "Nothing of Gatelight's is there." in running.run("orphans").out


def test_on_a_live_profile_its_name_is_typed_below_account_region_and_tenant(
    running: Running, live: Mapping[str, str]
) -> None:
    assert running.run("up", "--yes", "--profile", "staging", env=live).code == 0
    nobody = running.run("down", "--profile", "staging", env=live)
    assert nobody.code == 2
    assert "--yes" in nobody.err

    code, said = typed(running, "y", live, "down", "--profile", "staging")
    assert code == 130
    assert "That is not “staging”: nothing was changed." in said
    for named in (
        "account 000000000000",
        "region us-east-1",
        "tenant “Default”",
        'restore tenant issuer to "acme.com"',
    ):
        assert named in said

    code, said = typed(running, "staging", live, "down", "--profile", "staging")
    assert code == 0, said


def test_expired_credentials_leave_the_other_side_to_be_taken_back_and_the_rest_for_later(
    running: Running, live: Mapping[str, str]
) -> None:
    assert running.run("up", "--yes", "--profile", "staging", env=live).code == 0
    expired = {**live, "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXPIRED"}

    ended = running.run("down", "--profile", "staging", "--yes", env=expired)

    assert ended.code == 3
    assert "✔ FusionAuth nothing is left" in ended.out
    assert "AWS is not taken back yet: role, function log, function, HTTP API" in ended.err
    assert "gatelight down --profile staging takes up from there." in ended.err
    assert running.run("down", "--profile", "staging", "--yes", env=live).code == 0
    assert running.run("orphans", "--profile", "staging", env=live).code == 0
