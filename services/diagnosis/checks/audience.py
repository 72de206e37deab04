"""The audience: whom the token is for, against the audiences the authorizer accepts."""

from urllib.parse import quote

from services.diagnosis.diagnosis import Change, Culprit, Finding, Fix
from services.diagnosis.difference import likeness
from services.diagnosis.examination import Examination
from services.diagnosis.kinds import is_id_token
from services.diagnosis.making import of_rule
from services.diagnosis.remedies import change_authorizer, fusionauth, new_token, step
from services.gateway.rules import audience_claim
from services.gateway.verdict import Check
from services.gateway.wordings import Cause
from services.visible import quoted

_COMPARED = 20  # values of each side among which the nearest pair is looked for


def audience(case: Examination, check: Check) -> Finding:
    """No entry of `aud` is an audience of the authorizer."""
    accepted = case.authorizer.audience if case.authorizer else ()
    if check.cause == Cause.AUDIENCE_UNSET:
        return _unset(case, check)
    if not case.audiences:
        return _missing(case, check, accepted)
    expected, actual = _nearest(accepted, case.audiences)
    name = audience_claim(dict(case.claims))[0]
    listed = f"The authorizer accepts: {', '.join(map(quoted, accepted[:_COMPARED]))}." if len(accepted) > 1 else ""
    given = (
        f"The token is for: {', '.join(map(quoted, case.audiences[:_COMPARED]))}." if len(case.audiences) > 1 else ""
    )
    kind, reason, culprit, fix = _ruling(case, expected, actual)
    note = case.provider.audience_note if case.provider and kind != "other environment" else ""
    issuer = case.claims.get("iss")
    elsewhere = case.failed("issuer") and any(gate.issuer == issuer for gate in case.others)
    sentence = f"The authorizer expects the audience {quoted(expected)} and the token's {name} says {quoted(actual)}."
    return of_rule(
        check,
        sentence,
        culprit,
        fix,
        pair=(expected, actual),
        kind=kind,
        because="issuer" if elsewhere else "",
        detail=(reason, listed, given, _api_id(case, expected), note),
    )


def _nearest(accepted: tuple[str, ...], given: tuple[str, ...]) -> tuple[str, str]:
    pairs = [(want, have) for want in accepted[:_COMPARED] for have in given[:_COMPARED]]
    return max(pairs, key=lambda pair: likeness(*pair), default=("", given[0]))


def _api_id(case: Examination, expected: str) -> str:
    api = case.api
    return (
        "The authorizer's audience is the API's own id, which no token carries."
        if api and expected == api.api_id
        else ""
    )


def _unset(case: Examination, check: Check) -> Finding:
    sentence = "The authorizer has no audience; whether API Gateway accepts any token then is not known."
    new = case.audiences[0] if case.audiences else ""
    fix = (
        change_authorizer(case, "audience", "", new, audience=(new,))
        if new
        else Fix("Give the authorizer an audience.")
    )
    return of_rule(check, sentence, Culprit.AUTHORIZER, fix, kind="unset")


def _missing(case: Examination, check: Check, accepted: tuple[str, ...]) -> Finding:
    expected = accepted[0] if accepted else ""
    provider = case.provider
    if provider and provider.id == "fusionauth":
        return _unregistered(case, check, expected)
    sentence = f"The token has neither aud nor client_id, and the authorizer expects the audience {quoted(expected)}."
    note = provider.audience_note if provider else ""
    where = f" Where: {provider.change_audience}." if provider else ""
    fix = Fix(f"Let the issuer put {quoted(expected)} into the token's aud, then get a new token.{where}")
    return of_rule(check, sentence, Culprit.ISSUER, fix, kind="missing", detail=(note,))


