"""How far other clocks are from ours, by the `Date` header of what they answered."""

from email.utils import parsedate_to_datetime

from services.diagnosis.facts import CaseFacts, IssuerFacts, Missing

_COUNTS = 3.0  # seconds of difference that `Date`, in whole seconds, and the way cannot explain


def gateway_clock(facts: CaseFacts) -> float | None:
    """How many seconds the gateway's clock is ahead of ours, by its answers; None where none tells."""
    for answer in (facts.with_token, facts.without):
        if isinstance(answer, Missing) or facts.answered_at is None:
            continue
        try:
            moment = parsedate_to_datetime(answer.header("date")).timestamp()
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        return _known(moment - facts.answered_at, answer.seconds)
    return None


def issuer_clock(facts: CaseFacts) -> float | None:
    """How many seconds the issuer's clock is ahead of ours, by its documents; None where none tells."""
    for issuer in (facts.issuer, facts.token_issuer):
        if not isinstance(issuer, IssuerFacts):
            continue
        for fetched in (issuer.discovery, issuer.key_set):
            if not isinstance(fetched, Missing) and fetched.server_time is not None and fetched.received_at:
                return _known(fetched.server_time - fetched.received_at, fetched.seconds)
    return None


def _known(ahead: float, took: float) -> float:
    """The difference, or 0 where the way alone can explain it: `Date` was written at some moment of `took` seconds."""
    return ahead if abs(ahead) >= _COUNTS and abs(ahead) > took + 1 else 0.0
