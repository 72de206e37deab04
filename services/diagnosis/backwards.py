"""Findings read out of an answer: what it may mean where nothing else explains it, likeliest first."""

from services.diagnosis.diagnosis import Culprit, Finding, Fix, Weight
from services.diagnosis.examination import Examination
from services.diagnosis.facts import DomainFacts, PermissionFacts, StageFacts
from services.diagnosis.making import found
from services.gateway.refusal import Reading, Speaker
from services.gateway.wordings import WORDINGS, Cause
from services.visible import quoted

ANSWER = "answer"  # the kind of what only an answer shows

RULE_OF = {
    Cause.NO_TOKEN: "identity-source",
    Cause.LOWER_CASE_BEARER: "bearer",
    Cause.SEGMENTS: "segments",
    **dict.fromkeys((Cause.BEARER_IN_TOKEN, Cause.BASE64, Cause.JSON, Cause.JSON_END, Cause.NOT_AN_OBJECT), "decode"),
    **dict.fromkeys((cause for cause in Cause if cause.startswith("algorithm")), "algorithm"),
    Cause.CRITICAL_HEADER: "algorithm",
    Cause.DISCOVERY: "discovery",
    Cause.JWKS: "keys",
    Cause.KID_MISSING: "kid",
    Cause.KID_UNKNOWN: "kid",
    Cause.SIGNATURE: "signature",
    Cause.SIGNATURE_BASE64: "signature",
    Cause.ISSUER: "issuer",
    Cause.AUDIENCE: "audience",
    Cause.AUDIENCE_UNSET: "audience",
    **dict.fromkeys((Cause.EXPIRED, Cause.EXP_MISSING, Cause.EXP_NOT_A_NUMBER), "exp"),
    **dict.fromkeys((Cause.NBF, Cause.NBF_NOT_A_NUMBER), "nbf"),
    **dict.fromkeys((Cause.IAT, Cause.IAT_NOT_A_NUMBER), "iat"),
    **dict.fromkeys((Cause.SCOPES, Cause.SCOPE_OVER_SCP), "scopes"),
}

_SAYS: dict[str, tuple[str, Culprit, str]] = {
    "identity-source": (
        "No token arrived at the gateway, whatever was sent.",
        Culprit.CALLER,
        "Look at what really is sent (curl -v): redirects and proxies drop the Authorization header.",
    ),
    "bearer": ("The prefix is not exactly “Bearer ”.", Culprit.CALLER, "Write “Bearer ” before the token."),
    "segments": ("What arrived is no JWT.", Culprit.TOKEN, "Send the access token, whole."),
    "decode": ("What arrived cannot be decoded.", Culprit.TOKEN, "Send the access token, whole and unchanged."),
    "algorithm": ("The token is not signed with RSA.", Culprit.ISSUER, "Let the issuer sign with an RS256 key."),
    "discovery": (
        "AWS could not read the issuer's discovery document when it was needed.",
        Culprit.ISSUER,
        "Let it be public and answer within 1,500 ms, always.",
    ),
    "keys": (
        "AWS could not read the issuer's keys when they were needed.",
        Culprit.ISSUER,
        "Let the key set be public and answer within 1,500 ms, always.",
    ),
    "kid": (
        "The issuer does not publish the token's key.",
        Culprit.TOKEN,
        "Get a new token of the authorizer's issuer.",
    ),
    "signature": ("The signature does not fit the key.", Culprit.TOKEN, "Get the token again, and change nothing."),
    "issuer": (
        "The token's iss is not exactly the authorizer's issuer.",
        Culprit.AUTHORIZER,
        "Compare both letter by letter: a slash at the end is the usual difference.",
    ),
    "audience": (
        "The token's aud is none of the authorizer's audiences.",
        Culprit.AUTHORIZER,
        "Make one of the authorizer's audiences the token's aud.",
    ),
    "exp": ("The token has expired.", Culprit.TOKEN, "Get a new token."),
    "nbf": ("The token is not valid yet.", Culprit.CLOCK, "Compare the clocks, and wait before using a new token."),
    "iat": ("The token was issued in the future.", Culprit.CLOCK, "Compare the clocks."),
    "scopes": ("The token has none of the route's scopes.", Culprit.TOKEN, "Get a token with one of them."),
}

# What an answer of the gateway apart from its authorizer may mean, likeliest first.
_GATEWAY: dict[int, tuple[tuple[str, str, Culprit, str], ...]] = {
    401: (
        (
            "route-custom",
            "A Lambda authorizer found no identity in the request.",
            Culprit.ROUTE,
            "Look at the route's authorization, and at that authorizer's identity sources.",
        ),
    ),
    403: (
        (
            "domain-mapping",
            "The custom domain maps this path to no API.",
            Culprit.DOMAIN,
            "Compare the path with the custom domain's API mappings.",
        ),
        (
            "route-iam",
            "The route asks for IAM authorization, or a Lambda authorizer denied.",
            Culprit.ROUTE,
            "Look at the route's authorization: a JWT is no use to either.",
        ),
        (
            "firewall",
            "A firewall or mutual TLS refused the caller.",
            Culprit.PROXY,
            "Look at the firewall's rules and log, and at the domain's trust store.",
        ),
    ),
    404: (
        ("route", "No route has this method and path.", Culprit.ROUTE, "Compare them with the API's routes."),
        (
            "deployment",
            "The stage's name is missing in the path, or the stage has no deployment.",
            Culprit.STAGE,
            "Put the stage's name before the path, or deploy the API to $default.",
        ),
        (
            "api",
            "The API is gone, new, or its own address is disabled.",
            Culprit.API,
            "Check that the API exists and that its own address is enabled.",
        ),
    ),
    413: (("request-size", "The body is larger than the gateway takes.", Culprit.CALLER, "Send less than 10 MB."),),
    429: (("throttled", "The gateway throttled the request.", Culprit.STAGE, "Raise the limit, or call less often."),),
    431: (("request-size", "The headers have more than 10,240 bytes.", Culprit.CALLER, "Send a smaller token."),),
    500: (
        (
            "permission",
            "The function's policy does not let the API invoke it.",
            Culprit.PERMISSION,
            "Add lambda:InvokeFunction for apigateway.amazonaws.com to the function's policy.",
        ),
        ("function", "The function threw an error, or ended early.", Culprit.FUNCTION, "Look at the function's log."),
        (
            "response-shape",
            "The function's answer does not have the shape that the payload format asks for.",
            Culprit.FUNCTION,
            "Let the function return statusCode, headers and body.",
        ),
    ),
    503: (
        (
            "integration-timeout",
            "The function did not answer within the integration's time-out.",
            Culprit.FUNCTION,
            "Make the function faster, or raise its time-out (30 s at most).",
        ),
    ),
}
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
        sentence, culprit, remedy = _SAYS[rule_id]
        known = WORDINGS[reading.causes[0]].evidence.wording_verified  # captured wordings come first
        certain, detail = len(rules) == 1 and known, (told, _configured(case, reading, rule_id))
        findings.append(found(rule_id, sentence, culprit, Fix(remedy), detail=detail, certain=certain, kind=ANSWER))
    return findings


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
    rows = tuple(row for row in _GATEWAY.get(status, ()) if row[0] not in refuted)
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
        found(finding_id, sentence, culprit, Fix(remedy), certain=len(rows) == 1, kind=ANSWER)
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
