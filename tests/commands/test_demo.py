"""`gatelight demo`, which is also what `gatelight` tells where there is no terminal."""

import json
from pathlib import Path

from tests.commands.terminal import Terminal


def test_without_a_terminal_the_story_is_told_as_lines_and_ends_well(terminal: Terminal) -> None:
    ended = terminal.run()
    assert ended.code == 0, ended.err
    assert "Without a token: 401 Unauthorized" in ended.out
    assert "www-authenticate: Bearer\n" in ended.out
    assert "With the token: 200 OK" in ended.out
    assert "Everything is taken back" in ended.out


def test_demo_leaves_nothing_behind(terminal: Terminal) -> None:
    terminal.run("demo")
    left = [path for path in (terminal.home / "state").rglob("*") if path.is_file() and path.suffix == ".json"]
    assert left == []


def test_demo_tells_programs_what_it_saw_and_how_long_each_part_took(terminal: Terminal) -> None:
    story = terminal.run("demo", "--json").json()
    assert story["call"]["without_token"]["status"] == 401
    assert story["call"]["with_token"]["status"] == 200
    assert story["call"]["as_predicted"] is True
    assert story["agreement"]["holds"] is True
    assert set(story["seconds"]) == {"sandbox", "provisioning", "token", "call", "until_200"}
    claims = json.loads(story["call"]["with_token"]["body"])
    assert claims["iss"] == story["agreement"]["issuer"]["places"][0]["values"][0]
    assert claims["roles"] == "[]"


def test_demo_says_what_to_install_where_the_sandbox_extra_is_missing(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util\n"
        "found = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *rest: None if name == 'ministack' else found(name, *rest)\n"
    )
    ended = terminal.run("demo", env={"PYTHONPATH": str(tmp_path)})
    assert ended.code == 2
    assert "gatelight[sandbox]" in ended.err
    assert "Traceback" not in ended.err
