"""Calling a route: the answer whole, the token masked, failures in words."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from services.errors import ConfigurationError, Unreachable
from services.exchange import collecting
from services.gateway.call import call
from services.http import HttpClient
from services.redact import Redactor, Secret


@contextmanager
def answering(response: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A server for one request: its URL, and what it was sent."""
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                received.append(connection.recv(65_536))
                connection.sendall(response)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/private", received
        thread.join(10)


@pytest.fixture
def http() -> Iterator[HttpClient]:
    client = HttpClient(Redactor())
    yield client
    client.close()


REFUSED = (
    b"HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Bearer\r\ncontent-length: 26\r\nconnection: close\r\n\r\n"
    b'{"message":"Unauthorized"}'
)


def test_an_answer_keeps_status_headers_and_body(http: HttpClient) -> None:
    with answering(REFUSED) as (url, received):
        answer = call(http, url)
    assert (answer.status, answer.reason, answer.body) == (401, "Unauthorized", '{"message":"Unauthorized"}')
    assert answer.header("WWW-Authenticate") == "Bearer"
    assert b"authorization" not in received[0].lower()


def test_the_token_is_sent_as_bearer_and_collected_as_a_secret(http: HttpClient) -> None:
    with answering(REFUSED) as (url, received), collecting() as exchanges:
        call(http, url, Secret("opaque-token"))
    assert b"Authorization: Bearer opaque-token\r\n" in received[0]
    assert "opaque-token" not in repr(exchanges)
    assert any(str(value).startswith("•") for _, value in exchanges[0].request_headers)


def test_a_redirect_is_an_answer(http: HttpClient) -> None:
    response = (
        b"HTTP/1.1 302 Found\r\nlocation: https://login.example\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )
    with answering(response) as (url, _):
        assert call(http, url).header("location") == "https://login.example"


def test_nothing_listening_is_said(http: HttpClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unreachable, match="connection refused"):
        call(http, f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("token", ["a\r\nX-Injected: 1", "tokén", "a\x00b"])
def test_a_token_that_no_header_can_carry_is_refused_before_sending(http: HttpClient, token: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot carry"):
        call(http, "http://127.0.0.1:9/", Secret(token))
