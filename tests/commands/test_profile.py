"""`gatelight profile create`, `set` and `delete`: by options for scripts, by questions at a terminal."""

import os
import pty
import re
import subprocess
import sys
import termios
import time
from collections.abc import Sequence

from services.profile.secrets import API_KEY_VARIABLE
from tests.commands.terminal import SECONDS, Terminal
from tests.os_keyring import CHOSEN, FILE

CANARY = "key-canary-31"
_START = (
    "import fcntl, os, runpy, sys, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "runpy.run_module('tui', run_name='__main__', alter_sys=True)"
)


def at_a_terminal(terminal: Terminal, arguments: Sequence[str]) -> "tuple[int, int, subprocess.Popen[bytes]]":
    """Our end of a terminal, its own end, and the command that runs there."""
    ours, theirs = pty.openpty()
    os.set_blocking(ours, False)
    command = [sys.executable, "-c", _START, *arguments]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=terminal.environment)
    return ours, theirs, process


def read(ours: int) -> str | None:
    """What came in the meantime; None once the other end is closed."""
    try:
        return os.read(ours, 4096).decode()
    except BlockingIOError:
        return ""
    except OSError:
        return None


def answering(terminal: Terminal, arguments: Sequence[str], answers: Sequence[tuple[str, str]]) -> tuple[int, str]:
    """Run at a terminal; each answer is typed once what it answers stands there."""
    ours, theirs, process = at_a_terminal(terminal, arguments)
    settings = termios.tcgetattr(theirs)
    settings[3] &= ~termios.ECHO  # what is typed stands in the output only if the program says it
    termios.tcsetattr(theirs, termios.TCSANOW, settings)
    os.close(theirs)
    said, waiting, end = "", list(answers), time.monotonic() + SECONDS
    while time.monotonic() < end:
        chunk = read(ours)
        if chunk is None:
            break
        said += chunk
        if waiting and re.search(waiting[0][0] + r"[^\n]*: $", said):
            os.write(ours, (waiting.pop(0)[1] + "\n").encode())
            said += "\n"
        if not chunk and process.poll() is not None:
            break
        time.sleep(0.01)
    os.close(ours)
    return process.wait(SECONDS), said


def test_options_make_a_profile_without_a_question(terminal: Terminal) -> None:
    place = ("--fusionauth-url", "http://localhost:9011", "--region", "eu-central-1")
    options = (*place, "--user-email", "me@example.com")
    refused = terminal.run("profile", "create", "dev", *options)
    assert refused.code == 2
    assert "AWS cannot read http://localhost:9011" in refused.err
    assert "--public-url" in refused.err
    made = terminal.run("profile", "create", "dev", *options, "--tunnel", "ngrok")
    assert made.code == 0, made.err
    shown = terminal.run("profile", "show", "dev", "--json").json()
    assert (shown["target"], shown["tunnel"]["provider"], shown["aws"]["region"]) == ("live", "ngrok", "eu-central-1")
    changed = terminal.run("profile", "set", "dev", "aws.region", "eu-west-1")
    assert changed.out == 'aws.region = "eu-west-1"\n'
    assert terminal.run("profile", "set", "dev", "aws.region", "xx-west-1").code == 2
    assert terminal.run("profile", "delete", "dev").code == 2
    assert terminal.run("profile", "delete", "dev", "--yes").code == 0
    missing = terminal.run("plan", "--profile", "dev")
    assert "Make it: gatelight profile create dev" in missing.err


def test_at_a_terminal_every_answer_is_checked_and_secrets_go_to_the_keyring(terminal: Terminal) -> None:
    keyring = terminal.home / "keyring.json"
    terminal.environment |= {FILE: str(keyring), **CHOSEN}
    code, said = answering(
        terminal,
        ("profile", "create", "dev", "--aws-profile", ""),
        [
            ("FusionAuth ", "auth.example.com"),
            ("FusionAuth ", "https://auth.example.com"),
            ("Public address", ""),
            ("Tenant", ""),
            ("e-mail", "me@example.com"),
            ("region", "eu-cental-1"),
            ("API key", CANARY),
            ("password", ""),
        ],
    )
    assert code == 0, said
    assert "✘ Give FusionAuth's address" in said
    assert "AWS reads https://auth.example.com" in said
    assert 'Did you mean "eu-central-1"?' in said
    assert "Secrets go to the keyring (Test Keyring)" in said
    assert CANARY not in said
    profile = (terminal.home / "config" / "profiles" / "dev.toml").read_text()
    assert CANARY not in profile
    assert f'"gatelight:dev/api-key": "{CANARY}"' in keyring.read_text()
    assert API_KEY_VARIABLE not in profile
    terminal.run("profile", "delete", "dev", "--yes")
    assert keyring.read_text() == "{}"


def test_ctrl_c_at_a_hidden_question_leaves_the_terminal_as_it_was(terminal: Terminal) -> None:
    profiles = terminal.home / "config" / "profiles"
    profiles.mkdir(parents=True)
    (profiles / "dev.toml").write_text('target = "live"\n[fusionauth]\nurl = "https://auth.example.com"\n')
    ours, theirs, process = at_a_terminal(terminal, ("plan", "--profile", "dev"))

    def echoes() -> bool:
        return bool(termios.tcgetattr(theirs)[3] & termios.ECHO)

    said, end = "", time.monotonic() + SECONDS
    while not ("API key: " in said and not echoes()) and time.monotonic() < end:
        said += read(ours) or ""
        time.sleep(0.01)
    os.write(ours, b"\x03")
    assert process.wait(SECONDS) == 130, said
    assert echoes()
    os.close(ours)
    os.close(theirs)
