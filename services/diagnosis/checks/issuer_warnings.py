"""What is unusual about an issuer that the gateway could read: it works now, and will not always or everywhere."""

from services.diagnosis.checks.issuer_reading import FORWARD, MAKE_PUBLIC, published_by, stray_kind
from services.diagnosis.diagnosis import Culprit, Finding, Fix, Weight
from services.diagnosis.examination import Examination
from services.diagnosis.facts import Fetched, IssuerFacts
from services.diagnosis.making import found
from services.diagnosis.public_fetch import GATEWAY_BYTES, GATEWAY_SECONDS
from services.diagnosis.remedies import step
from services.gateway.call import Answer
from services.visible import quoted

_CLOSE = 1.2  # seconds from which on an answer is close to the limit
_WEAK = 2_048  # bits of an RSA key (RFC 7518, section 3.3)


def reading_warnings(case: Examination) -> list[Finding]:
    """What is unusual about the issuer although the gateway could read it."""
    issuer = case.issuer
    if issuer is None or issuer.keys.failure is not None:
        return []
    return [
        *_private(case, issuer),
        *_plain(case, issuer),
        *_slow(issuer),
        *_large(case, issuer),
        *_declared(case, issuer),
        *_address(issuer),
        *_weak(case, issuer),
    ]


def _private(case: Examination, issuer: IssuerFacts) -> list[Finding]:
    """We could read it because we stand where AWS does not."""
    if not issuer.is_private or (isinstance(case.facts.with_token, Answer) and case.facts.with_token.status < 400):
        return []
    sentence = f"AWS cannot reach {quoted(issuer.issuer)}: the address is private, and only this network knows it."
    fix = Fix(MAKE_PUBLIC, step_id=step(case, "tunnel"))
    return [found("discovery", sentence, published_by(case), fix, actual=issuer.issuer, kind="private address")]


def _plain(case: Examination, issuer: IssuerFacts) -> list[Finding]:
    if not issuer.issuer.startswith("http://") or issuer.is_private or case.facts.gateway.endpoint_url or not case.api:
        return []
    sentence = f"The issuer {quoted(issuer.issuer)} is plain http; whether API Gateway takes that is not known."
    fix = Fix("Publish the issuer over https, and change the issuer everywhere to that.")
    return [found("discovery", sentence, Culprit.ISSUER, fix, weight=Weight.WARNS, kind="plain http", certain=False)]


def _slow(issuer: IssuerFacts) -> list[Finding]:
    read = [fetched for fetched in (issuer.discovery, issuer.key_set) if isinstance(fetched, Fetched)]
    slowest = max(read, key=lambda fetched: fetched.seconds, default=None)
    if slowest is None or slowest.seconds < _CLOSE:
        return []
    words = "more than" if slowest.seconds > GATEWAY_SECONDS else "close to"
    sentence = (
        f"{quoted(slowest.url)} took {slowest.seconds * 1000:,.0f} ms, {words} the 1,500 ms that the gateway waits."
    )
    fix = Fix("Make the issuer answer faster, or expect a 401 now and then.")
    return [
        found(
            "discovery-slow",
            sentence,
            Culprit.ISSUER,
            fix,
            weight=Weight.WARNS,
            expected="1500 ms",
            actual=f"{slowest.seconds * 1000:.0f} ms",
        )
    ]


def _large(case: Examination, issuer: IssuerFacts) -> list[Finding]:
    if not isinstance(issuer.key_set, Fetched) or issuer.key_set.size <= GATEWAY_BYTES:
        return []
    sentence = f"The key set has at least {issuer.key_set.size:,} bytes, and the gateway takes {GATEWAY_BYTES:,}."
    fix = Fix("Publish fewer keys, without their certificates (x5c).")
    if case.verdict is not None and case.failed("keys"):
        return []
    return [
        found(
            "keys",
            sentence,
            Culprit.ISSUER,
            fix,
            kind="too large",
            expected=str(GATEWAY_BYTES),
            actual=str(issuer.key_set.size),
        )
    ]


def _declared(case: Examination, issuer: IssuerFacts) -> list[Finding]:
    declared = issuer.keys.declared_issuer
    if not declared or declared == issuer.issuer or case.failed("issuer"):
        return []
    sentence = f"The discovery document read for {quoted(issuer.issuer)} declares the issuer {quoted(declared)}."
    fix = Fix("Make both the same: the authorizer's issuer, the token's iss and the declared issuer are one value.")
    return [
        found(
            "discovery-issuer",
            sentence,
            Culprit.ISSUER,
            fix,
            weight=Weight.WARNS,
            expected=issuer.issuer,
            actual=declared,
        )
    ]


def _address(issuer: IssuerFacts) -> list[Finding]:
    """The key set is at another scheme or port. Another host alone is usual: Entra ID and Google have one."""
    kind = stray_kind(issuer)
    if not kind:
        return []
    sentence = (
        f"The discovery document sends AWS to {quoted(issuer.keys.jwks_uri)} for the keys: {issuer.jwks_uri_stray}."
    )
    return [
        found(
            "jwks-uri",
            sentence,
            Culprit.TUNNEL,
            Fix(FORWARD),
            weight=Weight.WARNS,
            actual=issuer.keys.jwks_uri,
            kind=kind,
        )
    ]


def _weak(case: Examination, issuer: IssuerFacts) -> list[Finding]:
    """What is wrong with the token's own key; without a token, with any: a key set may hold others' keys too."""
    named = case.header.get("kid")
    findings = []
    twice = [key.kid for key in issuer.keys.skipped if "same kid" in key.reason and named in (None, key.kid)]
    if twice:
        sentence = f"Two published keys share the kid {quoted(twice[0])}, and the gateway can take only one of them."
        fix = Fix("Give every key a kid of its own.")
        findings.append(found("key-duplicate", sentence, Culprit.ISSUER, fix, weight=Weight.WARNS, actual=twice[0]))
    for kid, key in issuer.keys.by_kid.items():
        if key.key_size < _WEAK and named in (None, kid):
            sentence = f"The key {quoted(kid)} has {key.key_size:,} bits; RSA signatures ask for at least {_WEAK:,}."
            fix = Fix("Sign with a key of at least 2,048 bits.")
            findings.append(
                found(
                    "key-weak",
                    sentence,
                    Culprit.ISSUER,
                    fix,
                    weight=Weight.WARNS,
                    expected=str(_WEAK),
                    actual=str(key.key_size),
                )
            )
            break
    return findings
