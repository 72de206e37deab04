"""What the sandbox's AWS fetches from an issuer, and what it refuses to."""

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from services.gateway.issuer_keys import IssuerFailure, Source
from services.sandbox.gateway.issuers import IssuerFetcher
from tests.gateway.signing import KID, jwks
from tests.sandbox_gateway.conftest import Issuer, serving


@pytest.fixture(scope="module")
def running_issuer() -> Iterator[Issuer]:
    issuer = Issuer()
    with serving(issuer) as port:
        issuer.url = f"http://127.0.0.1:{port}"
        yield issuer


@pytest.fixture
def issuer(running_issuer: Issuer) -> Issuer:
    running_issuer.restore()
    return running_issuer


def port_of(issuer: Issuer) -> int:
    return int(issuer.url.rpartition(":")[2])


async def failure_of(fetcher: IssuerFetcher, issuer: str) -> IssuerFailure:
    with pytest.raises(IssuerFailure) as caught:
        await fetcher.probe(issuer)
    return caught.value


async def test_keys_come_from_the_jwks_uri_of_the_discovery_document(issuer: Issuer) -> None:
    keys = await IssuerFetcher(private_ports=()).keys(issuer.url)
    assert list(keys.by_kid) == [KID]
    assert (keys.declared_issuer, keys.jwks_uri) == (issuer.url, f"{issuer.url}/oauth/keys")
    assert "only RSA keys" in keys.skipped[0].reason


async def test_those_who_wait_for_the_same_issuer_share_one_fetch(issuer: Issuer) -> None:
    fetcher = IssuerFetcher(private_ports=())
    await asyncio.gather(*(fetcher.keys(issuer.url) for _ in range(5)))
    assert len(issuer.requests) == 2


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "127.1", "[::ffff:127.0.0.1]"])
async def test_a_private_port_of_this_machine_is_never_reached(issuer: Issuer, host: str) -> None:
    fetcher = IssuerFetcher(private_ports={port_of(issuer)})
    error = await failure_of(fetcher, issuer.url.replace("127.0.0.1", host))
    assert "private" in error.failure.detail
    assert issuer.requests == []


async def test_a_public_discovery_document_cannot_lead_to_a_private_key_set(issuer: Issuer) -> None:
    public = Issuer()
    with serving(public) as port:
        public.url = f"http://127.0.0.1:{port}"
        public.discovery = {"jwks_uri": f"{issuer.url}/oauth/keys"}
        error = await failure_of(IssuerFetcher(private_ports={port_of(issuer)}), public.url)
    assert error.failure.source is Source.JWKS
    assert issuer.requests == []


@pytest.mark.parametrize(
    ("changed", "source", "detail"),
    [
        ({"discovery": None}, Source.DISCOVERY, "it answered 404"),
        ({"discovery": b"<html>"}, Source.DISCOVERY, "not JSON"),
        ({"discovery": []}, Source.DISCOVERY, "not a JSON object"),
        ({"discovery": {}}, Source.DISCOVERY, "names no jwks_uri"),
        ({"discovery": b"[" * 200_000}, Source.DISCOVERY, "larger than 150000 bytes"),
        ({"discovery": {"jwks_uri": "ftp://x/"}}, Source.JWKS, "not an https URL"),
        ({"discovery": {"jwks_uri": "http://192.0.2.1/keys"}}, Source.JWKS, "must use https"),
        ({"discovery": {"jwks_uri": "http://127.0.0.1:1/ x"}}, Source.JWKS, "characters"),
        ({"discovery": {"jwks_uri": "http://[x/"}}, Source.JWKS, "not valid HTTP"),
        ({"keys": None}, Source.JWKS, "it answered 404"),
        ({"keys": {"keys": 7}}, Source.JWKS, 'no list "keys"'),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_each_failure_says_which_document_and_why(
    issuer: Issuer, changed: dict[str, Any], source: Source, detail: str
) -> None:
    vars(issuer).update(changed)
    error = await failure_of(IssuerFetcher(private_ports=()), issuer.url)
    assert error.failure.source is source
    assert detail in error.failure.detail


async def test_redirects_are_not_followed(issuer: Issuer) -> None:
    issuer.discovery = {"jwks_uri": f"{issuer.url}/moved"}
    error = await failure_of(IssuerFetcher(private_ports=()), issuer.url)
    assert "302" in error.failure.detail
    assert issuer.requests[-1] == "/moved"


async def test_a_slow_issuer_is_given_1500_ms(issuer: Issuer) -> None:
    issuer.delay = 6.0
    started = asyncio.get_running_loop().time()
    error = await failure_of(IssuerFetcher(private_ports=()), issuer.url)
    assert 1.4 < asyncio.get_running_loop().time() - started < 5
    assert "1500 ms" in error.failure.detail


async def test_nothing_listening_is_a_failure_with_its_reason() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = await failure_of(IssuerFetcher(private_ports=()), f"http://127.0.0.1:{port}")
    assert "no connection" in error.failure.detail


async def test_a_success_is_kept_for_two_hours_and_a_failure_for_a_second(issuer: Issuer) -> None:
    time = 1000.0
    fetcher = IssuerFetcher(private_ports=(), clock=lambda: time)
    issuer.keys = None
    assert (await fetcher.keys(issuer.url)).failure is not None
    issuer.keys = jwks()
    assert (await fetcher.keys(issuer.url)).failure is not None
    time += 1.0
    assert (await fetcher.keys(issuer.url)).failure is None
    issuer.keys = None
    time += 7_199
    assert (await fetcher.keys(issuer.url)).failure is None
    time += 1
    assert (await fetcher.keys(issuer.url)).failure is not None


async def test_forgetting_an_issuer_fetches_it_again(issuer: Issuer) -> None:
    fetcher = IssuerFetcher(private_ports=())
    await fetcher.keys(issuer.url)
    fetcher.forget(issuer.url)
    assert fetcher.cached(issuer.url) is None
    await fetcher.keys(issuer.url)
    assert len(issuer.requests) == 4


async def test_an_issuer_with_a_path_and_a_trailing_slash_keeps_its_path_without_doubling_the_slash(
    issuer: Issuer,
) -> None:
    await failure_of(IssuerFetcher(private_ports=()), f"{issuer.url}/tenant/")
    assert issuer.requests == ["/tenant/.well-known/openid-configuration"]
