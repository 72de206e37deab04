"""The token's form: found at the identity source, with its prefix, in three segments, decodable, signed with RSA."""

from dataclasses import replace

from services.diagnosis.catalogue import MEANINGS
from services.diagnosis.diagnosis import Change, Culprit, Finding, Fix
from services.diagnosis.examination import Examination
from services.diagnosis.making import of_rule
from services.diagnosis.pasted_text import bearer_twice, pasted
from services.diagnosis.remedies import fusionauth, new_token, step
from services.gateway.verdict import Check
from services.gateway.wordings import Cause
from services.visible import quoted

_SEND = "Send the access token that the issuer gave, whole and unchanged."
_INSTEAD = {
    "placeholder": "Put the token in the placeholder's place; in a shell, between double quotes.",
    "aws-key": "Send the issuer's access token; keep AWS keys out of requests, and revoke one that others have seen.",
    "token-response": "Send only the value of access_token.",
    "masked": "Copy the token from where it is whole.",
    "refresh-token": "Exchange it at the issuer's token endpoint for an access token, and send that.",
    "fusionauth-key": "Log in with the key through FusionAuth's Login API, and send the token it answers with.",
    "encrypted-token": "Let the issuer sign its access tokens instead of encrypting them.",
    "opaque-token": "Let the issuer give out JWTs for this API; the gateway cannot ask about opaque tokens.",
}


def identity_source(case: Examination, check: Check) -> Finding:
    """No token where the authorizer looks for one."""
    source = case.authorizer.identity_source if case.authorizer else "$request.header.Authorization"
    place = case.facts.intake.presented.place if case.facts.intake.presented else ""
    if case.presented and place:
        sentence = (
            f"The authorizer looks for the token at {quoted(source)}, and the request carries it at {quoted(place)}."
        )
        fix = Fix(f"Send the token at {quoted(source)}.", Change("the request", "the token's place", place, source))
        return of_rule(
            check, sentence, Culprit.CALLER, fix, expected=source, actual=place, compared=True, kind="elsewhere"
        )
    sentence = f"The request has no token at {quoted(source)}."
    return of_rule(check, sentence, Culprit.CALLER, new_token(case, _SEND), expected=source, kind="empty")


def bearer(case: Examination, check: Check) -> Finding:
    """A prefix that is not exactly “Bearer ”."""
    prefix = (case.presented or "")[:7]
    sentence = f"The prefix is {quoted(prefix)}, not exactly “Bearer ”; whether API Gateway takes that is not known."
    fix = Fix("Write “Bearer ” with a capital B and one blank.", Change("the request", "the prefix", prefix, "Bearer "))
    return of_rule(check, sentence, Culprit.CALLER, fix, expected="Bearer ", actual=prefix, compared=True)


def segments(case: Examination, check: Check) -> Finding:
    """A text that is no JWT."""
    count = check.actual or "?"
    instead = pasted(case)
    provider = case.provider
    if instead is None:
        kind = "cut off" if (case.presented or "").count("eyJ") and count in ("1", "2") else ""
        cut = ": it was cut off" if kind else ""
        sentence = f"{_counted(count)}{cut}."
        return of_rule(check, sentence, Culprit.TOKEN, new_token(case, _SEND), kind=kind)
    sentence = f"{MEANINGS[instead.id]} {_counted(count)}; {instead.clause}."
    note = provider.opaque_note if provider and instead.id in ("opaque-token", "encrypted-token") else ""
    return of_rule(
        check, sentence, Culprit.TOKEN, new_token(case, _INSTEAD[instead.id]), kind=instead.id, detail=(note,)
    )


def _counted(count: str) -> str:
    return f"The text has {count} segment{'' if count == '1' else 's'} and a token has 3"


def decoding(case: Examination, check: Check) -> Finding:
    """Three segments that are not header, claims and signature."""
    text = case.presented or ""
    detail = check.sentence.split(" (wording", 1)[0]
    if check.cause == Cause.BEARER_IN_TOKEN or bearer_twice(text):
        sentence = "“Bearer ” stands twice before the token."
        change = Change("the request", "the prefix", "Bearer Bearer ", "Bearer ")
        fix = replace(new_token(case, "Write “Bearer ” once."), change=change)
        return of_rule(check, sentence, Culprit.CALLER, fix, kind="bearer-twice")
    if instead := pasted(case):
        sentence = f"{MEANINGS[instead.id]} {detail}"
        return of_rule(check, sentence, Culprit.TOKEN, new_token(case, _INSTEAD[instead.id]), kind=instead.id)
    if "authorization:" in text[:20].lower():
        sentence = "The header's name stands in its value: “Authorization:” before the token."
        return of_rule(check, sentence, Culprit.CALLER, new_token(case, "Send the token alone."), kind="header name")
    bare = text.removeprefix("Bearer ")
    if bare[:1] in "\"'" or bare[-1:] in "\"'":
        sentence = "Quotation marks stand around the token, and they are sent with it."
        return of_rule(
            check, sentence, Culprit.CALLER, new_token(case, "Send the token without them."), kind="quotation marks"
        )
    if bare != bare.strip() or any(character.isspace() for character in bare):
        sentence = f"Blanks or line breaks stand in the token. {detail}"
        return of_rule(
            check, sentence, Culprit.CALLER, new_token(case, "Send the token as one line without blanks."), kind="blank"
        )
    return of_rule(check, detail, Culprit.TOKEN, new_token(case, _SEND), kind="damaged")


