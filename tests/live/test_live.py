"""Everything there is to a gate, on a real account and a real FusionAuth, and nothing left of it afterwards."""

import time

import pytest

from tests.live.conftest import Live

pytestmark = [pytest.mark.live, pytest.mark.timeout(900)]

SPREADING_SECONDS = 90  # a new permission or route reaches all of AWS within a minute or so


def opens(live: Live) -> bool:
    """Whether the gate refuses without a token and lets one in, within the time that AWS may take."""
    end = time.monotonic() + SPREADING_SECONDS
    while True:
        called = live.run("call", "--json")
        if called.code == 0 or time.monotonic() > end:
            break
        time.sleep(5)
    pair = called.json()
    return (pair["without_token"]["status"], pair["with_token"]["status"]) == (401, 200)


def test_the_whole_story_and_nothing_is_left(live: Live) -> None:
    before = live.seen()
    assert live.run("plan", "--json").code == 0

    made = live.run("up", "--yes", "--json")
    assert made.code == 0, made.out + made.err
    assert opens(live)
    status = live.run("status", "--json")
    assert status.code == 0, status.out + status.err
    again = live.run("up", "--yes", "--json")
    assert {step["outcome"] for step in again.json()["steps"]} <= {"found", "holds"}
    theirs = [each for each in live.run("orphans", "--json").json()["orphans"] if each["profile"] == live.name]
    assert {each["in_ledger"] for each in theirs} == {True}
    assert {each["step"] for each in theirs} >= {"api", "function", "log_group", "role", "application", "user"}

    ended = live.run("down", "--yes", "--json")

    assert ended.code == 0, ended.out + ended.err
    assert [side["nothing_left"] for side in ended.json()["read_again"]] == [True, True]
    assert live.seen() == before


def test_without_its_ledger_everything_is_found_by_tag_and_the_issuer_given_back(live: Live) -> None:
    before = live.seen()
    made = live.run("up", "--yes", "--json")
    assert made.code == 0, made.out + made.err
    changed = [change for step in made.json()["steps"] if step["id"] == "issuer" for change in step["changes"]]
    live.ledger.unlink()
    lost = live.run("down")
    assert lost.code == 1, lost.out + lost.err

    restored = ["--restore-issuer", changed[0]["old"]] if changed else []
    ended = live.run("down", "--by-tag", "--yes", *restored)

    assert ended.code == 0, ended.out + ended.err
    assert live.seen() == before
