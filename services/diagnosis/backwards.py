"""Findings read out of an answer: what it may mean where nothing else explains it, likeliest first."""

from services.diagnosis.answer_causes import AUTHORIZER_SAYS, GATEWAY_MAY_MEAN, RULE_OF
from services.diagnosis.diagnosis import Culprit, Finding, Fix, Weight
from services.diagnosis.examination import Examination
from services.diagnosis.facts import DomainFacts, PermissionFacts, StageFacts
from services.diagnosis.making import found
from services.gateway.comparison import value_text
from services.gateway.refusal import Reading, Speaker
from services.gateway.rules import audience_claim
from services.gateway.wordings import WORDINGS
from services.visible import quoted

ANSWER = "answer"  # the kind of what only an answer shows

_BY_CLAUSE = {"policy": "permission", "threw": "function", "shape": "response-shape", "time-out": "integration-timeout"}


def backward_findings(case: Examination, reading: Reading, status: int) -> list[Finding]:
    """What the answer points to. Only what it says itself is certain; its possible causes are not."""
    if status < 400 and reading.speaker in (Speaker.FUNCTION, Speaker.AUTHORIZER, Speaker.GATEWAY):
        return []
    if reading.speaker is Speaker.AUTHORIZER:
        return _authorizer(case, reading)
    if reading.speaker is Speaker.GATEWAY:
        return _gateway(case, reading, status)
    if reading.speaker is Speaker.FUNCTION:
        return [_function(reading, status)]
    return [_before(case, reading, status)]


def _authorizer(case: Examination, reading: Reading) -> list[Finding]:
    said = reading.challenge.description if reading.challenge else ""
    told = f"The gateway says {quoted(said)}." if said else ""
    rules = list(dict.fromkeys(RULE_OF[cause] for cause in reading.causes))
    if not rules:
        sentence = f"The authorizer refused in words that are not known: {quoted(said)}."
        fix = Fix("Keep the answer with gatelight call --record, and compare issuer, audience and times.")
        return [found("unexplained", sentence, Culprit.NOBODY, fix, actual=said)]
    findings = []
    for rule_id in rules:
        sentence, culprit, remedy = AUTHORIZER_SAYS[rule_id]
        known = WORDINGS[reading.causes[0]].evidence.wording_verified  # captured wordings come first
        given, remedy = _given(case, rule_id), _meant(case, rule_id) or remedy
        findings.append(
            found(
                rule_id,
                sentence,
                culprit,
                Fix(remedy),
                actual=given,
                detail=(told, _configured(case, reading, rule_id), *_own(case, rule_id, given)),
                certain=len(rules) == 1 and known,
                kind=ANSWER,
            )
        )
    return findings


def _given(case: Examination, rule_id: str) -> str | None:
    """What the token itself says in that check, where there is one."""
    if rule_id == "issuer":
        return value_text(case.claims.get("iss"))
    if rule_id == "audience":
        return value_text(audience_claim(dict(case.claims))[1])
    return None


def _meant(case: Examination, rule_id: str) -> str:
    """What to do, with the token's own value; empty where it says none."""
    if rule_id == "issuer" and isinstance(case.claims.get("iss"), str):
        return f"Set the authorizer's issuer to {quoted(case.claims['iss'])}, exactly, if it is the right issuer."
    if rule_id == "audience" and case.audiences:
        return f"Let the authorizer accept {quoted(case.audiences[0])}, if the token is meant for this API."
    if rule_id == "audience" and case.token and case.provider and case.provider.id == "fusionauth":
        return "Register the user to the application, and name the application at login."
    return ""


def _own(case: Examination, rule_id: str, given: str | None) -> tuple[str, ...]:
    """The token's value as a sentence, and what its provider puts there."""
    notes = {"issuer": "issuer_note", "audience": "audience_note", "scopes": "scope_note"}
    note = getattr(case.provider, notes[rule_id]) if case.provider and rule_id in notes else ""
    says = f"The token says {quoted(given)}." if given is not None else ""
    missing = "The token has no aud." if rule_id == "audience" and case.token and given is None else ""
    return says, missing, note


