"""Every error of ngrok's that is known, recognised wherever it is hidden."""

import json

import pytest

from services.redact import Redactor, Secret
from services.tunnel.ngrok.errors import (
    at_edge,
    known_errors,
    reason_in_body,
    reason_in_log,
    reason_on_stderr,
    refused,
)

TOKEN = "2" + "b" * 48


@pytest.mark.parametrize("number", sorted(known_errors()))
def test_each_code_has_a_meaning_and_one_thing_to_do(number: str) -> None:
    error = refused([f"some words\n\nERR_NGROK_{number}\n"], Redactor())
    assert error.code == f"ERR_NGROK_{number}"
    assert error.message == f"ERR_NGROK_{number}: {known_errors()[number].meaning}"
    assert error.fix == known_errors()[number].fix


def test_a_code_hidden_in_any_of_the_four_homes_is_found() -> None:
    logged = 'lvl=crit msg="command failed" err="authentication failed: no\\n\\nERR_NGROK_107\\n"'
    body = json.dumps({"error_code": 103, "details": {"err": "failed to start tunnel: no\n\nERR_NGROK_334\n"}})
    stderr = "NAME:\n  start\nERROR:  authentication failed\nERROR:  \nERROR:  ERR_NGROK_4018\n"
    assert refused(["", reason_in_log(["lvl=info msg=x", logged])], Redactor()).code == "ERR_NGROK_107"
    assert refused([reason_in_body(body)], Redactor()).code == "ERR_NGROK_334"
    assert refused([reason_on_stderr(stderr)], Redactor()).code == "ERR_NGROK_4018"
    assert refused(["authentication failed: ERR_NGROK_108"], Redactor()).code == "ERR_NGROK_108"


def test_the_last_reason_in_the_log_counts() -> None:
    first, last = ('lvl=eror msg=x err="first"', 'lvl=crit msg="command failed" err="last \\"quoted\\""')
    assert reason_in_log([first, last, "lvl=info msg=bye"]) == 'last \\"quoted\\"'
    assert "last" in refused([reason_in_log([first, last])], Redactor()).message


def test_the_authtoken_that_ngrok_repeats_is_masked() -> None:
    redactor = Redactor([Secret(TOKEN)])
    said = f"The authtoken is odd.\nYour authtoken: {TOKEN}\n\nERR_NGROK_1\n"
    assert TOKEN not in refused([said], redactor).message
    assert "hidden" in refused([said], Redactor()).message


@pytest.mark.parametrize(
    ("said", "fix"),
    [
        ("dial tcp: lookup connect.ngrok-agent.com: no such host", "ngrok diagnose"),
        ("x509: certificate signed by unknown authority", "connect_cas"),
        ("nonsense", "by hand"),
        ("", "by hand"),
    ],
)
def test_what_has_no_code_still_has_one_thing_to_do(said: str, fix: str) -> None:
    error = refused([said], Redactor())
    assert fix in error.fix
    assert error.code == ""


def test_only_what_may_go_away_by_itself_is_tried_again() -> None:
    assert {number for number, known in known_errors().items() if known.retry} == {"3004", "8012"}
    assert refused(["dial tcp 1.2.3.4:443: i/o timeout"], Redactor()).retry
    assert not refused(["ERR_NGROK_334"], Redactor()).retry


def test_a_code_in_the_edge_s_header_is_known() -> None:
    known = at_edge("ERR_NGROK_8012")
    assert known is not None
    assert known.edge
    assert at_edge("ERR_NGROK_77777") is None
