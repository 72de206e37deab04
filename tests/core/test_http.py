"""HTTP as the services speak it: always an end, never a redirect, no foreign credentials, failures in words."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.errors import ConfigurationError, Unreachable
from services.exchange import collecting
from services.http import BODY_LIMIT, HttpClient
from services.redact import MASK, Redactor, Secret
from tests.core.conftest import Canned, Server

Talk = Callable[[socket.socket], None]


@pytest.fixture
def raw_server() -> Iterator[Callable[[Talk], str]]:
    """Starts a server that does with a connection whatever it is told to; gives its URL."""
    listening: list[socket.socket] = []

    def start(talk: Talk) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        listening.append(server)

        def serve() -> None:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.recv(65_536)
                    talk(connection)
                except OSError:
                    return  # the client has gone, as it should

        threading.Thread(target=serve, daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}"

    yield start
    for server in listening:
        server.close()


def test_any_status_is_a_reply_and_a_redirect_is_not_followed(server: Server, http_client: HttpClient) -> None:
    server.answer = lambda method, path: Canned(302, headers={"location": f"{server.url}/elsewhere"})
    reply = http_client.send("GET", server.url + "/here")
    assert reply.status == 302
    assert [path for _, path, _ in server.asked] == ["/here"]


def test_an_endless_answer_is_cut_at_the_limit(server: Server, http_client: HttpClient) -> None:
    server.answer = lambda method, path: Canned(body=b"x" * (BODY_LIMIT + 500_000))
    assert len(http_client.send("GET", server.url).body) == BODY_LIMIT


def test_silence_ends_at_the_deadline(raw_server: Callable[[Talk], str], http_client: HttpClient) -> None:
    released = threading.Event()
    url = raw_server(lambda connection: (released.wait(20), None)[1])
    began = time.monotonic()
    with collecting() as said, pytest.raises(Unreachable, match="did not answer within 0 s"):
        http_client.send("GET", url, total_seconds=0.3)
    released.set()
    assert time.monotonic() - began < 3
    assert said[0].status is None
    assert "did not answer" in said[0].error


def test_a_body_that_drips_ends_at_the_deadline_too(raw_server: Callable[[Talk], str], http_client: HttpClient) -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(200):
            connection.sendall(b"x")
            time.sleep(0.05)

    began = time.monotonic()
    with pytest.raises(Unreachable, match="did not answer"):
        http_client.send("GET", raw_server(drip), total_seconds=0.5)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    "spoken", [b"", b"not http at all\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort"]
)
def test_a_broken_connection_is_told_in_words(
    raw_server: Callable[[Talk], str], http_client: HttpClient, spoken: bytes
) -> None:
    url = raw_server(lambda connection: connection.sendall(spoken))
    with pytest.raises(Unreachable, match="broke off"):
        http_client.send("GET", url)


def test_a_body_that_is_no_gzip_is_told_in_words(server: Server, http_client: HttpClient) -> None:
    server.answer = lambda method, path: Canned(body=b"plain", headers={"content-encoding": "gzip"})
    with pytest.raises(Unreachable):
        http_client.send("GET", server.url)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1:1/x", 'Nothing listens at "http://127.0.0.1:1": connection refused.'),
        ("http://no-such-host.invalid/x", 'The host name in "http://no-such-host.invalid" is not known.'),
        ("nonsense", "is not an address that can be called."),
        ("ftp://127.0.0.1/x", "is not an address that can be called."),
    ],
)
def test_where_nothing_answers_the_place_and_the_reason_are_named(http_client: HttpClient, url: str, said: str) -> None:
    with pytest.raises(Unreachable) as raised:
        http_client.send("GET", url)
    assert said in raised.value.message
    assert raised.value.fix
    assert raised.value.exit_code == 3


def test_credentials_in_an_address_are_shown_nowhere(http_client: HttpClient) -> None:
    with collecting() as said, pytest.raises(Unreachable) as raised:
        http_client.send("GET", "http://me:hunter2@127.0.0.1:1/")
    assert "hunter2" not in raised.value.message + repr(said)


def test_a_port_without_tls_is_told_as_one(raw_server: Callable[[Talk], str], http_client: HttpClient) -> None:
    url = raw_server(lambda connection: connection.sendall(b"this is no TLS")).replace("http:", "https:")
    with pytest.raises(Unreachable, match="speaks no TLS") as raised:
        http_client.send("GET", url)
    assert "http://" in raised.value.fix


def test_neither_a_proxy_nor_netrc_stands_between_us_and_loopback(
    server: Server, http_client: HttpClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password hunter2\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert http_client.send("GET", server.url, headers={"Authorization": Secret("our-own-key")}).status == 200
    assert http_client.send("GET", server.url.replace("127.0.0.1", "localhost")).status == 200
    assert [headers.get("Authorization") for _, _, headers in server.asked] == ["our-own-key", None]


@pytest.mark.parametrize("key", ["with\nnewline", "trailing\n", " blank", "snowman-☃", "\x00"])
def test_a_key_that_no_header_can_carry_is_named_without_showing_it(
    server: Server, http_client: HttpClient, key: str
) -> None:
    with pytest.raises(ConfigurationError, match='header "Authorization"') as raised:
        http_client.send("GET", server.url, headers={"Authorization": Secret(key)})
    assert key.strip() not in raised.value.message
    assert server.asked == []


def test_credentials_in_an_answer_are_masked_there_and_ever_after(
    server: Server, http_client: HttpClient, redactor: Redactor
) -> None:
    body = b'{"apiKey":{"key":"key-canary","name":"n"},"list":[{"refreshToken":"refresh-canary"}],"clientSecret":null}'
    server.answer = lambda method, path: Canned(body=body)
    with collecting() as said:
        reply = http_client.send("GET", server.url)
    assert reply.body == body
    assert "canary" not in str(said[0].response_body)
    assert said[0].response_body.reveal() == body.decode()
    assert redactor.mask("later: key-canary, refresh-canary") == f"later: {MASK}, {MASK}"


def test_an_exchange_keeps_what_was_said_with_secrets_masked(server: Server, http_client: HttpClient) -> None:
    server.answer = lambda method, path: Canned(201, b'{"a": "caf\xc3\xa9 \xff"}', headers={"X-Note": "n"})
    with collecting() as said:
        reply = http_client.send(
            "POST", server.url + "/p?q=1", headers={"Authorization": Secret("the-key")}, json_body={"x": "é the-key"}
        )
    exchange = said[0]
    assert (exchange.method, exchange.url, exchange.status, exchange.reason) == (
        "POST",
        server.url + "/p?q=1",
        201,
        "Created",
    )
    assert dict(exchange.request_headers)["Authorization"].reveal() == "the-key"
    assert str(exchange.request_body) == f'{{"x": "é {MASK}"}}'
    assert exchange.response_header("x-NOTE") == "n"
    assert exchange.response_header("absent") == ""
    assert reply.text == '{"a": "café \N{REPLACEMENT CHARACTER}"}'
    assert reply.seconds == exchange.seconds > 0


def test_exchanges_are_collected_by_the_innermost_collection_alone(server: Server, http_client: HttpClient) -> None:
    with collecting() as outer:
        http_client.send("GET", server.url + "/1")
        with collecting() as inner:
            http_client.send("GET", server.url + "/2")
    http_client.send("GET", server.url + "/3")
    assert [len(outer), len(inner)] == [1, 1]
