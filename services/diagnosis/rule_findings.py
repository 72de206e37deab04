"""One finding for each of the gateway's checks that fails, or of which nobody knows how it comes out."""

from collections.abc import Callable

from services.diagnosis.checks.audience import audience
from services.diagnosis.checks.form import algorithm, bearer, decoding, identity_source, segments
from services.diagnosis.checks.issuer import issuer
from services.diagnosis.checks.issuer_reading import discovery, keys
from services.diagnosis.checks.scopes import scopes
from services.diagnosis.checks.signing_key import key_id, signature
from services.diagnosis.checks.times import expiry, issued_at, not_before
from services.diagnosis.diagnosis import Finding
from services.diagnosis.examination import Examination
from services.gateway.verdict import Check, Outcome

_TOLD: dict[str, Callable[[Examination, Check], Finding]] = {
    "identity-source": identity_source,
    "bearer": bearer,
    "segments": segments,
    "decode": decoding,
    "algorithm": algorithm,
    "discovery": discovery,
    "keys": keys,
    "kid": key_id,
    "signature": signature,
    "issuer": issuer,
    "audience": audience,
    "exp": expiry,
    "nbf": not_before,
    "iat": issued_at,
    "scopes": scopes,
}


def rule_findings(case: Examination) -> list[Finding]:
    """Every failing check as a finding, in the gateway's order; what is open only warns."""
    if case.verdict is None:
        return []
    return [_TOLD[check.id](case, check) for check in case.verdict.checks if _is_held_against(check)]


def _is_held_against(check: Check) -> bool:
    return check.outcome is Outcome.FAIL or (check.outcome is Outcome.UNKNOWN and bool(check.cause))
