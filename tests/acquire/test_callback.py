"""The loopback address a browser comes back to takes one answer, from the login it belongs to, and nothing else."""

import socket
import time
from collections.abc import Iterator

import pytest
import requests

from services.cancel import Cancellation
from services.redact import Secret
from services.tokens.callback import Callback

STATE = "a-state-that-nobody-guesses-0123456789-abcdef"
ORIGIN = "http://127.0.0.1:9011"
TIMEOUT = 5


@pytest.fixture
def callback() -> Iterator[Callback]:
    """A listener that waits for its answer."""
    with Callback(Secret(STATE), origin=ORIGIN, path="/gatelight/x", start_path="/start/y") as listening:
        listening.lead_to(Secret("http://127.0.0.1:9011/oauth2/authorize?state=" + STATE))
        yield listening


def get(callback: Callback, query: str = "", *, path: str = "/gatelight/x", **headers: str) -> requests.Response:
    """Ask the listener as something on this machine would."""
    url = f"http://{callback.address}{path}{query}"
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, headers=headers, timeout=TIMEOUT, allow_redirects=False)


def answer(callback: Callback) -> str:
    """The code that arrived."""
    return callback.wait(Cancellation(), time.monotonic() + TIMEOUT).code.reveal()


def test_the_right_answer_arrives(callback: Callback) -> None:
    assert get(callback, f"?code=abc&state={STATE}&iss=http%3A%2F%2Fissuer").status_code == 200
    arrived = callback.wait(Cancellation(), time.monotonic() + TIMEOUT)
    assert (arrived.code.reveal(), arrived.issuer, arrived.error) == ("abc", "http://issuer", "")


@pytest.mark.parametrize("query", ["", "?code=abc", "?code=abc&state=", "?code=abc&state=wrong", "?code=a&state=x%00é"])
def test_a_wrong_state_is_refused_and_does_not_end_the_wait(callback: Callback, query: str) -> None:
    refused = get(callback, query)
    assert refused.status_code == 400
    assert "arrived" not in refused.text
    assert get(callback, f"?code=good&state={STATE}").status_code == 200
    assert answer(callback) == "good"


def test_an_answer_of_another_issuer_ends_the_wait_without_praise() -> None:
    with Callback(
        Secret(STATE), origin=ORIGIN, path="/gatelight/x", start_path="/start/y", issuer="https://ours.example"
    ) as listening:
        page = get(listening, f"?code=c&state={STATE}&iss=https://theirs.example")
        assert "Not logged in" in page.text
        assert "Almost there" not in page.text
        assert listening.wait(Cancellation(), time.monotonic() + TIMEOUT).issuer == "https://theirs.example"


def test_only_the_first_answer_counts(callback: Callback) -> None:
    assert get(callback, f"?code=first&state={STATE}").status_code == 200
    assert get(callback, f"?code=second&state={STATE}").status_code == 410
    assert answer(callback) == "first"


@pytest.mark.parametrize("path", ["/", "/gatelight", "/gatelight/x/", "/gatelight/x/../x", "/GATELIGHT/x"])
def test_only_the_exact_path_is_answered(callback: Callback, path: str) -> None:
    host, port = callback.address.split(":")
    with socket.create_connection((host, int(port)), timeout=TIMEOUT) as raw:
        raw.sendall(f"GET {path}?code=a&state={STATE} HTTP/1.1\r\nHost: {callback.address}\r\n\r\n".encode())
        assert b" 404 " in raw.recv(100)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:9012"])
def test_a_foreign_origin_is_refused(callback: Callback, origin: str) -> None:
    assert get(callback, f"?code=a&state={STATE}", Origin=origin).status_code == 403


def test_fusionauths_own_origin_is_let_in(callback: Callback) -> None:
    assert get(callback, f"?code=a&state={STATE}", Origin=ORIGIN).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost:8765", "127.0.0.1"])
def test_another_host_name_is_refused(callback: Callback, host: str) -> None:
    assert get(callback, f"?code=a&state={STATE}", Host=host).status_code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "HEAD", "OPTIONS", "DELETE", "BREW"])
def test_only_get_is_answered(callback: Callback, method: str) -> None:
    url = f"{callback.redirect_url}?code=a&state={STATE}"
    with requests.Session() as session:
        session.trust_env = False
        assert session.request(method, url, timeout=TIMEOUT).status_code == 405


def test_the_start_leads_on_once(callback: Callback) -> None:
    first = get(callback, path="/start/y")
    assert first.status_code == 302
    assert first.headers["Location"].endswith(STATE)
    assert get(callback, path="/start/y").status_code == 410


def test_pages_may_not_be_kept_framed_or_followed(callback: Callback) -> None:
    headers = get(callback, "?x").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "Server" not in headers


def test_markup_in_an_answer_is_not_shown(callback: Callback) -> None:
    page = get(callback, f"?error=<script>&error_description=<script>&state={STATE}")
    assert "<script>" not in page.text


def test_a_connection_that_says_nothing_does_not_stand_in_the_way(callback: Callback) -> None:
    host, port = callback.address.split(":")
    with socket.create_connection((host, int(port)), timeout=TIMEOUT):
        assert get(callback, f"?code=a&state={STATE}").status_code == 200


def test_garbage_is_refused(callback: Callback) -> None:
    host, port = callback.address.split(":")
    for garbage in (b"\x16\x03\x01\x00\r\n\r\n", b"GET //[ HTTP/1.1\r\nHost: x\r\n\r\n", b"A" * 70_000 + b"\r\n\r\n"):
        with socket.create_connection((host, int(port)), timeout=TIMEOUT) as raw:
            raw.sendall(garbage)
            raw.settimeout(TIMEOUT)
            assert b" 200 " not in raw.recv(200)
    assert get(callback, f"?code=a&state={STATE}").status_code == 200


def test_it_listens_on_loopback_only_and_closes_when_left() -> None:
    with Callback(Secret(STATE), origin=ORIGIN, path="/a", start_path="/b") as listening:
        host, port = listening.address.split(":")
        assert host == "127.0.0.1"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=TIMEOUT).close()
