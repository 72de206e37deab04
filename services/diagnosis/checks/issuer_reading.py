"""The issuer as AWS must be able to read it: the discovery document, the address it gives, and the keys there."""

from urllib.parse import urlsplit

from services.diagnosis.diagnosis import Change, Culprit, Finding, Fix, Weight
from services.diagnosis.examination import Examination
from services.diagnosis.facts import Fetched, IssuerFacts, Missing
from services.diagnosis.making import found, of_rule
from services.diagnosis.remedies import step
from services.gateway.call import Answer
from services.gateway.issuer_keys import discovery_url
from services.gateway.verdict import Check
from services.visible import quoted

SLOWEST = 1.5  # seconds that API Gateway gives each of the two documents (its quotas for HTTP APIs)
LARGEST = 150_000  # bytes of a key set that API Gateway takes (the same page)
_CLOSE = 1.0  # seconds from which on an answer is close to the limit
_WEAK = 2_048  # bits of an RSA key (RFC 7518, section 3.3)
_MAKE_PUBLIC = "Publish the issuer under a public https name; for a server of your own machine a tunnel does it."
_PUBLISH = "Publish it over https where anybody on the internet can read it without a login or a redirect."


def discovery(case: Examination, check: Check) -> Finding:
    """The discovery document is of no use to the gateway."""
    return _unusable(case, check, "discovery document", case.issuer.discovery if case.issuer else None)


def keys(case: Examination, check: Check) -> Finding:
    """The key set is of no use to the gateway."""
    return _unusable(case, check, "key set", case.issuer.key_set if case.issuer else None)


def _unusable(case: Examination, check: Check, name: str, read: Fetched | Missing | None) -> Finding:
    failure = case.keys.failure if case.keys else None
    url = failure.url if failure else discovery_url(case.authorizer.issuer if case.authorizer else "")
    detail = failure.detail if failure else check.sentence
    issuer = case.issuer
    fetched = read if isinstance(read, Fetched) else None
    kind, sentence, culprit, remedy = _reason(case, issuer, fetched, name, url, detail)
    fix = Fix(remedy, step_id=step(case, "tunnel" if culprit is Culprit.TUNNEL else ""))
    return of_rule(check, sentence, culprit, fix, expected=url, actual=detail, kind=kind, detail=(_problem(fetched),))


def _problem(fetched: Fetched | None) -> str:
    problem = fetched.problem.rstrip(".") if fetched else ""
    return f"{problem[:1].upper()}{problem[1:]}." if problem else ""


def _reason(
    case: Examination, issuer: IssuerFacts | None, fetched: Fetched | None, name: str, url: str, detail: str
) -> tuple[str, str, Culprit, str]:
    """Which form of failure it is: its kind, a sentence, who has to change, and what to do."""
    shown = quoted(url)
    if "://" not in url:
        sentence = f"The issuer {quoted(issuer.issuer if issuer else url)} is no URL, so AWS finds no {name}."
        return "no URL", sentence, Culprit.AUTHORIZER, "Set the authorizer's issuer to the https URL that iss names."
    if issuer and issuer.is_private:
        sentence = f"AWS cannot reach {shown}: the address is private, and only this network knows it."
        return "private address", sentence, _published_by(case), _MAKE_PUBLIC
    if fetched is None or fetched.status is None:
        if fetched and fetched.tls_problem:
            sentence = f"AWS cannot trust {shown}: {fetched.tls_problem.rstrip('.')}."
            return (
                "TLS",
                sentence,
                Culprit.ISSUER,
                "Give the address a certificate of a public authority, for its name.",
            )
        culprit = _published_by(case) if fetched else Culprit.ISSUER
        return "unreachable", f"AWS cannot use {shown}: {detail}.", culprit, _PUBLISH
    return _answered(case, fetched, name, shown, detail)