def algorithm(case: Examination, check: Check) -> Finding:
    """A signature that is not RSA's."""
    alg = check.actual or ""
    if check.cause in (Cause.ALGORITHM_PSS, Cause.CRITICAL_HEADER):
        fix = Fix("Let the issuer sign with RS256, and leave crit out of the header.")
        return of_rule(check, check.sentence, Culprit.ISSUER, fix, kind=check.cause)
    if not alg:
        return of_rule(
            check, "The token's header names no algorithm.", Culprit.ISSUER, new_token(case, _SEND), kind="missing"
        )
    if alg.lower() == "none":
        sentence = f"The token is not signed at all (alg {quoted(alg)})."
        return of_rule(check, sentence, Culprit.TOKEN, new_token(case, _SEND), kind="unsigned")
    if alg.startswith("HS"):
        return _shared_secret(case, check, alg)
    sentence = (
        f"The token is signed with {quoted(alg)}, and the gateway takes RSA signatures only: RS256, RS384, RS512."
    )
    kind = "elliptic curve" if alg[:2] == "ES" else ""
    known = case.fusionauth
    if known and known.signing_algorithm.startswith("RS"):
        fix = new_token(case, "Get a new token: the application signs with RSA.")
        return of_rule(check, sentence, Culprit.TOKEN, fix, kind=kind)
    where = f" {_sentence(case.provider.change_key)}" if case.provider else ""
    own = bool(case.facts.provisioned_by)
    fix = Fix(f"Let the issuer sign access tokens with RS256.{where}", step_id=step(case, "application"), new_token=own)
    return of_rule(check, sentence, Culprit.APPLICATION if known else Culprit.ISSUER, fix, kind=kind)


def _shared_secret(case: Examination, check: Check, alg: str) -> Finding:
    sentence = (
        f"The token is signed with {quoted(alg)}, a secret that FusionAuth and nobody else knows"
        if (case.provider and case.provider.id == "fusionauth")
        else f"The token is signed with {quoted(alg)}, a shared secret"
    )
    sentence += ", and the gateway takes RSA signatures only (RS256)."
    known, provider = case.fusionauth, case.provider
    if known and known.jwt_enabled is False:
        name = known.application_name or known.application_id
        sentence += f" The application {quoted(name)} has its own JWT settings switched off, so the tenant's key signs."
        return of_rule(
            check,
            sentence,
            Culprit.APPLICATION,
            Fix(
                "Enable JWT for the application with an RS256 key for access tokens, then get a new token.",
                Change(f"application {quoted(name)}", "jwtConfiguration.enabled", "false", "true"),
                _enable(case),
                step(case, "application"),
                bool(case.facts.provisioned_by),
            ),
            kind="tenant's key",
        )
    if known and known.signing_algorithm.startswith("RS"):
        fix = new_token(case, "Get a new token: the application signs with RSA by now.")
        return of_rule(check, sentence, Culprit.TOKEN, fix, kind="older token")
    where = f" {_sentence(provider.change_key)}" if provider else ""
    fix = Fix(
        f"Let the issuer sign access tokens with an RS256 key, then get a new token.{where}",
        step_id=step(case, "application"),
        new_token=bool(case.facts.provisioned_by),
    )
    return of_rule(check, sentence, Culprit.APPLICATION, fix, kind="shared secret")


def _enable(case: Examination) -> str:
    known = case.fusionauth
    if known is None or not known.application_id:
        return ""
    settings = {"enabled": True, "timeToLiveInSeconds": 3600, "refreshTokenTimeToLiveInMinutes": 43_200}
    return fusionauth(
        case, "PATCH", f"/api/application/{known.application_id}", {"application": {"jwtConfiguration": settings}}
    )


def _sentence(clause: str) -> str:
    return f"Where: {clause}."
