"""Nothing waits for the making of a key but those who need that key."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.sandbox.fusionauth import key_master, key_pairs
from services.sandbox.fusionauth.api import keys
from services.sandbox.fusionauth.key_pairs import SigningKey
from services.sandbox.fusionauth.store import Store
from tests.sandbox_fusionauth.conftest import SIGNING_KEY_ID, TIMEOUT, Client, codes


class Held:
    """Key generation that stands still until it is released."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: object) -> None:
        self.started = threading.Event()
        self.released = threading.Event()
        monkeypatch.setattr(module, "generate", self.generate)

    def generate(self, **wanted: object) -> SigningKey:
        self.started.set()
        assert self.released.wait(TIMEOUT)
        return key_pairs.generate(**wanted)  # type: ignore[arg-type]


async def test_a_fresh_store_is_ready_before_its_rsa_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    held = Held(monkeypatch, key_master)
    store = Store.fresh()
    assert store.keys.get(store.keys.signing_key_id)
    held.released.set()
    assert [item.key.type for item in await store.keys.all()] == ["HMAC", "HMAC", "RSA"]
    assert len(list(await store.keys.all())) == 3


async def test_a_caller_who_gives_up_does_not_take_the_rsa_pair_along(monkeypatch: pytest.MonkeyPatch) -> None:
    held = Held(monkeypatch, key_master)
    store = Store.fresh()
    waiting = [asyncio.create_task(store.keys.all()) for _ in range(2)]
    await asyncio.sleep(0)  # both wait now
    waiting[0].cancel()
    held.released.set()
    assert len(list(await waiting[1])) == 3
    assert len(list(await store.keys.all())) == 3


def test_other_requests_are_served_while_a_key_is_made(fusionauth: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    held = Held(monkeypatch, keys)
    body = {"key": {"name": "slow", "algorithm": "RS256", "length": 2048}}
    with ThreadPoolExecutor(1) as pool:
        made = pool.submit(fusionauth.call, "POST", "/api/key/generate", body)
        assert held.started.wait(TIMEOUT)
        assert fusionauth.call("GET", "/api/tenant").status_code == 200
        assert not made.done()
        held.released.set()
        assert made.result(TIMEOUT).status_code == 200


def test_of_two_requests_for_the_same_id_one_wins(fusionauth: Client) -> None:
    body = {"key": {"name": "pair", "algorithm": "RS256", "length": 2048}}
    with ThreadPoolExecutor(2) as pool:
        path = f"/api/key/generate/{SIGNING_KEY_ID}"
        responses = list(pool.map(lambda _: fusionauth.call("POST", path, body), range(2)))
    statuses = sorted(response.status_code for response in responses)
    assert statuses == [200, 400]
    (refused,) = (response for response in responses if response.status_code == 400)
    assert codes(refused) == {"[duplicate]key.id"}


def test_of_two_users_with_the_same_address_one_wins(fusionauth: Client) -> None:
    body = {"user": {"email": "a@example.com", "password": "password"}}
    with ThreadPoolExecutor(2) as pool:
        responses = list(pool.map(lambda _: fusionauth.call("POST", "/api/user", body), range(2)))
    assert sorted(response.status_code for response in responses) == [200, 400]
