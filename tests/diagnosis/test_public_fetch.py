"""A document as a stranger gets it: exact about what is wrong, bounded, and never led to a private address."""

import itertools
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.diagnosis.public_fetch import LIMIT, Document, fetch_public
from tests.diagnosis.strangers import Answer, certificate, drip, reply, serving


def got(answer: Answer | bytes, path: str = "/.well-known/openid-configuration", **options: Any) -> Document:
    with serving(answer if callable(answer) else lambda _: answer) as stranger:
        return fetch_public(stranger.url + path, allow_loopback=True, **options)


def test_a_good_document_has_no_problem_and_tells_all_of_itself() -> None:
    cached = "Cache-Control: public, max-age=600, must-revalidate"
    document = got(reply(b'{"issuer":"x"}', "Date: Tue, 15 Nov 1994 08:12:31 GMT", cached))

    facts = document.facts
    assert (facts.problem, facts.status, facts.content_type, facts.size) == ("", 200, "application/json", 14)
    assert (facts.max_age, facts.server_time, facts.address) == (600, 784_887_151.0, "127.0.0.1")
    assert 0 < facts.seconds < 5
    assert document.body == b'{"issuer":"x"}'
    assert document.is_private


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (reply(b"", "Location: https://elsewhere.example/x", status=302), 'redirects to "https://elsewhere.example/x"'),
        (reply(b"", status=301), "it answers 301 and redirects;"),
        (reply(b"<html>", kind="text/html; charset=utf-8"), "a page for people answers (200, text/html"),
        (reply(b"no", status=404), "it answers with status 404"),
        (reply(b"x" * (LIMIT + 5)), "larger than 150,000 bytes"),
        (b"HTTP/1.1 200 X\r\n\r\n" + b"x" * (LIMIT + 5), "larger than 150,000 bytes"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "does not speak HTTP"),
        (b"", "it hung up without an answer"),
        (b"HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\nshort", "does not speak HTTP"),
        (reply(b"\x1f\x8bnot gzip", "Content-Encoding: gzip"), "does not speak HTTP"),
    ],
)
def test_what_is_wrong_with_an_answer_is_named(answer: bytes, problem: str) -> None:
    document = got(answer)

    assert problem in document.facts.problem
    assert len(document.body) <= LIMIT


@pytest.mark.parametrize("slow", ["head", "body"])
def test_an_answer_that_drips_ends_at_the_deadline(slow: str) -> None:
    def answer(_: str) -> Iterator[bytes]:
        head = b"HTTP/1.1 200 X\r\nContent-Length: 1000\r\n"
        return itertools.chain(
            () if slow == "head" else (head + b"\r\n",), drip(head if slow == "head" else b"x" * 1000, 0.02)
        )

    document = got(answer, seconds=0.3)

    assert document.facts.problem == "no complete answer within 300 ms"
    assert document.facts.status == (None if slow == "head" else 200)


def test_an_answer_that_comes_too_late_for_the_gateway_is_read_and_marked() -> None:
    def answer(_: str) -> Iterator[bytes]:
        return itertools.chain(drip(b"HTTP/1.1 200 X\r\n", 0.1), (b"Content-Length: 2\r\n\r\n{}",))

    document = got(answer)

    assert document.body == b"{}"
    assert "API Gateway waits 1,500 ms" in document.facts.problem


def test_nobody_is_told_who_asks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with serving(lambda _: reply(b"{}", "Set-Cookie: a=b")) as stranger:
        for _ in range(2):
            assert fetch_public(stranger.url, allow_loopback=True).facts.problem == ""

    assert len(stranger.asked) == 2
    for head in stranger.asked:
        names = {line.partition(":")[0].lower() for line in head.split("\r\n")[1:] if line}
        assert names == {"host", "accept", "accept-encoding", "user-agent", "connection"}


def test_a_certificate_nobody_vouches_for_is_a_tls_problem(tmp_path: Path) -> None:
    public, context = certificate(tmp_path, "issuer.example")
    with serving(lambda _: reply(), context) as stranger:
        url = f"https://issuer.example:{stranger.port}/"

        def at_home(host: str, port: int) -> list[str]:
            return ["127.0.0.1"]

        unknown = fetch_public(url, allow_loopback=True, resolving=at_home)
        trusted = ssl.create_default_context(cafile=str(public))
        known = fetch_public(url, allow_loopback=True, resolving=at_home, tls=trusted)
        other = fetch_public(stranger.url, allow_loopback=True, tls=trusted)

    assert unknown.facts.tls_problem == "its certificate is self-signed"
    assert unknown.facts.problem == "TLS failed: its certificate is self-signed"
    assert known.facts.problem == ""
    assert other.facts.tls_problem in (
        "its certificate is for another host name",
        "its certificate is for another address",
    )


def test_a_port_without_tls_is_a_tls_problem() -> None:
    with serving(lambda _: reply()) as stranger:
        document = fetch_public(stranger.url.replace("http:", "https:"), allow_loopback=True)

    assert document.facts.tls_problem == "it does not speak TLS on this port"


@pytest.mark.parametrize(
    "addresses",
    [
        *(["127.0.0.1"], ["10.0.0.7"], ["169.254.169.254"], ["::ffff:127.0.0.1"], ["fd00:ec2::254"], ["100.64.0.1"]),
        *(["8.8.8.8", "10.0.0.7"], ["127.0.0.1", "8.8.8.8"], ["64:ff9b::7f00:1"], ["0.0.0.0"]),
    ],
    ids=",".join,
)
def test_a_name_of_a_token_never_leads_to_a_private_address(addresses: list[str]) -> None:
    with serving(lambda _: reply()) as stranger:
        document = fetch_public(f"https://evil.example:{stranger.port}/", resolving=lambda *_: addresses)

    assert "is not public, and it is not asked" in document.facts.problem
    assert stranger.asked == []


def test_a_name_that_changes_its_address_is_resolved_only_once() -> None:
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])
    with serving(lambda _: reply()) as stranger:
        document = fetch_public(f"https://evil.example:{stranger.port}/", resolving=lambda *_: next(answers), seconds=2)

    assert "no connection" in document.facts.problem  # to the public address, which tests cannot reach
    assert stranger.asked == []
    assert next(answers) == ["127.0.0.1"]


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://issuer.example/", "it is not https"),
        ("ftp://issuer.example/", "it is not an https URL"),
        ("file:///etc/passwd", "it is not an https URL"),
        ("https:///x", "it is not an https URL"),
        ("acme.com/.well-known/openid-configuration", "it is not an https URL"),
        ("https://issuer.example/\r\nX: y", "characters that a URL cannot have"),
        ("https://issuer.example:99999/", "it is not a valid URL"),
        ("https://[::1/", "it is not a valid URL"),
        ("https://" + "a" * 70 + ".example/", "its host name is not known"),
        ("https://nowhere.invalid/", "its host name is not known"),
    ],
)
def test_what_cannot_be_asked_is_said_and_not_asked(url: str, problem: str) -> None:
    def resolving(host: str, port: int) -> list[str]:
        host.encode("idna")
        if host.endswith(".invalid"):
            raise OSError("Name or service not known")
        return ["93.184.216.34"]

    assert problem in fetch_public(url, resolving=resolving).facts.problem


def test_loopback_over_http_is_asked_only_where_it_is_meant() -> None:
    with serving(lambda _: reply()) as stranger:
        assert "not https" in fetch_public(stranger.url).facts.problem
        assert "not https" in fetch_public(stranger.url, allow_private=True).facts.problem
        assert stranger.asked == []
        assert fetch_public(stranger.url, allow_loopback=True).facts.problem == ""
