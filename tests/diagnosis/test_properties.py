"""Whatever was found out: the doctor says something, forgets no failing check, and shows hostile text as text."""

import json
from dataclasses import fields, is_dataclass, replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.diagnosis.backwards import ANSWER
from services.diagnosis.catalogue import ENTRIES, FORMS, MEANINGS, ORDER
from services.diagnosis.diagnose import diagnose
from services.diagnosis.diagnosis import Diagnosis, Weight
from services.diagnosis.facts import CaseFacts, DomainFacts, Fetched, GatewayFacts, KnownGate, Missing
from services.diagnosis.intake import CapturedAnswer, Intake, Presented
from services.gateway.issuer_keys import IssuerKeys, KeyFailure, Source
from services.gateway.rules import JwtAuthorizer
from services.gateway.wordings import WORDINGS
from services.redact import Secret
from services.visible import visible
from tests.diagnosis import cases
from tests.gateway.calm import calm
from tests.gateway.signing import AUDIENCE, NOW, claims, segment, sign

GONE = Missing("it is not there", gone=True)
UNKNOWN = Missing("AWS was not asked", "AWS credentials")
HOSTILE = "[/b]\x1b[31m\u202e“.”\n[link=x]"
TEXTS = st.sampled_from([cases.ISSUER, cases.ISSUER + "/", AUDIENCE, "acme.com", "", HOSTILE]) | st.text(max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=4,
)
CLAIMS = st.dictionaries(
    st.sampled_from(
        [
            "iss",
            "aud",
            "client_id",
            "exp",
            "nbf",
            "iat",
            "scope",
            "scp",
            "token_use",
            "nonce",
            "permissions",
            "typ",
            "sub",
        ]
    ),
    JSON | st.sampled_from([NOW - 10, NOW + 10, NOW * 1000]),
    max_size=6,
)
HEADERS = st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "enc"]), JSON, max_size=3)
TOKENS = st.one_of(
    st.builds(lambda changed: sign(claims(cases.ISSUER) | changed), CLAIMS),
    st.builds(lambda header, body: f"{segment(header)}.{segment(body)}.AAAA", HEADERS, CLAIMS),
    st.text(max_size=30),
    st.sampled_from(["$TOKEN", "undefined", "a.b", "a.b.c.d.e", "Bearer Bearer x", "AKIA" + "A" * 16, HOSTILE]),
)


def presenteds() -> st.SearchStrategy[Presented | None]:
    return st.none() | st.builds(
        lambda prefix, token, place, unregistered: Presented(
            Secret(prefix + token), "standard input", place=place, unregistered=unregistered
        ),
        st.sampled_from(["Bearer ", "bearer ", ""]),
        TOKENS,
        st.sampled_from(["", "$request.header.authorization", "$request.querystring.token"]),
        st.booleans(),
    )


def gateways() -> st.SearchStrategy[Any]:
    missing = st.sampled_from([UNKNOWN, GONE])
    routes = st.builds(
        lambda key, kind, scopes, preflight: replace(
            cases.ROUTE, route_key=key, authorization_type=kind, scopes=scopes, catches_preflight=preflight
        ),
        st.sampled_from(["", cases.ROUTE_KEY, "$default", HOSTILE]),
        st.sampled_from(["", "NONE", "JWT", "AWS_IAM", "CUSTOM"]),
        st.lists(TEXTS, max_size=3).map(tuple),
        st.booleans(),
    )
    authorizers = st.builds(
        lambda of, audience, kind: replace(cases.AUTHORIZER, kind=kind, jwt=JwtAuthorizer(of, audience)),
        TEXTS,
        st.lists(TEXTS, max_size=3).map(tuple),
        st.sampled_from(["JWT", "REQUEST"]),
    )
    domains = st.builds(lambda api: DomainFacts("api.example.com", api, "old", mappings=("v1",)), TEXTS)
    return st.builds(
        GatewayFacts,
        missing | st.builds(lambda off: replace(cases.API, endpoint_disabled=off), st.booleans()),
        missing
        | st.builds(lambda done, problem: replace(cases.STAGE, deployed=done, problem=problem), st.booleans(), TEXTS),
        missing | routes,
        missing | authorizers,
        missing | st.none() | domains,
        missing | st.none() | st.just(cases.INTEGRATION),
        missing | st.none() | st.builds(lambda yes: replace(cases.PERMISSION, allowed=yes), st.booleans()),
    )


