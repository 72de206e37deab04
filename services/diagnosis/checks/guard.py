"""Who guards the route: a JWT authorizer, another kind of authorization, or nobody."""

from services.diagnosis.diagnosis import Change, Culprit, Finding, Fix, Weight
from services.diagnosis.examination import AUTHORIZATION, Examination
from services.diagnosis.facts import AuthorizerFacts, Missing
from services.diagnosis.making import found
from services.diagnosis.remedies import (
    authorizer_place,
    aws,
    change_authorizer,
    route_change,
    step,
    update_route,
)
from services.gateway.call import Answer
from services.visible import quoted

_KINDS = {
    "NONE": ("route-open", "the function is called with or without a token, and nobody guards it"),
    "AWS_IAM": ("route-iam", "it asks for a request signed with AWS credentials, and answers 403 to a token"),
    "CUSTOM": ("route-custom", "a Lambda authorizer decides, and no rule of the JWT authorizer applies"),
}


def guard_findings(case: Examination) -> list[Finding]:
    """Whether a JWT authorizer looks at the token at all, and whether it is one that can work."""
    return [*_kind(case), *_attached(case), *_not_sent(case), *_blanks(case)]


def _kind(case: Examination) -> list[Finding]:
    route = case.route
    if route is None:
        return _called_without(case)
    stored = case.facts.gateway.authorizer
    kind = route.authorization_type or "NONE"
    if kind == "JWT" and isinstance(stored, AuthorizerFacts) and stored.kind == "REQUEST":
        kind = "CUSTOM"
    if kind not in _KINDS:
        return []
    finding_id, clause = _KINDS[kind]
    sentence = f"The JWT authorizer never runs on the route {quoted(route.route_key)}: {clause}."
    change = route_change(case, "AuthorizationType", kind, "JWT")
    fix = Fix("Give the route the JWT authorizer.", change, _guard_command(case), step(case, "route"))
    weight = Weight.REFUSES if kind == "AWS_IAM" or (kind == "CUSTOM" and _refused(case)) else Weight.WARNS
    certain = kind != "CUSTOM"
    return [
        found(finding_id, sentence, Culprit.ROUTE, fix, weight=weight, expected="JWT", actual=kind, certain=certain)
    ]


def _guard_command(case: Examination) -> str:
    """The command that gives the route the authorizer, where one is known."""
    known = case.stored
    return update_route(case, AuthorizationType="JWT", AuthorizerId=known.authorizer_id) if known else ""


def _called_without(case: Examination) -> list[Finding]:
    """What the gateway's answer to a request without a token tells, where AWS could not be asked."""
    without = case.facts.without
    if not isinstance(without, Answer) or not 200 <= without.status < 300 or not without.header("apigw-requestid"):
        return []
    sentence = f"The gateway answered {without.status} without any token: nobody guards the route."
    fix = Fix("Give the route the JWT authorizer.")
    return [found("route-open", sentence, Culprit.ROUTE, fix, weight=Weight.WARNS)]


def _refused(case: Examination) -> bool:
    answer = case.facts.with_token
    return isinstance(answer, Answer) and answer.status in (401, 403)


def _attached(case: Examination) -> list[Finding]:
    stored, route = case.facts.gateway.authorizer, case.route
    if not isinstance(stored, Missing) or not stored.gone or route is None or route.authorization_type != "JWT":
        return []
    sentence = f"The route {quoted(route.route_key)} names the authorizer {quoted(route.authorizer_id)}, which is gone."
    fix = Fix("Attach an authorizer that exists to the route.", step_id=step(case, "authorizer"))
    return [found("authorizer", sentence, Culprit.AUTHORIZER, fix, actual=route.authorizer_id)]


def _not_sent(case: Examination) -> list[Finding]:
    """A whole request was given, and nothing in it carries a token."""
    configured, intake = case.authorizer, case.facts.intake
    if configured is None or intake.presented is not None or not intake.headers:
        return []
    source = configured.identity_source
    if any(source.lower() == f"$request.header.{name}".lower() for name, _ in intake.headers):
        return []
    sentence = f"The request that was given carries no token at {quoted(source)}."
    fix = Fix(f"Send the access token at {quoted(source)}.")
    return [found("identity-source", sentence, Culprit.CALLER, fix, expected=source, kind="not sent")]


def _blanks(case: Examination) -> list[Finding]:
    """Audiences with blanks around them that do no harm to this token, and will to another."""
    configured = case.authorizer
    if configured is None or case.failed("audience"):
        return []
    for audience in configured.audience:
        if audience.strip() != audience and audience not in case.audiences:
            whole = tuple(entry.strip() for entry in configured.audience)
            fix = change_authorizer(case, "audience", audience, audience.strip(), audience=whole)
            sentence = f"The authorizer's audience {quoted(audience)} has blanks around it, and no token has them."
            return [
                found(
                    "audience-blank",
                    sentence,
                    Culprit.AUTHORIZER,
                    fix,
                    weight=Weight.WARNS,
                    expected=audience.strip(),
                    actual=audience,
                )
            ]
    return []


def place_finding(case: Examination) -> Finding | None:
    """The authorizer looks for the token elsewhere than in Authorization, where nearly everybody sends it.

    A profile's own requests carry it there, so a gate that a profile made has drifted then. Of other gates only their
    callers know where they send it.
    """
    configured, presented = case.authorizer, case.facts.intake.presented
    if configured is None or presented is None or presented.place:
        return None
    source = configured.identity_source
    own = bool(case.facts.provisioned_by)
    if source.lower() == AUTHORIZATION.lower():
        return None
    usual = "where this profile's requests carry it" if own else "from the usual header"
    send = "" if own else f"Send the token at {quoted(source)}, or let"
    fix = Fix(
        f"{send or 'Let'} the authorizer look at {quoted(AUTHORIZATION)}.",
        Change(authorizer_place(case), "identity source", source, AUTHORIZATION),
        _look_at_authorization(case),
        step(case, "authorizer"),
    )
    return found(
        "identity-source",
        f"The authorizer takes the token from {quoted(source)}, not {usual}.",
        Culprit.AUTHORIZER if own else Culprit.CALLER,
        fix,
        weight=Weight.REFUSES if own else Weight.WARNS,
        expected=AUTHORIZATION if own else None,
        actual=source,
        kind="elsewhere",
        certain=own,
    )


def _look_at_authorization(case: Examination) -> str:
    stored, api = case.stored, case.api
    if stored is None or api is None:
        return ""
    source = [AUTHORIZATION]
    return aws(case, "UpdateAuthorizer", ApiId=api.api_id, AuthorizerId=stored.authorizer_id, IdentitySource=source)