def _configured(case: Examination, reading: Reading, rule_id: str) -> str:
    """What the authorizer or the route is known to ask for in that check."""
    configured = case.authorizer
    if rule_id == "issuer" and configured:
        return f"The authorizer's issuer is {quoted(configured.issuer)}."
    if rule_id == "audience" and configured:
        return f"The authorizer accepts: {', '.join(map(quoted, configured.audience[:20]))}."
    if rule_id == "scopes" and reading.challenge and reading.challenge.scope:
        return f"The route asks for one of {quoted(reading.challenge.scope)}."
    return ""


def _gateway(case: Examination, reading: Reading, status: int) -> list[Finding]:
    refuted = _refuted(case)
    rows = tuple(row for row in GATEWAY_MAY_MEAN.get(status, ()) if row[0] not in refuted)
    if "signed" in reading.sentence or "own authorization" in reading.sentence:
        fix = Fix("Check that the address is whole and the API an HTTP API; give the route the JWT authorizer.")
        return [found("iam-answer", f"{_capital(reading.sentence)}.", Culprit.ROUTE, fix, kind=ANSWER)]
    if len(reading.possible) == 1:  # the access log settled it
        settled = next((name for word, name in _BY_CLAUSE.items() if word in reading.possible[0]), "")
        rows = tuple(row for row in rows if row[0] == settled) or rows
    if not rows:
        sentence = f"{_capital(reading.sentence)}: nothing that was looked at explains the {status}."
        fix = Fix("Ask again in a minute where something was just changed; then look at the access log.")
        return [found("unexplained", sentence, Culprit.NOBODY, fix, certain=False, kind=ANSWER)]
    return [
        found(finding_id, sentence, culprit, Fix(remedy), certain=len(rows) == 1 and status != 401, kind=ANSWER)
        for finding_id, sentence, culprit, remedy in rows
    ]


def _refuted(case: Examination) -> set[str]:
    """What the configuration shows not to be the reason."""
    gateway = case.facts.gateway
    no = set()
    if isinstance(gateway.permission, PermissionFacts) and gateway.permission.allowed:
        no.add("permission")
    if case.route:
        no |= {"route"} | ({"route-iam", "route-custom"} if case.route.authorization_type in ("JWT", "NONE") else set())
    if isinstance(gateway.stage, StageFacts) and gateway.stage.deployed:
        no.add("deployment")
    if case.api and not case.api.endpoint_disabled:
        no.add("api")
    if (gateway.domain is None and case.api) or (isinstance(gateway.domain, DomainFacts) and gateway.domain.api_id):
        no.add("domain-mapping")
    return no


def _function(reading: Reading, status: int) -> Finding:
    sentence = f"{_capital(reading.sentence)}." if status in (401, 403) else f"The function answered {status}."
    fix = Fix("Look at the function's code and log: the authorizer had let the request through.")
    return found("function", sentence, Culprit.FUNCTION, fix, kind=ANSWER)


def _before(case: Examination, reading: Reading, status: int) -> Finding:
    sentence = f"{_capital(reading.sentence)}."
    if reading.speaker is Speaker.TUNNEL:
        fix = Fix("Open the tunnel again; the gateway itself needs none, so call its own address.")
        return found("tunnel-answer", sentence, Culprit.TUNNEL, fix, kind=ANSWER)
    if 300 <= status < 400 or "web page" in reading.sentence:
        fix = Fix("Call the gateway's own address; a login or a proxy stands at this one.")
        return found("login-page", sentence, Culprit.PROXY, fix, kind=ANSWER)
    if "CloudFront" in reading.sentence:
        return found("firewall", sentence, Culprit.PROXY, Fix("Look at the firewall's rules and log."), kind=ANSWER)
    url = case.facts.intake.url
    fix = Fix(f"Check the address{f' {quoted(url)}' if url else ''} and the proxies before it.")
    return found("proxy-answer", sentence, Culprit.PROXY, fix, kind=ANSWER, weight=Weight.REFUSES)


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