def issuers() -> st.SearchStrategy[Any]:
    documents = st.just(UNKNOWN) | st.builds(
        Fetched,
        st.just(cases.ISSUER + "/x"),
        st.none() | st.sampled_from([200, 302, 404]),
        st.sampled_from(["", "text/html", "application/json"]),
        st.sampled_from([1, 200_000]),
        st.sampled_from([0.1, 1.2, 3.0]),
        TEXTS,
        TEXTS,
    )
    failures = st.builds(
        lambda source, detail: IssuerKeys(failure=KeyFailure(source, cases.ISSUER, detail)),
        st.sampled_from(list(Source)),
        TEXTS,
    )
    keys = (
        failures | st.just(IssuerKeys()) | st.builds(lambda of: replace(cases.issuer().keys, declared_issuer=of), TEXTS)
    )
    return st.just(UNKNOWN) | st.builds(
        lambda found, documents, private: cases.issuer(
            keys=found, discovery=documents[0], key_set=documents[1], is_private=private
        ),
        keys,
        st.tuples(documents, documents),
        st.booleans(),
    )


def answers() -> st.SearchStrategy[Any]:
    words = st.sampled_from([row.description for row in WORDINGS.values()]) | TEXTS
    return st.just(UNKNOWN) | st.builds(
        lambda status, body, said: cases.answer(
            status, body, www_authenticate=f'Bearer error="x" error_description="{said}"'
        ),
        st.sampled_from([200, 302, 401, 403, 404, 429, 500, 502, 503]),
        st.sampled_from([cases.UNAUTHORIZED, "{}", '{"message":"Not Found"}', HOSTILE]),
        words,
    )


FACTS = st.builds(
    lambda presented, described, url, **rest: CaseFacts(
        intake=Intake(
            url=url, presented=presented, described=described, captured=CapturedAnswer(401, (), cases.UNAUTHORIZED)
        ),
        now=float(NOW),
        answered_at=float(NOW),
        known_gates=(KnownGate("sandbox", cases.ISSUER + "/", AUDIENCE), KnownGate("live", HOSTILE, "b", ("k",))),
        **rest,
    ),
    presenteds(),
    st.none() | st.just(JwtAuthorizer(cases.ISSUER, (AUDIENCE,))),
    st.sampled_from([cases.URL, "", "http://[", HOSTILE]),
    gateway=gateways(),
    issuer=issuers(),
    token_issuer=st.none() | issuers(),
    fusionauth=st.just(UNKNOWN)
    | st.builds(
        lambda of, enabled, registered: replace(
            cases.FUSIONAUTH, tenant_issuer=of, jwt_enabled=enabled, user_registered=registered
        ),
        TEXTS,
        st.none() | st.booleans(),
        st.none() | st.booleans(),
    ),
    without=answers(),
    with_token=answers(),
    provisioned_by=st.sampled_from(["", "sandbox"]),
)


@calm(max_examples=250)
@given(FACTS)
def test_whatever_was_found_out_is_told_whole_and_safely(facts: CaseFacts) -> None:
    found = diagnose(facts)
    no_failing_check_is_forgotten(found)
    every_sentence_is_one_line_that_ends(found)
    no_part_holds_the_token(found, facts)


def no_failing_check_is_forgotten(found: Diagnosis) -> None:
    ids = [finding.id for finding in found.findings]
    assert len(set(ids)) == len(ids)
    certain = [finding.id for finding in found.findings if finding.certain]
    assert certain == sorted(certain, key=ORDER.__getitem__)
    refusing = {finding.id for finding in found.findings if finding.weight is Weight.REFUSES}
    assert {check.id for check in found.verdict.failing} <= refusing if found.verdict else True
    assert found.healthy is not True or not refusing
    assert all(finding.because == "" or finding.because in ids for finding in found.findings)
    assert all(banner.id in MEANINGS for banner in found.banners)
    for finding in found.findings:
        assert finding.title == ENTRIES[finding.id].title
        assert finding.kind in ("", ANSWER, *FORMS.get(finding.id, ()))


def every_sentence_is_one_line_that_ends(found: Diagnosis) -> None:
    for sentence in sentences(found):
        assert visible(sentence) == sentence, sentence
        assert sentence.endswith("."), sentence
        assert len(sentence) < 1_500


def sentences(found: Diagnosis) -> list[str]:
    told = [found.headline, *(banner.sentence for banner in found.banners)]
    for finding in found.findings:
        told += [finding.sentence, finding.fix.sentence, *finding.detail]
    return told


def no_part_holds_the_token(found: Diagnosis, facts: CaseFacts) -> None:
    presented = facts.intake.presented
    text = presented.value.reveal().removeprefix("Bearer ") if presented else ""
    signature = text.rpartition(".")[2]
    if len(signature) > 40:
        assert signature not in json.dumps(plain(found))


def plain(value: Any) -> Any:
    """A diagnosis as JSON values."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return [plain(item) for item in value] if isinstance(value, tuple) else str(value)