def _answered(case: Examination, fetched: Fetched, name: str, shown: str, detail: str) -> tuple[str, str, Culprit, str]:
    """The same for what answered, and not as the gateway needs it."""
    if fetched.redirect_to:
        sentence = f"{shown} redirects to {quoted(fetched.redirect_to)}, and the gateway follows no redirect."
        return "redirect", sentence, Culprit.ISSUER, "Name the final address as the issuer, or answer without redirect."
    if _is_page(fetched):
        sentence = f"{shown} answers with a web page (status {fetched.status}), perhaps a login or a tunnel's warning."
        return "web page", sentence, _published_by(case), _PUBLISH
    if fetched.status != 200:
        sentence = f"{shown} answers with status {fetched.status} instead of 200."
        return (
            "status",
            sentence,
            Culprit.ISSUER,
            f"Let the issuer answer there, or name the issuer whose {name} exists.",
        )
    if fetched.seconds > SLOWEST:
        sentence = f"{shown} took {fetched.seconds * 1000:,.0f} ms, and the gateway waits 1,500 ms."
        return "too slow", sentence, Culprit.ISSUER, "Make it answer faster: keep it warm, or cache the document."
    if fetched.size > LARGEST:
        sentence = f"{shown} has {fetched.size:,} bytes, and the gateway takes {LARGEST:,}."
        return "too large", sentence, Culprit.ISSUER, "Publish fewer keys, without their certificates (x5c)."
    return "content", f"AWS cannot use {shown}: {detail}.", Culprit.ISSUER, f"Let the issuer publish a {name} there."


def _is_page(fetched: Fetched) -> bool:
    return "html" in fetched.content_type.lower()


def _published_by(case: Examination) -> Culprit:
    """Whether a tunnel stands before this issuer, as far as is known."""
    known = case.provider.id == "fusionauth" if case.provider else False
    return Culprit.TUNNEL if known and (case.facts.provisioned_by or _tunnelled(case)) else Culprit.ISSUER


def _tunnelled(case: Examination) -> bool:
    host = urlsplit_host(case.issuer.issuer if case.issuer else "")
    return host.endswith((".ngrok-free.dev", ".ngrok-free.app", ".ngrok.app", ".ngrok.io", ".trycloudflare.com"))


def urlsplit_host(url: str) -> str:
    """The host of a URL with its port; empty where there is none."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""


# What works now, and will not always ---------------------------------------------------------------------------------


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
        *_weak(issuer),
    ]


def _private(case: Examination, issuer: IssuerFacts) -> list[Finding]:
    """We could read it because we stand where AWS does not."""
    if not issuer.is_private or (isinstance(case.facts.with_token, Answer) and case.facts.with_token.status < 400):
        return []
    sentence = f"AWS cannot reach {quoted(issuer.issuer)}: the address is private, and only this network knows it."
    fix = Fix(_MAKE_PUBLIC, step_id=step(case, "tunnel"))
    return [found("discovery", sentence, _published_by(case), fix, actual=issuer.issuer, kind="private address")]


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
    words = "more than" if slowest.seconds > SLOWEST else "close to"
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
    if not isinstance(issuer.key_set, Fetched) or issuer.key_set.size <= LARGEST:
        return []
    sentence = f"The key set has {issuer.key_set.size:,} bytes, and the gateway takes {LARGEST:,}."
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
            expected=str(LARGEST),
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
    keys_at, scheme = issuer.keys.jwks_uri, issuer.issuer.partition("://")[0]
    own, other = urlsplit_host(issuer.issuer), urlsplit_host(keys_at)
    if not keys_at or not other or not own:
        return []
    if keys_at.startswith("http://") and scheme == "https":
        kind, why = "http", "is plain http, and AWS reads keys over https"
    elif other != own and other.partition(":")[0] == own.partition(":")[0]:
        kind, why = "port", f"has another port than the issuer ({quoted(own)})"
    else:
        return []  # another host is usual: Entra ID and Google publish their keys elsewhere
    sentence = f"The discovery document sends AWS to {quoted(keys_at)} for the keys, which {why}."
    fix = Fix(
        "Let the proxy or tunnel in front of the issuer send X-Forwarded-Proto, -Host and -Port.",
        Change("the discovery document", "jwks_uri", keys_at, f"{scheme}://{own}{urlsplit(keys_at).path}"),
    )
    expected = f"{scheme}://{own}{urlsplit(keys_at).path}"
    return [
        found(
            "jwks-uri",
            sentence,
            Culprit.TUNNEL,
            fix,
            weight=Weight.WARNS,
            expected=expected,
            actual=keys_at,
            kind=kind,
        )
    ]


def _weak(issuer: IssuerFacts) -> list[Finding]:
    findings = []
    twice = [skipped.kid for skipped in issuer.keys.skipped if "same kid" in skipped.reason]
    if twice:
        sentence = f"Two published keys share the kid {quoted(twice[0])}, and the gateway can take only one of them."
        fix = Fix("Give every key a kid of its own.")
        findings.append(found("key-duplicate", sentence, Culprit.ISSUER, fix, weight=Weight.WARNS, actual=twice[0]))
    for kid, key in issuer.keys.by_kid.items():
        if key.key_size < _WEAK:
            sentence = f"The key {quoted(kid)} has {key.key_size} bits; RSA signatures ask for at least {_WEAK}."
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
