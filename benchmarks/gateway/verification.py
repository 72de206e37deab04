"""What one token costs on one core: the rules, the bare signature, and PyJWT."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from benchmarks.report import Result
from services.gateway.authorizer import Accepted, decide
from services.gateway.issuer_keys import IssuerKeys
from services.gateway.rules import JwtAuthorizer
from services.tokens.decode import decode

AT_LEAST_OF_BARE = 0.5
AT_LEAST_OF_PYJWT = 2.0
_TOKENS = 2_000


def measure(claims: dict[str, Any], rounds: int) -> list[Result]:
    """The claims of a FusionAuth token, signed anew with RS256; each in turn, by processor time of this process."""
    private = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    public = private.public_key()
    token = jwt.encode(claims, private, algorithm="RS256", headers={"kid": "bench"})
    decoded = decode(token)
    signature, signed = decoded.signature, decoded.signing_input
    keys = IssuerKeys({"bench": public})
    authorizer = JwtAuthorizer(claims["iss"], (claims["aud"],))
    presented = f"Bearer {token}"
    pkcs1, sha256 = padding.PKCS1v15(), SHA256()

    def bare() -> None:
        public.verify(signature, signed, pkcs1, sha256)

    def rules() -> None:
        assert isinstance(decide(presented, authorizer, keys=keys, now=time.time()), Accepted)

    def pyjwt() -> None:
        jwt.decode(token, public, algorithms=["RS256"], audience=claims["aud"], issuer=claims["iss"])

    per_second = [[_per_second(work) for work in (bare, rules, pyjwt)] for _ in range(rounds + 1)][1:]
    of_bare = median(rules / bare for bare, rules, _ in per_second)
    of_pyjwt = median(rules / pyjwt for _, rules, pyjwt in per_second)
    names = ("cryptography's verify", "decide", "PyJWT's decode")
    details = tuple(
        f"{name:22}{median(column):8,.0f} a second"
        for name, column in zip(names, zip(*per_second, strict=True), strict=True)
    )
    return [
        Result(
            "Tokens decided on one core, against the bare signature",
            f"{of_bare:.2f} times",
            f"at least {AT_LEAST_OF_BARE} times",
            of_bare >= AT_LEAST_OF_BARE,
            details,
        ),
        Result(
            "Tokens decided on one core, against PyJWT",
            f"{of_pyjwt:.1f} times",
            f"at least {AT_LEAST_OF_PYJWT:.0f} times",
            of_pyjwt >= AT_LEAST_OF_PYJWT,
        ),
    ]


def _per_second(work: Callable[[], None]) -> float:
    began = time.process_time()
    for _ in range(_TOKENS):
        work()
    return _TOKENS / (time.process_time() - began)
