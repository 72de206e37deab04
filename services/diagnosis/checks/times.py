"""The token's times, and the clocks they were set and are read by."""

from services.diagnosis.diagnosis import Culprit, Finding, Fix, Weight
from services.diagnosis.examination import Examination
from services.diagnosis.making import found, of_rule
from services.diagnosis.moments import duration_text, moment_text, seconds_of
from services.diagnosis.remedies import new_token
from services.gateway.rules import is_number
from services.gateway.verdict import Check
from services.gateway.wordings import Cause
from services.visible import quoted

_SOON = 60.0  # seconds before its end from which on a token is about to expire
_SKEW = 30.0  # seconds of difference that are worth a warning although nothing fails


def expiry(case: Examination, check: Check) -> Finding:
    """The token has expired, or says nothing usable about it."""
    if check.cause in (Cause.EXP_MISSING, Cause.EXP_NOT_A_NUMBER):
        kind = "missing" if check.cause == Cause.EXP_MISSING else "not a number"
        fix = Fix("Let the issuer put a time into exp, in seconds since 1970.")
        return of_rule(check, check.sentence, Culprit.ISSUER, fix, kind=kind)
    since = seconds_of(case.claims.get("exp"))
    if since > 1e11:  # milliseconds would be a date thousands of years away, and this one is past
        since = case.now
    ago = duration_text(case.now - since)
    lifetime = since - seconds_of(case.claims.get("iat")) if is_number(case.claims.get("iat")) else None
    detail = (f"It was valid for {duration_text(lifetime)}." if lifetime and lifetime > 0 else "", *_clock_notes(case))
    if lifetime is not None and lifetime <= 0:
        sentence = f"The token was never valid: its exp is not later than its iat ({moment_text(since)})."
        fix = Fix(
            "Let the issuer give its tokens a lifetime; in FusionAuth a JWT populate lambda may have shortened it."
        )
        return of_rule(check, sentence, Culprit.ISSUER, fix, kind="never valid", detail=detail)
    when = f"{ago} ago" if case.now - since >= 1 else "just now"
    sentence = f"The token expired {when}, at {moment_text(since)}."
    return of_rule(check, sentence, Culprit.TOKEN, new_token(case, "Get a new token."), kind="expired", detail=detail)


def not_before(case: Examination, check: Check) -> Finding:
    """The token is not valid yet."""
    return _future(case, check, "nbf", "The token is not valid before")


def issued_at(case: Examination, check: Check) -> Finding:
    """The token was issued in the future."""
    return _future(case, check, "iat", "The token says it was issued at")


def _future(case: Examination, check: Check, name: str, words: str) -> Finding:
    if check.cause in (Cause.NBF_NOT_A_NUMBER, Cause.IAT_NOT_A_NUMBER):
        fix = Fix(f"Let the issuer put a time into {name}, in seconds since 1970.")
        return of_rule(check, check.sentence, Culprit.ISSUER, fix, kind="not a number")
    moment = seconds_of(case.claims.get(name))
    if moment - case.now > 1e10:
        sentence = f"{name} is {quoted(check.actual or '')}: that is a time in milliseconds, and it is read as seconds."
        fix = Fix(f"Let the issuer write {name} in seconds since 1970.")
        return of_rule(check, sentence, Culprit.ISSUER, fix, kind="milliseconds")
    issued = case.claims.get("iat")
    if name == "nbf" and is_number(issued) and moment - seconds_of(issued) > _SKEW and not case.failed("iat"):
        later = duration_text(moment - seconds_of(issued))
        sentence = f"The token is not valid before {moment_text(moment)}: the issuer lets it wait {later}."
        fix = Fix("Let the issuer leave nbf out, or set it to the time of issuing.")
        return of_rule(check, sentence, Culprit.ISSUER, fix, kind="delayed")
    ahead = duration_text(moment - case.now)
    sentence = (
        f"{words} {moment_text(moment)}, which is {ahead} from now: a clock is wrong, and the gateway allows no skew."
    )
    fix = Fix("Set the issuer's clock by a time server (NTP); until then, wait before using a new token.")
    because = "iat" if name == "nbf" and case.failed("iat") and case.claims.get("iat") == moment else ""
    return of_rule(check, sentence, Culprit.CLOCK, fix, kind="future", detail=_clock_notes(case), because=because)


def _clock_notes(case: Examination) -> tuple[str, ...]:
    return tuple(
        f"{name} clock is {duration_text(abs(offset))} {'ahead of' if offset > 0 else 'behind'} ours."
        for name, offset in (("The issuer's", case.issuer_clock), ("The gateway's", case.gateway_clock))
        if offset
    )


def time_warnings(case: Examination) -> list[Finding]:
    """A token about to expire, and clocks that differ although nothing fails yet."""
    return [*_soon(case), *_clocks(case)]


def _soon(case: Examination) -> list[Finding]:
    end = case.claims.get("exp")
    if case.verdict is None or not is_number(end) or not 0 < seconds_of(end) - case.now <= _SOON:
        return []
    sentence = f"The token expires in {duration_text(seconds_of(end) - case.now)}."
    fix = new_token(case, "Get a new token before it does.")
    return [found("exp-soon", sentence, Culprit.TOKEN, fix, weight=Weight.WARNS)]


def _clocks(case: Examination) -> list[Finding]:
    issuer, gateway = case.issuer_clock, case.gateway_clock
    if any(case.failed(name) for name in ("nbf", "iat")) and case.verdict:
        return []
    if issuer is not None and gateway is not None and abs(issuer - gateway) > _SKEW:
        words = f"{duration_text(abs(issuer - gateway))} {'ahead of' if issuer > gateway else 'behind'} the gateway's"
        sentence = f"The issuer's clock is {words}: tokens are valid too early or too late."
        fix = Fix("Set the issuer's clock by a time server (NTP).")
        return [found("clock", sentence, Culprit.CLOCK, fix, weight=Weight.WARNS, kind="issuer")]
    offset = gateway if gateway is not None else issuer
    if offset is not None and abs(offset) > _SKEW:
        sentence = f"This machine's clock is {duration_text(abs(offset))} {'behind' if offset > 0 else 'ahead'}."
        fix = Fix("Set this machine's clock by a time server (NTP).")
        return [found("clock", sentence, Culprit.CLOCK, fix, weight=Weight.WARNS, kind="ours")]
    return []
