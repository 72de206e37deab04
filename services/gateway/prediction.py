"""Hold what the rules predicted against what the gateway answered. A difference is shown, never explained away."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.gateway.refusal import Reading, read_answer
from services.gateway.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Comparison:
    """`as_predicted` is None where nothing was predicted; `sentence` says what came of it."""

    as_predicted: bool | None
    sentence: str


def compare_prediction(verdict: Verdict, status: int, headers: Iterable[tuple[str, str]], body: str) -> Comparison:
    """Compare a verdict with an answer. Only wordings that were captured on AWS are compared word for word."""
    known = tuple(headers)
    reading = read_answer(status, known, body)
    if verdict.accepted is None:
        return Comparison(None, "not predicted: a check that matters is unknown")
    if reading.passed is None:
        return Comparison(None, reading.sentence)
    if verdict.accepted and reading.passed:
        return Comparison(True, "accepted by the authorizer as predicted")
    if verdict.accepted:
        return Comparison(False, f"predicted to be accepted, but {reading.sentence}")
    return _refused(verdict, status, reading, next((v for k, v in known if k.lower() == "www-authenticate"), ""))


def _refused(verdict: Verdict, status: int, reading: Reading, header: str) -> Comparison:
    check = verdict.deciding
    if check is None or check.refusal is None:
        return Comparison(None, "not predicted: the check that decides has no known answer")
    predicted = check.refusal
    if reading.passed:
        return Comparison(False, f"predicted to be refused with {predicted.status}, but {reading.sentence}")
    if status != predicted.status:
        return Comparison(False, f"predicted to be refused with {predicted.status}, but it was {status}")
    if header == predicted.www_authenticate:
        return Comparison(True, f"refused with {status} as predicted, word for word")
    if check.evidence.wording_verified:
        return Comparison(False, f"refused as predicted, but in other words: {header}")
    return Comparison(True, f"refused with {status} as predicted; the wording was not known before: {header}")
