"""`inspect --jsonl` beside PyJWT: 10,000 different tokens, every check reported, on one core and in steady memory."""

import json
import os
import random
import sys
import tempfile
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import jwt
import psutil
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from benchmarks.report import Result
from services.diagnosis.inspection import Gate
from services.gateway.issuer_keys import IssuerKeys
from services.gateway.rules import JwtAuthorizer
from tui.commands.inspect_jsonl import inspect_lines

AT_LEAST_OF_PYJWT = 1.0
GROWTH_AT_MOST = 2.0  # MB, for ten times as many tokens
_TOKENS = 10_000
_ISSUER, _AUDIENCE, _KID = "https://auth.example.com", "3c219e58-ed0e-4b18-ad48-f4f92793ae32", "bench"


@dataclass(frozen=True, slots=True)
class _Tokens:
    """FusionAuth-like tokens, each with times and ids of its own, and the key that signed them."""

    compact: list[str]
    public: rsa.RSAPublicKey

    @property
    def lines(self) -> bytes:
        return "".join(f"{token}\n" for token in self.compact).encode()


def measure(rounds: int) -> list[Result]:
    """In turns, by processor time of this process; then the command itself, by what it had in memory at most."""
    tokens = _signed()
    with tempfile.TemporaryDirectory(prefix="bench-gatelight-") as temporary:
        folder = Path(temporary)
        return [_speed(tokens, folder, rounds), _memory(tokens, folder)]


def _speed(tokens: _Tokens, folder: Path, rounds: int) -> Result:
    source = folder / "tokens"
    source.write_bytes(tokens.lines)
    gate = Gate(JwtAuthorizer(_ISSUER, (_AUDIENCE,)), IssuerKeys({_KID: tokens.public}))
    turns = [(_ours(source, gate), _pyjwts(tokens)) for _ in range(rounds + 1)][1:]
    ratio = median(theirs / ours for ours, theirs in turns)
    per_second = [_TOKENS / median(column) for column in zip(*turns, strict=True)]
    return Result(
        f"{_TOKENS:,} tokens inspected on one core, against PyJWT's verified decode",
        f"{ratio:.2f} times",
        f"at least {AT_LEAST_OF_PYJWT:.0f} times",
        ratio >= AT_LEAST_OF_PYJWT,
        (
            f"inspect --jsonl   {per_second[0]:8,.0f} a second, 15 checks each, written out",
            f"PyJWT's decode    {per_second[1]:8,.0f} a second",
        ),
    )


def _ours(source: Path, gate: Gate) -> float:
    began = time.process_time()
    with source.open("rb") as lines, Path(os.devnull).open("wb") as out:
        assert inspect_lines(lines, out.write, gate, time.time)
    return time.process_time() - began


def _pyjwts(tokens: _Tokens) -> float:
    began = time.process_time()
    for token in tokens.compact:
        jwt.decode(token, tokens.public, algorithms=["RS256"], audience=_AUDIENCE, issuer=_ISSUER)
    return time.process_time() - began


def _memory(tokens: _Tokens, folder: Path) -> Result:
    keys = folder / "keys.json"
    member = {**RSAAlgorithm.to_jwk(tokens.public, as_dict=True), "kid": _KID, "use": "sig"}
    keys.write_text(json.dumps({"keys": [member]}))
    few, many = (_peak(tokens.lines * times, keys, folder) for times in (1, 10))
    growth = many - few
    return Result(
        f"Memory added by inspecting {10 * _TOKENS:,} tokens instead of {_TOKENS:,}",
        f"{growth:+.1f} MB",
        f"at most {GROWTH_AT_MOST:+.1f} MB",
        growth <= GROWTH_AT_MOST,
        (f"peak of the whole command {few:.0f} MB, then {many:.0f} MB",),
    )


def _peak(content: bytes, keys: Path, folder: Path) -> float:
    """The most resident memory that one run of the command had, in MB."""
    source = folder / "lines"
    source.write_bytes(content)
    given = ["--jsonl", "--file", str(source), "--issuer", _ISSUER, "--audience", _AUDIENCE, "--keys", str(keys)]
    peak = 0.0
    with Path(os.devnull).open("wb") as out:
        process = psutil.Popen([sys.executable, "-m", "tui", "inspect", *given], stdout=out)
        while process.poll() is None:  # a child's own ru_maxrss would begin with what its parent had at the fork
            with suppress(psutil.NoSuchProcess):
                peak = max(peak, process.memory_info().rss / 1_048_576)
            time.sleep(0.01)
    assert process.returncode == 0
    return peak


def _signed() -> _Tokens:
    private = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    dice = random.Random(1)
    return _Tokens([_token(private, dice) for _ in range(_TOKENS)], private.public_key())


def _token(private: rsa.RSAPrivateKey, dice: random.Random) -> str:
    issued = int(time.time()) - dice.randrange(1_800)
    claims: dict[str, Any] = {
        "aud": _AUDIENCE,
        "exp": issued + 86_400,
        "iat": issued,
        "iss": _ISSUER,
        "sub": str(uuid.UUID(int=dice.getrandbits(128))),
        "jti": str(uuid.UUID(int=dice.getrandbits(128))),
        "authenticationType": "PASSWORD",
        "applicationId": _AUDIENCE,
        "roles": [],
        "auth_time": issued,
        "tid": "30663132-6464-6665-3032-326466613934",
    }
    return jwt.encode(claims, private, algorithm="RS256", headers={"kid": _KID})
