"""The answer that was got or captured: who gave it, whether it was the predicted one, and what else it shows."""

from dataclasses import dataclass

from services.diagnosis.answer_causes import RULE_OF
from services.diagnosis.backwards import backward_findings
from services.diagnosis.diagnosis import Culprit, Finding, Fix, Weight
from services.diagnosis.examination import AUTHORIZATION, Examination
from services.diagnosis.facts import Missing
from services.diagnosis.making import found
from services.diagnosis.remedies import aws
from services.gateway.call import Answer
from services.gateway.prediction import Comparison, compare_prediction
from services.gateway.refusal import Reading, Speaker, read_answer
from services.visible import quoted

_KEY_RULES = frozenset(("kid", "signature"))
_FETCH_RULES = frozenset(("discovery", "keys"))


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer, read. `live` is whether it was got just now, with this very token.

    `of_token` is False for the answer to a request that was meant to carry none.
    """

    status: int
    reading: Reading
    comparison: Comparison | None
    live: bool
    of_token: bool = True


def heard(case: Examination) -> Heard | None:
    """The answer to the request with the token, or else the captured one; None without any."""
    facts, captured = case.facts, case.facts.intake.captured
    given = facts.with_token if isinstance(facts.with_token, Answer) else captured
    if given is None:
        return _without(case)
    reading = read_answer(given.status, given.headers, given.body, facts.intake.log_line)
    comparison = compare_prediction(case.verdict, given.status, given.headers, given.body) if case.verdict else None
    return Heard(given.status, reading, comparison, live=not isinstance(facts.with_token, Missing))


def _without(case: Examination) -> Heard | None:
    """The answer to a request without a token, where there is no other: it tells at least who answers."""
    without = case.facts.without
    if isinstance(without, Missing):
        return None
    return Heard(
        without.status, read_answer(without.status, without.headers, without.body), None, False, of_token=False
    )


def answer_findings(case: Examination, answer: Heard | None, known: list[Finding]) -> list[Finding]:
    """What the answer shows that nothing `known` explains. Without a verdict it is all there is to go by."""
    if answer is None or not answer.of_token:
        alone = _log_only(case)
        return alone if alone or answer is None else _of_without(case, answer, known)
    reading = answer.reading
    refusing = {finding.id for finding in known if finding.weight is Weight.REFUSES}
    if reading.speaker is Speaker.AUTHORIZER:
        return _by_authorizer(case, answer, refusing)
    if refusing and (reading.speaker is Speaker.GATEWAY or reading.passed):
        return []  # what was found keeps the request from being answered well: no guesses besides
    return backward_findings(case, reading, answer.status)


def _of_without(case: Examination, answer: Heard, known: list[Finding]) -> list[Finding]:
    """Without a token a 401 of the authorizer is as it should be; anything else in its place is told."""
    refusing = any(finding.weight is Weight.REFUSES for finding in known)
    if refusing or case.verdict is not None or answer.reading.speaker in (Speaker.AUTHORIZER, Speaker.FUNCTION):
        return []
    return backward_findings(case, answer.reading, answer.status)


def _log_only(case: Examination) -> list[Finding]:
    """A line of the access log without the answer: the authorizer's words say as much."""
    line = case.facts.intake.log_line
    if not line or case.verdict is not None:
        return []
    reading = read_answer(401, (("www-authenticate", "Bearer"),), '{"message":"Unauthorized"}', line)
    return backward_findings(case, reading, 401) if reading.challenge and reading.challenge.error else []


def _by_authorizer(case: Examination, answer: Heard, refusing: set[str]) -> list[Finding]:
    rules = {RULE_OF[cause] for cause in answer.reading.causes}
    if rules & refusing:
        return []  # it says what was found
    if rules == {"identity-source"} and case.presented:
        return [_lost(case)]
    if case.verdict is None or case.authorizer is None:
        return backward_findings(case, answer.reading, answer.status) if not refusing else []
    if refusing:
        return []  # the comparison tells that the words are others than predicted
    if rules and rules <= _KEY_RULES:
        return [_cached(case, answer)]
    if rules and rules <= _FETCH_RULES:
        return [_from_aws_only(answer, rules)]
    if not answer.live and case.verdict.accepted is None:
        return backward_findings(case, answer.reading, answer.status)
    return [_unexplained(answer)]


def _lost(case: Examination) -> Finding:
    source = case.authorizer.identity_source if case.authorizer else AUTHORIZATION
    if source.lower() != AUTHORIZATION.lower():
        sentence = f"The authorizer looks for the token at {quoted(source)}, and none arrived there."
        fix = Fix(f"Send the token at {quoted(source)}, or let the authorizer look at {quoted(AUTHORIZATION)}.")
        return found("identity-source", sentence, Culprit.CALLER, fix, expected=source, kind="elsewhere")
    sentence = f"There is a token, and the gateway says that none arrived at {quoted(source)}: it was lost on the way."
    if case.authorizer is None:
        sentence = (
            "There is a token, and the gateway says that none came: it was lost on the way, or belongs elsewhere."
        )
    fix = Fix("Look at what really is sent (curl -v): redirects, proxies and CORS rules drop the Authorization header.")
    return found("identity-source", sentence, Culprit.CALLER, fix, expected=source, kind="lost")


def _cached(case: Examination, answer: Heard) -> Finding:
    said = answer.reading.challenge.description if answer.reading.challenge else ""
    sentence = f"The issuer publishes the token's key, and the gateway says {quoted(said)}: it still has older keys."
    api, stage = case.api, case.facts.gateway.stage
    command = ""
    if api and not isinstance(stage, Missing):
        command = aws(case, "ResetAuthorizersCache", ApiId=api.api_id, StageName=stage.name)
    fix = Fix("Wait up to two hours, or reset the stage's authorizer cache.", command=command)
    return found("key-cache", sentence, Culprit.AUTHORIZER, fix, certain=False)


def _from_aws_only(answer: Heard, rules: set[str]) -> Finding:
    said = answer.reading.challenge.description if answer.reading.challenge else ""
    sentence = f"The issuer can be read from here, and the gateway says {quoted(said)}: AWS could not read it in time."
    fix = Fix("Let the issuer answer within 1,500 ms to anybody, always; look at firewalls and cold starts.")
    return found(min(rules), sentence, Culprit.ISSUER, fix, kind="from AWS only")


def _unexplained(answer: Heard) -> Finding:
    said = answer.reading.challenge.description if answer.reading.challenge else ""
    sentence = f"The gateway refused with {answer.status} and says {quoted(said)}; by its rules this token is accepted."
    fix = Fix("Keep the answer: gatelight call --record FILE; wait a minute where something was just changed.")
    return found("unexplained", sentence, Culprit.NOBODY, fix, actual=said, certain=answer.live)
