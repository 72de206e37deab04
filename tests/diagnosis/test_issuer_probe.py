"""An issuer as the public sees it: what the gateway could use, and everything that keeps it from that."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from services.diagnosis.facts import Fetched, IssuerFacts, Missing
from services.diagnosis.issuer_probe import TOKEN_REACH, Reach, probe_issuer
from services.gateway.issuer_keys import Source
from tests.diagnosis.strangers import Stranger, reply, serving
from tests.gateway.signing import EC_KID, KID, jwks

SANDBOX = Reach(is_sandbox=True)


@contextmanager
def issuer(*, name: str = "", jwks_uri: str = "", documents: dict[str, bytes] | None = None) -> Iterator[Stranger]:
    """An issuer that is in order but for what is given; `documents` are answers by path."""

    def answer(head: str) -> bytes:
        path = head.split(" ")[1]
        if path in (documents or {}):
            return (documents or {})[path]
        if path.endswith("openid-configuration"):
            where = jwks_uri or f"{stranger.url}/.well-known/jwks.json"
            return reply(json.dumps({"issuer": name or stranger.url, "jwks_uri": where}).encode())
        return reply(json.dumps(jwks()).encode())

    with serving(answer) as stranger:
        yield stranger


def problem(fetched: Fetched | Missing) -> str:
    return fetched.reason if isinstance(fetched, Missing) else fetched.problem


def test_an_issuer_in_order_gives_its_keys() -> None:
    with issuer() as server:
        facts = probe_issuer(server.url, SANDBOX.fetch)

    assert facts.keys.failure is None
    assert list(facts.keys.by_kid) == [KID]
    assert facts.keys.declared_issuer == server.url
    assert facts.key_algorithms == ((KID, "RSA"), (EC_KID, "EC"))
    assert (problem(facts.discovery), problem(facts.key_set), facts.jwks_uri_stray) == ("", "", "")
    assert not facts.is_private


@pytest.mark.parametrize("suffix", ["", "/", "/tenant", "/tenant/"])
def test_the_issuer_s_path_is_kept(suffix: str) -> None:
    with issuer() as server:
        probe_issuer(server.url + suffix, SANDBOX.fetch)

    assert server.asked[0].split(" ")[1] == suffix.rstrip("/") + "/.well-known/openid-configuration"


def test_a_document_that_says_nothing_leaves_the_gateway_without_keys() -> None:
    path = "/.well-known/openid-configuration"

    def failure(documents: dict[str, bytes]) -> tuple[Source, str]:
        with issuer(documents=documents) as server:
            facts = probe_issuer(server.url, SANDBOX.fetch)
        assert facts.keys.failure is not None
        return facts.keys.failure.source, facts.keys.failure.detail

    assert failure({path: reply(b"no", status=404)}) == (Source.DISCOVERY, "it answers with status 404")
    assert failure({path: reply(b"{")}) == (Source.DISCOVERY, "the discovery document is not JSON")
    assert failure({path: reply(b'{"issuer":"x"}')}) == (Source.DISCOVERY, "the discovery document names no jwks_uri")
    assert failure({"/.well-known/jwks.json": reply(b"[]")}) == (Source.JWKS, "the key set is not a JSON object")
    source, detail = failure({"/.well-known/jwks.json": reply(b"<html>", kind="text/html")})
    assert (source, "a page for people answers" in detail) == (Source.JWKS, True)


def test_what_was_learnt_before_the_failure_is_kept() -> None:
    with issuer(documents={"/.well-known/jwks.json": reply(b"", status=500)}) as server:
        facts = probe_issuer(server.url, SANDBOX.fetch)

    assert facts.keys.declared_issuer == server.url
    assert facts.keys.jwks_uri == f"{server.url}/.well-known/jwks.json"


def test_a_private_issuer_fails_though_its_keys_can_be_read_here() -> None:
    with issuer() as server:
        live = probe_issuer(server.url, Reach().fetch)
        private_port = probe_issuer(server.url, Reach(is_sandbox=True, private_ports=(server.port,)).fetch)

    for facts in (live, private_port):
        assert facts.is_private
        assert facts.keys.failure is not None
        assert "AWS cannot reach it" in facts.keys.failure.detail
        assert list(facts.keys.by_kid) == [KID]


def test_the_name_in_a_token_is_not_asked_on_this_machine() -> None:
    with issuer() as server:
        facts = probe_issuer(server.url, TOKEN_REACH.fetch)

    assert server.asked == []
    assert facts.keys.failure is not None


def test_a_key_set_expected_in_the_right_place_is_asked_once() -> None:
    with issuer() as server:
        facts = probe_issuer(server.url, SANDBOX.fetch, jwks_uri=f"{server.url}/.well-known/jwks.json")

    assert len(server.asked) == 2
    assert list(facts.keys.by_kid) == [KID]


def test_only_the_key_set_that_discovery_names_counts() -> None:
    with issuer() as server:
        facts = probe_issuer(server.url, SANDBOX.fetch, jwks_uri=f"{server.url}/elsewhere")

    assert isinstance(facts.key_set, Fetched)
    assert facts.key_set.url == f"{server.url}/.well-known/jwks.json"


@pytest.mark.parametrize(
    ("jwks_uri", "stray"),
    [
        ("http://127.0.0.1:1/jwks", 'its scheme is "http", the issuer\'s "https"'),
        ("https://localhost:1/jwks", 'its host is "localhost", the issuer\'s "127.0.0.1"'),
        ("https://127.0.0.1:1/jwks", "its port is 1, the issuer's 443"),
        ("https://[/jwks", "it is not a valid URL"),
    ],
)
def test_a_key_set_s_address_that_leads_elsewhere_is_told(jwks_uri: str, stray: str) -> None:
    def fetch(url: str) -> object:
        document = json.dumps({"issuer": "https://127.0.0.1", "jwks_uri": jwks_uri}).encode()
        with serving(lambda _: reply(document)) as server:
            return SANDBOX.fetch(server.url)

    facts: IssuerFacts = probe_issuer("https://127.0.0.1", fetch)  # type: ignore[arg-type]

    assert facts.jwks_uri_stray == stray
