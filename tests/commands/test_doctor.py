"""`gatelight doctor` on the line: a profile's gate, anybody's with little to go by, outputs and exit codes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.conftest import Running
from tests.commands.terminal import Terminal
from tests.gateway.signing import AUDIENCE, claims, jwks, sign

ISSUER = "https://id.example.com"


@pytest.fixture
def broken(provisioned: Running) -> Iterator[Running]:
    """The provisioned gate, its authorizer with a slash too many."""
    assert provisioned.run("break", "trailing-slash").code == 0
    yield provisioned
    provisioned.run("break", "--undo")


def test_a_sound_gate_is_said_to_be_sound(provisioned: Running) -> None:
    ended = provisioned.run("doctor", "--via", "login", "--json")
    told = ended.json()
    assert (ended.code, told["healthy"], told["findings"]) == (0, True, [])
    assert told["prediction"]["as_predicted"] is True


def test_a_trailing_slash_is_named_quoted_marked_and_given_one_fix(broken: Running) -> None:
    ended = broken.run("doctor", "--via", "login")
    issuer = broken.endpoints["public_url"]
    assert ended.code == 1
    assert f'expected "{issuer}/"' in ended.out
    assert f'actual   "{issuer}"' in ended.out
    assert "wrong    the authorizer" in ended.out
    assert "$ aws apigatewayv2 update-authorizer" in ended.out
    assert "word for word" in ended.out


def test_a_token_that_is_piped_in_is_held_against_the_profile_s_gate(broken: Running) -> None:
    token = broken.run("token").out.strip()
    ended = broken.run("doctor", "--json", stdin=f"Authorization: Bearer {token}\n")
    assert ended.json()["decided_by"] == "issuer"
    assert token.rpartition(".")[2] not in ended.out


def test_a_bundle_holds_the_diagnosis_and_no_signature(broken: Running, tmp_path: Path) -> None:
    token = broken.run("token").out.strip()
    broken.run("doctor", "--bundle", str(tmp_path / "ticket.md"), stdin=token)
    written = (tmp_path / "ticket.md").read_text() + (tmp_path / "ticket.json").read_text()
    assert "Set the authorizer's issuer" in written
    assert token.rpartition(".")[2] not in written
    assert broken.endpoints["fusionauth"]["api_key"] not in written


def test_a_fix_needs_somebody_to_say_yes(broken: Running) -> None:
    ended = broken.run("doctor", "--via", "login", "--fix")
    assert ended.code == 2
    assert "Nobody is there" in ended.err


def test_without_aws_an_authorizer_described_by_hand_is_enough(terminal: Terminal, tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(jwks()))
    described = ("--issuer", ISSUER + "/", "--audience", AUDIENCE, "--keys", str(keys), "--no-call")
    ended = terminal.run("doctor", *described, "--json", stdin=sign(claims(ISSUER)))
    told = ended.json()
    assert ended.code == 1
    assert {"issuer"} <= {finding["id"] for finding in told["findings"]}
    assert told["case"]["gate"]["issuer"] == ISSUER + "/"
    assert {"what": "the gateway's answer", "reason": "the gateway was not called"}.items() <= told["not_checked"][
        -1
    ].items()


def test_an_answer_alone_is_read_backwards(terminal: Terminal) -> None:
    header = 'Bearer scope="" error="invalid_token" error_description="the token does not have a valid audience"'
    answer = f'HTTP/2 401\nwww-authenticate: {header}\napigw-requestid: a=\n\n{{"message":"Unauthorized"}}\n'
    told = terminal.run("doctor", "--json", stdin=answer).json()
    assert told["decided_by"] == "audience"
    assert told["answered"]["speaker"] == "the gateway's authorizer"


def test_nothing_at_all_to_go_by_says_what_to_give(terminal: Terminal) -> None:
    ended = terminal.run("doctor")
    assert ended.code == 2
    assert "gatelight sandbox" in ended.err


@pytest.mark.parametrize("arguments", [("--audience", "x"), ("--bundle", "ticket.json", "--no-call")])
def test_what_does_not_fit_is_an_error_and_nothing_is_written(
    arguments: tuple[str, ...], terminal: Terminal, tmp_path: Path
) -> None:
    ended = terminal.run("doctor", *arguments, stdin="eyJhbGciOiJSUzI1NiJ9.e30.AAAA")
    assert ended.code == 2
    assert "Traceback" not in ended.err
    assert not Path("ticket.json").exists()


@pytest.mark.parametrize("arguments", [("up",), ("break", "no-permission"), ("down", "--yes"), ("token",)])
def test_read_only_refuses_what_could_change_something(arguments: tuple[str, ...], provisioned: Running) -> None:
    before = provisioned.run("status", "--json").json()["steps"]
    ended = provisioned.run("--read-only", *arguments)
    assert ended.code != 0
    assert "read-only" in ended.err + ended.out
    assert provisioned.run("status", "--json").json()["steps"] == before


def test_read_only_still_looks(provisioned: Running) -> None:
    assert provisioned.run("--read-only", "status").code == 0
    assert provisioned.run("--read-only", "plan").code == 0
