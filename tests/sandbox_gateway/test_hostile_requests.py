"""Whatever comes in, the gateway answers, and only signed tokens reach the function."""

import asyncio
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.gateway.issuer_keys import IssuerKeys
from services.sandbox.aws.snapshot import Authorizer, Cors, Stage
from services.sandbox.gateway.app import create_app
from services.sandbox.gateway.issuers import IssuerFetcher
from services.tokens.keys import parse_jwks
from tests.gateway.calm import calm
from tests.gateway.signing import AUDIENCE, NOW, claims, jwks, rsa_key, segment, sign, with_flipped_signature
from tests.sandbox_gateway.conftest import API, MemoryControlPlane
from tests.sandbox_gateway.test_integration import LOG

ISSUER = "http://127.0.0.1:1"


KEYS = IssuerKeys.of(parse_jwks(json.dumps(jwks())))


class KnownKeys(IssuerFetcher):
    """An issuer whose keys were fetched before."""

    def cached(self, issuer: str) -> IssuerKeys:
        return KEYS


def ask(scope: dict[str, Any], *, allow_function: bool = False) -> tuple[int, bytes]:
    """One request to the ASGI application, in process: status and body."""
    control_plane = MemoryControlPlane()
    authorizer = Authorizer("au1", "jwt", ISSUER, (AUDIENCE,), ("$request.header.Authorization",))
    stage = Stage("$default", auto_deploy=True, deployed=True, access_log=LOG)
    changed = {"authorizers": (authorizer,), "stages": (stage,), "cors": Cors(("https://*",))}
    vars_of_api = {name: getattr(API, name) for name in API.__slots__} | changed
    control_plane.put(type(API)(**vars_of_api))
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"\xff\x00", "more_body": False}

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    async def run() -> None:
        app = create_app(control_plane, KnownKeys(private_ports=()), now=lambda: NOW)
        await app(scope, receive, send)

    asyncio.run(run())
    assert allow_function or not control_plane.events
    return sent[0]["status"], sent[1]["body"]


def request(path: bytes, query: bytes, headers: list[tuple[bytes, bytes]], method: str = "GET") -> dict[str, Any]:
    return {
        "type": "http",
        "method": method,
        "path": path.decode("utf-8", "replace"),
        "raw_path": path,
        "query_string": query,
        "headers": [(b"host", b"127.0.0.1"), *headers],
        "http_version": "1.1",
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }


_names = st.sampled_from(
    [b"authorization", b"cookie", b"origin", b"content-type", b"content-length", b"access-control-request-method", b"x"]
)
_headers = st.lists(st.tuples(_names, st.binary(max_size=40)), max_size=6)
PREFIX = b"/" + API.api_id.encode()


@calm(max_examples=120)
@given(
    path=st.binary(max_size=30),
    query=st.binary(max_size=30),
    headers=_headers,
    method=st.sampled_from(["GET", "OPTIONS"]),
)
def test_any_request_to_any_path_is_answered(
    path: bytes, query: bytes, headers: list[tuple[bytes, bytes]], method: str
) -> None:
    assert ask(request(path, query, headers, method))[0] in (204, 403, 404)
    public = request(PREFIX + b"/public", query, headers, method)
    assert ask(public, allow_function=True)[0] in (200, 204, 404)
    private = request(PREFIX + b"/privateFunction", query, headers, method)
    assert ask(private)[0] in (204, 401)


_claims = st.dictionaries(
    st.sampled_from(["iss", "aud", "exp", "a"]),
    st.text(max_size=3) | st.integers() | st.none() | st.sampled_from([ISSUER, AUDIENCE, NOW + 60]),
    max_size=2,
)


@calm(max_examples=60)
@given(_claims)
def test_only_a_listed_keys_signature_and_fitting_claims_reach_the_function(changed: dict[str, Any]) -> None:
    payload = claims(ISSUER) | changed

    def status(token: str, *, allow_function: bool = False) -> int:
        headers = [(b"authorization", f"Bearer {token}".encode())]
        return ask(request(PREFIX + b"/privateFunction", b"", headers), allow_function=allow_function)[0]

    assert status(sign(payload, key=rsa_key("attacker"))) == 401
    assert status(with_flipped_signature(sign(payload))) == 401
    fits = payload["iss"] == ISSUER and payload["aud"] == AUDIENCE and isinstance(payload["exp"], int)
    expected = 200 if fits and payload["exp"] > NOW else 401
    assert status(sign(payload), allow_function=True) == expected


def test_a_deeply_nested_token_is_answered() -> None:
    header = segment({"alg": "RS256", "kid": "x"})
    for depth in (100, 900, 990, 3_000):
        nested = segment(b'{"a":' + b"[" * depth + b"]" * depth + b"}")
        scope = request(PREFIX + b"/privateFunction", b"", [(b"authorization", f"{header}.{nested}.AA".encode())])
        status, body = ask(scope)
        assert (status, json.loads(body)) == (401, {"message": "Unauthorized"})
