"""The issuer as AWS must be able to read it: the discovery document, the address it gives, and the keys there."""

from urllib.parse import urlsplit

from services.diagnosis.diagnosis import Culprit, Finding, Fix
from services.diagnosis.examination import Examination
from services.diagnosis.facts import Fetched, IssuerFacts, Missing
from services.diagnosis.making import of_rule
from services.diagnosis.public_fetch import GATEWAY_BYTES, GATEWAY_SECONDS
from services.diagnosis.remedies import step
from services.gateway.issuer_keys import discovery_url
from services.gateway.verdict import Check
from services.tunnel.ngrok.errors import at_edge
from services.visible import quoted

MAKE_PUBLIC = "Publish the issuer under a public https name; for a server of your own machine a tunnel does it."
_FASTER = "Make it answer faster: keep it warm, or cache the document."
_REOPEN = "Open the tunnel to FusionAuth again, under the same address."
FORWARD = "Let the proxy or tunnel in front of the issuer send X-Forwarded-Proto, -Host and -Port."
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
    if culprit is Culprit.TUNNEL and kind in ("unreachable", "web page", "too slow"):
        remedy = _REOPEN
    fix = Fix(remedy, step_id=step(case, "tunnel" if culprit is Culprit.TUNNEL else ""))
    problem = _problem(fetched) if kind == "web page" else ""
    return of_rule(check, sentence, culprit, fix, expected=url, actual=detail, kind=kind, detail=(problem,))


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
        return "private address", sentence, published_by(case), MAKE_PUBLIC
    if name == "key set" and issuer and stray_kind(issuer):
        sentence = f"The discovery document sends AWS to {shown} for the keys: {issuer.jwks_uri_stray}; {detail}."
        return "stray address", sentence, Culprit.TUNNEL, FORWARD
    if fetched is None or fetched.status is None:
        if fetched and fetched.tls_problem:
            sentence = f"AWS cannot trust {shown}: {fetched.tls_problem.rstrip('.')}."
            return (
                "TLS",
                sentence,
                Culprit.ISSUER,
                "Give the address a certificate of a public authority, for its name.",
            )
        if fetched and fetched.seconds > GATEWAY_SECONDS:
            sentence = (
                f"{shown} gave no whole answer in {fetched.seconds * 1000:,.0f} ms, and the gateway waits 1,500 ms."
            )
            return "too slow", sentence, published_by(case), _FASTER
        culprit = published_by(case) if fetched else Culprit.ISSUER
        return "unreachable", f"AWS cannot use {shown}: {detail}.", culprit, _PUBLISH
    return _answered(case, fetched, name, shown, detail)


def _answered(case: Examination, fetched: Fetched, name: str, shown: str, detail: str) -> tuple[str, str, Culprit, str]:
    """The same for what answered, and not as the gateway needs it."""
    if known := at_edge(fetched.tunnel_code):
        return "tunnel", f"AWS cannot read {shown}. {fetched.tunnel_code}: {known.meaning}", Culprit.TUNNEL, known.fix
    if fetched.redirect_to:
        sentence = f"{shown} redirects to {quoted(fetched.redirect_to)}, and the gateway follows no redirect."
        return "redirect", sentence, Culprit.ISSUER, "Name the final address as the issuer, or answer without redirect."
    if _is_page(fetched):
        sentence = f"{shown} answers with a web page (status {fetched.status}), perhaps a login or a tunnel's warning."
        return "web page", sentence, published_by(case), _PUBLISH
    if fetched.status != 200:
        sentence = f"{shown} answers with status {fetched.status} instead of 200"
        if published_by(case) is Culprit.TUNNEL:
            return "status", f"{sentence}: the tunnel is closed, or leads elsewhere.", Culprit.TUNNEL, _REOPEN
        return "status", f"{sentence}.", Culprit.ISSUER, f"Let it answer there, or name the issuer whose {name} exists."
    if fetched.seconds > GATEWAY_SECONDS:
        sentence = f"{shown} took {fetched.seconds * 1000:,.0f} ms, and the gateway waits 1,500 ms."
        return "too slow", sentence, Culprit.ISSUER, _FASTER
    if fetched.size > GATEWAY_BYTES:
        sentence = f"{shown} has at least {fetched.size:,} bytes, and the gateway takes {GATEWAY_BYTES:,}."
        return "too large", sentence, Culprit.ISSUER, "Publish fewer keys, without their certificates (x5c)."
    return "content", f"AWS cannot use {shown}: {detail}.", Culprit.ISSUER, f"Let the issuer publish a {name} there."


def _is_page(fetched: Fetched) -> bool:
    return "html" in fetched.content_type.lower()


def published_by(case: Examination) -> Culprit:
    """Whether a tunnel stands before this issuer, as far as is known."""
    known = case.provider.id == "fusionauth" if case.provider else False
    return Culprit.TUNNEL if known and (case.facts.provisioned_by or _tunnelled(case)) else Culprit.ISSUER


def _tunnelled(case: Examination) -> bool:
    host = _host(case.issuer.issuer if case.issuer else "")
    return host.endswith((".ngrok-free.dev", ".ngrok-free.app", ".ngrok.app", ".ngrok.io", ".trycloudflare.com"))


def _host(url: str) -> str:
    """The host of a URL with its port; empty where there is none."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""


def stray_kind(issuer: IssuerFacts) -> str:
    """In what the key set's address leads away, where that is unusual: `http`, `port`, or nothing."""
    stray = issuer.jwks_uri_stray
    return "http" if "scheme" in stray else "port" if "port" in stray else ""
