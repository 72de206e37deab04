"""What is presented to the gate: a token as it was got, or as people mishandle it. Each gives the header's value."""

import time
from collections.abc import Callable

import jwt

from tests.doctor.gate import Gate
from tests.gateway.signing import rsa_key, segment, sign, with_claims, with_flipped_signature

Presented = Callable[[Gate], "str | None"]


def fresh(gate: Gate) -> str:
    """A token got now."""
    return f"Bearer {gate.token()}"


def nothing(gate: Gate) -> None:
    """No header at all."""


def text(value: str) -> Presented:
    """Something that is no token."""
    return lambda gate: gate.text(value)


def edited(change: Callable[[str], str]) -> Presented:
    """A fresh token, changed on its way."""
    return lambda gate: change(gate.token())


def _claims(token: str) -> dict[str, object]:
    return jwt.decode(token, options={"verify_signature": False})


raw = edited(lambda token: token)
lower_case_bearer = edited(lambda token: f"bearer {token}")
bearer_twice = edited(lambda token: f"Bearer Bearer {token}")
without_signature = edited(lambda token: f"Bearer {token.rpartition('.')[0]}")
cut_off = edited(lambda token: f"Bearer {token[:-8]}")
flipped = edited(lambda token: f"Bearer {with_flipped_signature(token)}")
promoted = edited(lambda token: f"Bearer {with_claims(token, {**_claims(token), 'roles': ['admin']})}")
header_cut = edited(lambda token: f"Bearer {token[3:]}")
five_parts = edited(lambda token: f"Bearer {token}.a.b")
in_quotes = edited(lambda token: f'Bearer "{token}"')


def forged(algorithm: str = "RS256", **options: object) -> Presented:
    """The right claims, signed by somebody else."""

    def presented(gate: Gate) -> str:
        claims = _claims(gate.token())
        return f"Bearer {sign(claims, algorithm=algorithm, **options)}"  # type: ignore[arg-type]

    return presented


forged_without_kid = forged(kid=None, key=rsa_key("somebody else"))
forged_unknown_kid = forged(kid="somebody-elses", key=rsa_key("somebody else"))
forged_es256 = forged("ES256")


def unsigned(gate: Gate) -> str:
    """`alg` none."""
    return f"Bearer {segment({'alg': 'none', 'typ': 'JWT'})}.{segment(_claims(gate.token()))}."


def without_application(gate: Gate) -> str:
    """A login that names no application: a token without an audience."""
    return f"Bearer {gate.login('')['token']}"


def refresh_token(gate: Gate) -> str:
    """The refresh token in place of the access token."""
    return f"Bearer {gate.login()['refreshToken']}"


def api_key(gate: Gate) -> str:
    """FusionAuth's API key in place of a token."""
    return f"Bearer {gate.bench.record.endpoints.fusionauth.api_key}"


def whole_answer(gate: Gate) -> str:
    """The token in the JSON it came in."""
    return f'Bearer {{"token":"{gate.token()}"}}'


def expired(gate: Gate) -> str:
    """A token of one second, after that second."""
    settings = "jwtConfiguration"
    before = gate.fusionauth("GET", gate.application)["application"][settings]["timeToLiveInSeconds"]
    gate.fusionauth("PATCH", gate.application, {"application": {settings: {"timeToLiveInSeconds": 1}}})
    token = gate.token()
    gate.fusionauth("PATCH", gate.application, {"application": {settings: {"timeToLiveInSeconds": before}}})
    left = float(str(_claims(token)["exp"])) - time.time()
    time.sleep(max(0.0, left + 0.02))
    return f"Bearer {token}"


def removed_key(gate: Gate) -> str:
    """A token signed with a key that is deleted afterwards."""
    from tests.doctor.breaks import signing_key

    restore = signing_key("RS256", 2048)(gate)
    token = gate.token()
    restore()
    return f"Bearer {token}"
