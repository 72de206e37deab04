"""What the gateway's rules say of a token: checks in the gateway's order, each with its evidence."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How one check came out."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    UNKNOWN = "unknown"  # AWS's behaviour, or a value needed for the check, is not known
    NOT_REACHED = "not reached"  # an earlier failure makes the check impossible, not merely undecisive


class Mark(StrEnum):
    """Where a rule or a wording comes from."""

    DOCUMENTED = "documented"
    OBSERVED = "observed"
    INFERRED = "inferred"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why we believe a rule, and separately, whether its wording was ever captured on AWS."""

    mark: Mark
    source: str
    wording_verified: bool = True


@dataclass(frozen=True, slots=True)
class Refusal:
    """How the gateway says no: status, the `www-authenticate` header and `$context.authorizer.error`."""

    status: int
    www_authenticate: str
    authorizer_error: str
    body: str = '{"message":"Unauthorized"}'


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison the gateway makes. `expected` and `actual` are exact values, never normalised.

    `cause` names the row of the evidence table that says what comes of it; empty where nothing is held against it.
    """

    id: str
    title: str
    outcome: Outcome
    sentence: str
    evidence: Evidence
    expected: str | None = None
    actual: str | None = None
    refusal: Refusal | None = None
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every check in the gateway's order. The first failing one decides; all failing ones are here."""

    checks: tuple[Check, ...]

    @property
    def deciding(self) -> Check | None:
        """The check that decides a refusal; None when nothing fails."""
        return next((check for check in self.checks if check.outcome is Outcome.FAIL), None)

    @property
    def failing(self) -> tuple[Check, ...]:
        """Every failing check, the deciding one first."""
        return tuple(check for check in self.checks if check.outcome is Outcome.FAIL)

    @property
    def accepted(self) -> bool | None:
        """True: the gateway will accept; False: it will refuse; None: a check that matters is unknown."""
        if self.deciding is not None:
            return False
        return None if any(check.outcome is Outcome.UNKNOWN for check in self.checks) else True

    def check(self, check_id: str) -> Check:
        """The check of that id; KeyError when there is none."""
        for check in self.checks:
            if check.id == check_id:
                return check
        raise KeyError(check_id)
