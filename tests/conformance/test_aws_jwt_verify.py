"""AWS's own JWT verifier for Node (npm aws-jwt-verify) as a second opinion.

It is another program than API Gateway, with rules of its own; where they differ on purpose, the reason stands in
`DIFFERENT`. `make test` installs it into tests/node_modules; without npm or a network these tests are skipped.
"""

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from services.cancel import Cancellation
from services.sandbox.function.node import node_executable
from services.workbench import Workbench
from tests.benches import up
from tests.conformance.case import SCOPE, published
from tests.conformance.documented_cases import DOCUMENTED
from tests.conformance.hostile_cases import HOSTILE
from tests.gateway.signing import AUDIENCE, with_flipped_signature

SCRIPT = Path(__file__).parent / "verify_tokens.mjs"
INSTALLED = SCRIPT.parents[1] / "node_modules" / "aws-jwt-verify" / "package.json"
pytestmark = pytest.mark.skipif(not INSTALLED.exists(), reason="npm aws-jwt-verify is not installed (make test does)")

OPEN = "AWS's behaviour is unknown: the verifier lets it pass, the sandbox refuses and says so"
SPARE_IAT = "it does not look at iat; the gateway's guide says that iat must be in the past"
OWN_CLAIMS = "it wants exactly what OpenID Connect says of this claim; the gateway's guide takes client_id and scp too"
NUMBERS = "JavaScript reads such a number as infinite, and the verifier wants a finite one"

DIFFERENT = {
    "no exp": OPEN,
    "crit": OPEN,
    "b64 false and crit": OPEN,
    "iat in the future": SPARE_IAT,
    "iat in the far future": SPARE_IAT,
    "client_id and no aud": OWN_CLAIMS,
    "scope in scp": OWN_CLAIMS,
    "scp as list": OWN_CLAIMS,
    "scope as list": OWN_CLAIMS,
    "aud list of other kinds with a match": OWN_CLAIMS,
    "exp of 400 digits": NUMBERS,
    "exp beyond every float": NUMBERS,
    "ES256 by a published key": "it verifies elliptic curves too; API Gateway was seen to refuse ES256",
    "alg EdDSA": "it hands Node no digest for EdDSA, and Node then verifies as the RSA key likes it",
}


def verdicts(tokens: list[str], **settings: Any) -> list[str]:
    """What the verifier says of each token: "ok", or its error's name."""
    content = json.dumps({**settings, "tokens": tokens})
    ended = subprocess.run(
        [node_executable(), SCRIPT], input=content, capture_output=True, text=True, timeout=30, check=True
    )
    found: list[str] = json.loads(ended.stdout)
    return found


def test_tokens_of_the_sandboxs_fusionauth_are_taken_and_changed_ones_are_not(workbench: Workbench) -> None:
    up(workbench)
    token = workbench.get_token(Cancellation())
    issuer = token.decoded.claims["iss"]
    discovery = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=10).json()
    keys = requests.get(discovery["jwks_uri"], timeout=10).json()
    compact = token.secret.reveal()
    audience = token.decoded.claims["aud"]
    both = [compact, with_flipped_signature(compact)]
    assert verdicts(both, issuer=issuer, audience=audience, jwks=keys) == ["ok", "JwtInvalidSignatureError"]
    assert verdicts(both[:1], issuer=f"{issuer}/", audience=audience, jwks=keys) == ["JwtInvalidIssuerError"]
    assert verdicts(both[:1], issuer=issuer, audience="other", jwks=keys) == ["JwtInvalidAudienceError"]


def test_the_verifier_agrees_with_the_table_but_for_the_listed_reasons() -> None:
    issuer = "https://auth.example.com"
    built = {case.name: (case, case.build(issuer, time.time())) for case in (*DOCUMENTED, *HOSTILE)}
    tokens = {name: text.removeprefix("Bearer ") for name, (_, text) in built.items() if text is not None}
    found = verdicts(list(tokens.values()), issuer=issuer, audience=AUDIENCE, scope=SCOPE, jwks=published())
    different = {
        name: verdict
        for name, verdict in zip(tokens, found, strict=True)
        if (verdict == "ok") is not (built[name][0].status == 200)
    }
    assert different.keys() == DIFFERENT.keys()
