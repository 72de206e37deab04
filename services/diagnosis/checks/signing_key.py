"""The key that the token names, and the signature it made."""

from services.diagnosis.diagnosis import Culprit, Finding, Fix
from services.diagnosis.examination import Examination
from services.diagnosis.facts import KnownGate
from services.diagnosis.making import of_rule
from services.diagnosis.pasted_text import pasted
from services.diagnosis.remedies import new_token
from services.gateway.verdict import Check
from services.gateway.wordings import Cause
from services.visible import quoted

_LISTED = 6  # key ids that a finding lists
_CACHE = "The gateway keeps an issuer's keys for up to two hours: publish a new key that long before it signs."


def key_id(case: Examination, check: Check) -> Finding:
    """The token names no key, or one that the issuer does not publish as an RSA key."""
    published = list(case.keys.by_kid) if case.keys else []
    kid = check.actual
    detail = (f"Published RSA keys: {', '.join(map(quoted, published[:_LISTED])) or 'none'}.",)
    if case.failed("algorithm"):
        named = f"The token's key {quoted(kid)} is not among the issuer's RSA keys" if kid else "The token names no key"
        sentence = f"{named}, for it was not signed with RSA."
        fix = Fix("Let the issuer sign with an RS256 key; its kid is then published.")
        return of_rule(check, sentence, Culprit.ISSUER, fix, because="algorithm", detail=detail, kind="not RSA")
    if not kid:
        sentence = "The token's header names no key (kid), so the gateway cannot choose one."
        fix = new_token(case, "Let the issuer put the key's kid into the header of its tokens, and get a new one.")
        return of_rule(check, sentence, Culprit.ISSUER, fix, detail=detail, kind="missing")
    kind, sentence, culprit, fix, because = _unpublished(case, kid, published)
    return of_rule(check, sentence, culprit, fix, kind=kind, because=because, detail=(*detail, _cache_note(kind)))


def _unpublished(case: Examination, kid: str, published: list[str]) -> tuple[str, str, Culprit, Fix, str]:
    named = f"The token's key {quoted(kid)}"
    algorithms = dict(case.issuer.key_algorithms) if case.issuer else {}
    because = "issuer" if case.failed("issuer") else ""
    if gate := _gate_of(case, kid):
        sentence = (
            f"{named} belongs to the gate of the profile {quoted(gate.profile)}: it is another environment's token."
        )
        fix = new_token(case, f"Get a token of this gate's issuer, or call the gate of {quoted(gate.profile)}.")
        return "other environment", sentence, Culprit.TOKEN, fix, because
    if case.token_issuer and kid in case.token_issuer.keys.by_kid:
        sentence = (
            f"{named} is published by the token's own issuer {quoted(case.token_issuer.issuer)}, not by this one."
        )
        fix = new_token(case, "Get a token of the authorizer's issuer, or let the authorizer trust the token's.")
        return "other issuer", sentence, Culprit.TOKEN, fix, because
    reason = next((key.reason for key in (case.keys.skipped if case.keys else ()) if key.kid == kid), "")
    if reason:
        sentence = f"{named} is published, but the gateway cannot use it: {reason}."
        fix = Fix("Publish it as an RSA key that is meant for signing.")
        return "unusable", sentence, Culprit.ISSUER, fix, ""
    if not published:
        what = "only keys that are not RSA" if algorithms else "no key at all"
        sentence = f"The issuer publishes {what}, and the gateway needs the RSA key {quoted(kid)}."
        where = f" Where: {case.provider.change_key}." if case.provider else ""
        fix = Fix(f"Let the issuer sign with an RS256 key of its own, which it then publishes.{where}")
        return "no RSA key", sentence, Culprit.ISSUER, fix, ""
    return _rotated(case, kid, named, because)


def _rotated(case: Examination, kid: str, named: str, because: str) -> tuple[str, str, Culprit, Fix, str]:
    known = case.fusionauth
    if known and known.signing_kid == kid:
        sentence = f"{named} signs in FusionAuth now, but the issuer's address publishes others: it leads elsewhere."
        fix = Fix("Let the tunnel or the address lead to the FusionAuth that signs.")
        return "other server", sentence, Culprit.TUNNEL, fix, because
    if known and known.signing_kid:
        sentence = f"{named} is gone; FusionAuth signs with {quoted(known.signing_kid)} now."
        return "rotated", sentence, Culprit.TOKEN, new_token(case, "Get a new token."), because
    sentence = f"{named} is not among the issuer's RSA keys: it was rotated or removed, or is another issuer's."
    fix = new_token(case, "Get a new token; if its kid is missing too, let the issuer publish that key.")
    return "rotated", sentence, Culprit.TOKEN, fix, because


def _cache_note(kind: str) -> str:
    return _CACHE if kind == "rotated" else ""


def _gate_of(case: Examination, kid: str) -> KnownGate | None:
    return next((gate for gate in case.others if kid in gate.kids), None)


def signature(case: Examination, check: Check) -> Finding:
    """The named key did not make the signature."""
    kid = check.expected or ""
    if check.cause == Cause.SIGNATURE_BASE64 and any(map(str.isspace, (case.presented or "").removeprefix("Bearer "))):
        sentence = "Blanks or line breaks stand in the token, and they are sent with it."
        fix = new_token(case, "Send the token as one line without blanks.")
        return of_rule(check, sentence, Culprit.CALLER, fix, kind="blank")
    if check.cause == Cause.SIGNATURE_BASE64:
        instead = pasted(case)
        masked = "The signature is masked or shortened" if instead else "The signature cannot be decoded"
        sentence = f"{masked}: the token was not copied whole."
        fix = new_token(case, "Copy the token from where it is whole, or get a new one.")
        return of_rule(check, sentence, Culprit.TOKEN, fix, kind="masked" if instead else "damaged")
    if case.keys and any(key.kid == kid and "same kid" in key.reason for key in case.keys.skipped):
        sentence = f"Two published keys have the kid {quoted(kid)}; the first of them did not make this signature."
        fix = Fix("Give every key a kid of its own.")
        return of_rule(check, sentence, Culprit.ISSUER, fix, kind="duplicate kid")
    if case.failed("audience") and case.provider and any(map(case.provider.owns, case.audiences)):
        sentence = f"The key {quoted(kid)} does not verify: {case.provider.name} protects tokens for its own API so."
        fix = Fix("Ask the issuer for a token of your API; only the provider can check this one.")
        return of_rule(check, sentence, Culprit.CALLER, fix, kind="own audience", because="audience")
    sentence = (
        f"The key {quoted(kid)} did not make this signature: the token was changed, cut, or signed by another key."
    )
    fix = new_token(case, "Get the token again, and change nothing in it.")
    return of_rule(check, sentence, Culprit.TOKEN, fix, kind="changed")
