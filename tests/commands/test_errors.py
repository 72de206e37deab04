"""Bad input at the command line: a sentence, what to do, the right exit code, and never a traceback."""

import os
import signal
import socket
import time
from pathlib import Path

import pytest

from tests.commands.conftest import Running
from tests.commands.terminal import Terminal
from tests.gateway.signing import claims, sign


def _profile(terminal: Terminal, text: str | bytes, name: str = "mine") -> Path:
    folder = terminal.home / "config" / "profiles"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('taget = "live"', 'Did you mean "target"?'),
        ('[aws]\nregoin = "eu-west-1"', 'Did you mean "region"?'),
        ('target = "prod"', "'prod'"),
        ("target = ", "not valid TOML"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
def test_an_unusable_profile_is_named_with_what_is_wrong(terminal: Terminal, text: str | bytes, said: str) -> None:
    path = _profile(terminal, text)
    ended = terminal.run("up", "--profile", "mine")
    assert ended.code == 2
    assert str(path) in ended.err
    assert said in ended.err
    assert "Traceback" not in ended.err


def test_a_live_profile_wants_https_a_key_and_aws_credentials(terminal: Terminal) -> None:
    _profile(terminal, 'target = "live"')
    assert "https" in terminal.run("up", "--profile", "mine").err
    _profile(terminal, 'target = "live"\n[fusionauth]\nurl = "https://127.0.0.1:9"\n[aws]\nregion = "us-east-1"')
    assert "GATELIGHT_FUSIONAUTH_API_KEY" in terminal.run("up", "--profile", "mine").err
    secret = "a-key-that-nobody-may-see"
    ended = terminal.run(
        "up",
        "--profile",
        "mine",
        env={"GATELIGHT_FUSIONAUTH_API_KEY": secret, "AWS_EC2_METADATA_DISABLED": "true"},
    )
    assert ended.code == 3
    assert "connection refused" in ended.err
    assert "No usable AWS credentials" in ended.err
    assert secret not in ended.out + ended.err


def test_unknown_words_end_with_usage(terminal: Terminal) -> None:
    assert terminal.run("provision").code == 2
    assert terminal.run("up", "--jsn").code == 2
    assert terminal.run("profile", "show", "../etc/passwd").code == 2


@pytest.mark.parametrize("text", ["", "not-a-token", "a.b.c", "ey.ey.ey", "[/red]\x1b[31m.\u202e.x"])
def test_inspect_says_in_one_line_why_something_is_no_token(terminal: Terminal, text: str) -> None:
    ended = terminal.run("inspect", stdin=text)
    assert ended.code in (1, 2)
    assert ended.err
    assert "Traceback" not in ended.err
    assert "\x1b" not in ended.out + ended.err
    assert "\u202e" not in ended.out + ended.err


def test_inspect_follows_no_address_in_a_token_unless_told_and_then_none_of_this_machine(terminal: Terminal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        issuer = f"https://127.0.0.1:{server.getsockname()[1]}"
        token = sign(claims(issuer, now=time.time()))
        without = terminal.run("inspect", "--json", stdin=token).json()["signature"]
        assert f"--allow-fetch would read {issuer}/.well-known/openid-configuration" in without["sentence"]
        ended = terminal.run("inspect", "--json", "--allow-fetch", stdin=token)
        assert f"Reading {issuer}/.well-known/openid-configuration" in ended.err
        assert "not public" in ended.json()["signature"]["sentence"]
        assert without["checked"] is ended.json()["signature"]["checked"] is False
        with pytest.raises(BlockingIOError):
            server.accept()


def test_inspect_does_not_read_for_ever(terminal: Terminal) -> None:
    ended = terminal.run("inspect", stdin="x" * 1_500_000)
    assert ended.code == 2
    assert len(ended.err) < 500


def test_a_state_folder_that_cannot_be_written_is_named(terminal: Terminal) -> None:
    (terminal.home / "state").write_text("a file stands in the way")
    ended = terminal.run("sandbox")
    assert ended.code == 2
    assert str(terminal.home / "state") in ended.err
    assert "Traceback" not in ended.err


def test_ctrl_c_in_the_middle_of_up_ends_it_and_the_next_one_goes_on(running: Running) -> None:
    process = running.terminal.start("up")
    assert process.stdout is not None
    process.stdout.readline()  # the first step is done: it is in the middle
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert process.returncode in (130, -signal.SIGINT), err
    assert time.monotonic() - began < 4
    assert "Traceback" not in err
    assert running.run("up").code == 0


def test_output_into_a_closed_pipe_is_no_error(running: Running) -> None:
    reading, writing = os.pipe()
    process = running.terminal.start("plan", stdout=writing)
    os.close(writing)
    os.close(reading)
    _, err = process.communicate(timeout=20)
    assert "Traceback" not in err
