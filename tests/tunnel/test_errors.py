"""Every error of ngrok's that is known, recognised wherever it is hidden."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from services.http import HttpClient
from services.redact import Redactor, Secret
from services.tunnel.ngrok.errors import (
    at_edge,
    known_errors,
    reason_in_body,
    reason_in_log,
    reason_on_stderr,
    refused,
)
from services.tunnel.proof import prove
from tests.tunnel.cloud import page
from tests.tunnel.documented import ROWS, WITHOUT_A_CODE, Home, Row

TOKEN = "2" + "b" * 48


CODED = [row for row in ROWS if row.home is not Home.EDGE]
AT_EDGE = [row for row in ROWS if row.home is Home.EDGE]


def test_the_table_and_the_documented_rows_are_of_the_same_codes() -> None:
    assert {row.code for row in ROWS} == set(known_errors())


@pytest.mark.parametrize("row", CODED, ids=lambda row: f"{row.code}-{row.home.value}")
def test_each_refusal_is_told_with_its_code_its_meaning_and_one_fix_wherever_ngrok_hides_it(row: Row) -> None:
    told = f"{row.text.replace('X', TOKEN)}\n\nERR_NGROK_{row.code}\n"
    escaped = f"authentication failed: {told}".replace("\n", "\\n").replace('"', '\\"')
    homes = {
        "exception": told,
        "body": reason_in_body(json.dumps({"error_code": 103, "details": {"err": f"failed to start tunnel: {told}"}})),
        "standard error": reason_on_stderr(
            "NAME:\n  start\n" + "".join(f"ERROR:  {line}\n" for line in told.split("\n"))
        ),
        "log": reason_in_log(["lvl=info msg=x", f'lvl=crit msg="command failed" err="{escaped}"']),
    }
    known = known_errors()[row.code]
    for home, said in homes.items():
        error = refused(["", said], Redactor([Secret(TOKEN)]))
        assert (error.code, error.message) == (f"ERR_NGROK_{row.code}", f"ERR_NGROK_{row.code}: {known.meaning}"), home
        assert row.fix in error.fix, home
        assert error.retry is row.retry, home
        assert TOKEN not in error.message + error.fix


@pytest.mark.parametrize("row", AT_EDGE, ids=lambda row: row.code)
def test_each_answer_of_the_edge_is_a_condition_with_its_code_and_one_fix(row: Row, edge: "Edge") -> None:
    edge.row = row
    health = prove(HttpClient(Redactor()), edge.url)
    assert health.condition is row.condition
    assert f"ERR_NGROK_{row.code}: " in health.sentence
    assert row.fix in health.fix
    assert known_errors()[row.code].retry is row.retry
    assert known_errors()[row.code].edge


class Edge:
    """Answers everything as ngrok's edge does for a row."""

    def __init__(self) -> None:
        edge = self
        self.row = AT_EDGE[0]

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page(self, edge.row.status, f"ERR_NGROK_{edge.row.code}", edge.row.text)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture(scope="module")
def edge() -> Iterator[Edge]:
    """ngrok's edge."""
    edge = Edge()
    yield edge
    edge.server.shutdown()
    edge.server.server_close()


def test_the_last_reason_in_the_log_counts() -> None:
    first, last = ('lvl=eror msg=x err="first"', 'lvl=crit msg="command failed" err="last \\"quoted\\""')
    assert reason_in_log([first, last, "lvl=info msg=bye"]) == 'last \\"quoted\\"'
    assert "last" in refused([reason_in_log([first, last])], Redactor()).message


def test_the_authtoken_that_ngrok_repeats_is_masked() -> None:
    redactor = Redactor([Secret(TOKEN)])
    said = f"The authtoken is odd.\nYour authtoken: {TOKEN}\n\nERR_NGROK_1\n"
    assert TOKEN not in refused([said], redactor).message
    assert "hidden" in refused([said], Redactor()).message


@pytest.mark.parametrize(("said", "fix", "retry"), WITHOUT_A_CODE)
def test_what_has_no_code_still_has_one_thing_to_do(said: str, fix: str, retry: bool) -> None:
    error = refused([said], Redactor())
    assert fix in error.fix
    assert (error.code, error.retry) == ("", retry)


def test_a_code_in_the_edge_s_header_is_known() -> None:
    known = at_edge("ERR_NGROK_8012")
    assert known is not None
    assert known.edge
    assert at_edge("ERR_NGROK_77777") is None
