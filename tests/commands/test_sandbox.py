"""`gatelight sandbox`: what it prints is a contract, and what it serves can be used as it is."""

import shlex
import socket
import subprocess

import pytest
import requests

from tests.commands.conftest import Running
from tests.commands.terminal import Terminal


def test_its_line_names_every_place_and_credential(running: Running) -> None:
    line = running.endpoints
    assert set(line) == {"fusionauth", "user", "public_url", "aws", "gateway_url", "pid"}
    assert set(line["fusionauth"]) == {"url", "api_key", "tenant_id", "admin"}
    assert set(line["fusionauth"]["admin"]) == set(line["user"]) == {"email", "password"}
    assert set(line["aws"]) == {"endpoint_url", "region", "account_id", "access_key_id", "secret_access_key"}
    assert line["pid"] == running.pid


def test_its_tunnel_is_open_from_the_start(running: Running) -> None:
    discovery = requests.get(f"{running.endpoints['public_url']}/.well-known/openid-configuration", timeout=5)
    assert discovery.json()["jwks_uri"].startswith(running.endpoints["public_url"])


def test_a_second_one_of_the_same_name_refuses_and_names_the_first(running: Running) -> None:
    ended = running.run("sandbox")
    assert ended.code == 2
    assert str(running.pid) in ended.err
    assert ended.out == ""


def test_env_gives_what_the_shown_commands_read(running: Running) -> None:
    ended = running.run("sandbox", "--env")
    script = f'{ended.out}\nprintf \'%s|%s\' "$AWS_SECRET_ACCESS_KEY" "$GATELIGHT_FUSIONAUTH_API_KEY"'
    shell = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    secret, _, key = shell.stdout.partition("|")
    assert (secret, key) == (running.endpoints["aws"]["secret_access_key"], running.endpoints["fusionauth"]["api_key"])
    assert all(shlex.split(row)[0] == "export" for row in ended.out.splitlines())


def test_a_port_in_use_is_named(terminal: Terminal) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = terminal.run("sandbox", "--port", "gateway", str(port))
    assert ended.code == 2
    assert str(port) in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("command", ["plan", "up", "status", "token", "call"])
def test_commands_say_how_to_start_one_where_none_runs(terminal: Terminal, command: str) -> None:
    ended = terminal.run(command)
    assert ended.code == 2
    assert "gatelight sandbox" in ended.err
    assert ended.out == ""
