"""What was given instead of an access token is said at once."""

from dataclasses import replace

import pytest

from services.diagnosis.catalogue import BANNERS
from services.diagnosis.diagnose import diagnose
from services.diagnosis.facts import CaseFacts, KnownGate
from services.diagnosis.intake import Intake
from tests.diagnosis.cases import FUSIONAUTH, ISSUER, URL, facts, presented
from tests.diagnosis.scenarios import HS256, KEYCLOAK, OTHER, foreign
from tests.gateway.signing import NOW, claims, segment, sign

JWE = f"{segment({'alg': 'RSA-OAEP', 'enc': 'A256GCM'})}.a.b.c.d"
WHOLE = '{"access_token":"eyJhbGciOiJSUzI1NiJ9.e30.AAAA","token_type":"Bearer"}'
UNREGISTERED = facts(
    intake=Intake(url=URL, presented=presented(sign(claims(ISSUER, aud=None, applicationId=None)), unregistered=True))
)

CASES: list[tuple[str, CaseFacts]] = [
    ("id-token", facts(sign(claims(ISSUER, nonce="n", at_hash="h", scope=None)))),
    ("opaque-token", facts("SlAV32hkKG")),
    ("encrypted-token", facts(JWE)),
    ("hs256", facts(HS256)),
    ("expired", facts(sign(claims(ISSUER, exp=NOW - 1)))),
    ("unregistered", UNREGISTERED),
    ("unregistered", facts(sign(claims(ISSUER, aud=None)), fusionauth=replace(FUSIONAUTH, user_registered=False))),
    ("other-gate", facts(sign(claims(OTHER)), known_gates=(KnownGate("staging", OTHER, "x"),))),
    ("other-gate", facts(sign(claims(ISSUER), kid="k9"), known_gates=(KnownGate("staging", OTHER, "x", ("k9",)),))),
    ("refresh-token", facts("v1.MjAyNi0wMS0wMVQwMDowMDowMFo")),
    ("fusionauth-key", facts("bf69486b-4733-4470-a592-f1bfce7af580")),
    ("fusionauth-key", facts("A1b2" * 16)),
    ("aws-key", facts("AKIAIOSFODNN7EXAMPLE")),
    *[
        ("placeholder", facts(text))
        for text in ("$TOKEN", "${TOKEN}", "undefined", "null", "[object Object]", "<token>")
    ],
    *[("placeholder", facts(text)) for text in ("{{access_token}}", "YOUR_TOKEN", "%TOKEN%", "your-token-here", "...")],
    ("bearer-twice", facts("Bearer Bearer " + sign(claims(ISSUER)))),
    ("bearer-twice", facts("Bearer bearer " + sign(claims(ISSUER)))),
    ("token-response", facts(WHOLE)),
    ("masked", facts(sign(claims(ISSUER)).rpartition(".")[0] + ".••••••••")),
    ("foreign-audience", foreign(KEYCLOAK, sign(claims(KEYCLOAK, aud="account", typ="Bearer")))),
]


@pytest.mark.parametrize(("banner", "case"), CASES)
def test_a_banner_says_what_it_is(banner: str, case: CaseFacts) -> None:
    found = diagnose(case)
    assert banner in [shown.id for shown in found.banners]
    assert found.healthy is not True or banner == "id-token"


def test_every_banner_is_shown_somewhere() -> None:
    assert {entry.id for entry in BANNERS} == {banner for banner, _ in CASES}


def test_a_right_token_in_any_prefix_has_no_banner() -> None:
    token = sign(claims(ISSUER))
    assert diagnose(facts(token, raw=True)).banners == ()
    assert diagnose(facts("bearer " + token)).banners == ()


def test_one_of_this_gates_own_tokens_is_not_another_environments() -> None:
    gates = (KnownGate("own", ISSUER, "x"), KnownGate("twin", ISSUER, "x"))
    assert diagnose(facts(known_gates=gates, provisioned_by="own")).banners == ()