def _unregistered(case: Examination, check: Check, expected: str) -> Finding:
    """A FusionAuth token without aud: its user is not registered, or the login named no application."""
    known, presented = case.fusionauth, case.facts.intake.presented
    told = (known is not None and known.user_registered is False) or bool(presented and presented.unregistered)
    application = (known.application_id if known else "") or expected
    note = case.provider.audience_note if case.provider else ""
    if not told and known is not None and known.user_registered:
        sentence = "The token has no aud although the user is registered: the login named no application."
        fix = new_token(case, f"Log in with applicationId {quoted(application)}, and send the new token.")
        return of_rule(check, sentence, Culprit.CALLER, fix, kind="no application", detail=(note,))
    sentence = (
        "The token has no aud because its user is not registered to the application (FusionAuth answers 202 then)."
        if told
        else "The token has no aud: its user is not registered to the application, or the login named none."
    )
    user = (known.user_id if known else "") or str(case.claims.get("sub", ""))
    body = {"registration": {"applicationId": application}}
    return of_rule(
        check,
        sentence,
        Culprit.APPLICATION,
        Fix(
            "Register the user to the application, then get a new token.",
            Change(f"user {quoted(user)}", "registration", "", application),
            fusionauth(case, "POST", f"/api/user/registration/{quote(user[:64], safe='')}", body),
            step(case, "registration"),
            bool(case.facts.provisioned_by),
        ),
        kind="unregistered user",
        detail=(_besides(case, application), note),
    )


def _besides(case: Examination, application: str) -> str:
    """What would still be wrong with an aud."""
    accepted = case.authorizer.audience if case.authorizer else ()
    if application in accepted:
        return ""
    listed = ", ".join(map(quoted, accepted[:_COMPARED]))
    return f"Besides, the authorizer accepts {listed or 'nothing'}, and the aud will be {quoted(application)}."


def _ruling(case: Examination, expected: str, actual: str) -> tuple[str, str, Culprit, Fix]:
    """Which form it is, what shows that, who is wrong, and the fix."""
    if gate := next((gate for gate in case.others if gate.audience == actual), None):
        reason = f"It is the audience of the profile {quoted(gate.profile)}: the token is another environment's."
        return "other environment", reason, Culprit.TOKEN, new_token(case, "Get a token of this gate's application.")
    if case.provider and any(case.provider.owns(entry) for entry in case.audiences):
        reason = f"This audience is {case.provider.name}'s own: the login did not ask for a token of your API."
        where = f" Where: {case.provider.change_audience}."
        fix = new_token(case, f"Ask the issuer for a token whose audience is {quoted(expected)}.{where}")
        return "own audience", reason, Culprit.CALLER, fix
    if is_id_token(case) and expected not in case.audiences:
        reason = "This is an ID token: its audience is the client that asked for it."
        return "ID token", reason, Culprit.CALLER, new_token(case, "Send the access token instead of the ID token.")
    return _by_places(case, expected, actual)


def _by_places(case: Examination, expected: str, actual: str) -> tuple[str, str, Culprit, Fix]:
    configured = case.authorizer.audience if case.authorizer else ()
    known, wanted = case.fusionauth, case.wanted
    right = wanted.audience if wanted else known.application_id if known else ""
    if right and right in configured and case.claims.get("applicationId") == right:
        reason = f"The token is of the application {quoted(right)}, and its aud is another: something wrote it."
        fix = Fix("Look at the application's JWT populate lambda: it writes another aud than the application's id.")
        return "populate lambda", reason, Culprit.APPLICATION, fix
    if right and right in configured:
        reason = f"The application is {quoted(right)}, as the authorizer says: the token is another application's."
        fix = new_token(case, f"Log in to the application {quoted(right)}, and send its token.")
        return "other application", reason, Culprit.TOKEN, fix
    new = right if right and right in case.audiences else actual
    audiences = tuple(new if entry == expected else entry for entry in configured) or (new,)
    reason = "The application and the token agree: the authorizer is the odd one." if right == new else ""
    fix = change_authorizer(case, "audience", expected, new, audience=audiences)
    return "authorizer", reason, Culprit.AUTHORIZER, fix
