"""What the doctor says: every failing check in the gateway's order, who is wrong, and one fix each."""

from dataclasses import dataclass
from enum import StrEnum

from services.diagnosis.difference import Difference
from services.gateway.prediction import Comparison
from services.gateway.refusal import Reading
from services.gateway.verdict import Evidence, Verdict

ALL_STEPS = "all"  # a fix's step where it takes all of them: each finds what is right already, and leaves it alone


class Culprit(StrEnum):
    """Who has to change for the light to turn green."""

    CALLER = "the caller"
    TOKEN = "the token"  # noqa: S105 - a name for people
    TENANT = "the tenant"
    APPLICATION = "the application"
    ISSUER = "the issuer's server"
    TUNNEL = "the tunnel"
    AUTHORIZER = "the authorizer"
    ROUTE = "the route"
    STAGE = "the stage"
    DOMAIN = "the custom domain"
    INTEGRATION = "the integration"
    PERMISSION = "the function's policy"
    FUNCTION = "the function"
    API = "the API"
    PROXY = "a proxy in between"
    CLOCK = "a clock"
    NOBODY = "nobody yet"  # it is not settled who: the evidence allows several


class Weight(StrEnum):
    """What a finding does to the request. Findings stand in the gateway's order; the first that REFUSES decides."""

    REFUSES = "refuses"
    WARNS = "warns"  # it works now, and will not always, or not everywhere


@dataclass(frozen=True, slots=True)
class Change:
    """The exact change that a fix makes. `old` and `new` are whole values."""

    where: str
    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Fix:
    """The one thing to do. `command` says it as a line that can be run, where there is one.

    `step_id` is the provisioning step that does it (or ALL_STEPS) and `new_token` says that a fresh token is needed
    (afterwards, where there is a step too); both only where the gate was made by a profile of this machine.
    """

    sentence: str
    change: Change | None = None
    command: str = ""
    step_id: str = ""
    new_token: bool = False

    @property
    def only(self) -> str | None:
        """The one step to run; None where it takes all of them."""
        return None if self.step_id == ALL_STEPS else self.step_id

    @property
    def can_be_applied(self) -> bool:
        """Whether Gatelight can do it through the profile's credentials."""
        return bool(self.step_id) or self.new_token


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `id` is stable: a rule's id, or one of the doctor's own (`docs/doctor.md` lists them).

    `kind` says which form of it this is ("trailing slash", "unregistered user", "redirect"), where there are several.
    `expected` and `actual` are exact values, never made equal; `detail` is further evidence, a sentence a line.
    `because` is the id of another finding whose cause is this one's too: setting that right sets this right.
    `certain` is False where only an answer, read backwards, or a rule that nobody knows for sure points to it.
    """

    id: str
    title: str
    weight: Weight
    sentence: str
    culprit: Culprit
    fix: Fix
    evidence: Evidence
    expected: str | None = None
    actual: str | None = None
    difference: Difference | None = None
    detail: tuple[str, ...] = ()
    cause: str = ""  # the evidence table's row, for the authorizer's own checks
    kind: str = ""
    because: str = ""
    certain: bool = True


@dataclass(frozen=True, slots=True)
class NotChecked:
    """Something that could not be checked, and what would let it be."""

    what: str
    reason: str
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Banner:
    """What kind of thing was given, where it is not what belongs here (an ID token, an opaque token, a JWE, …)."""

    id: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The whole result. `headline` is one sentence; `healthy` is None where too little is known to say.

    `answered` says who gave the answer that was got or captured, `comparison` holds it against the prediction.
    """

    headline: str
    healthy: bool | None
    findings: tuple[Finding, ...]
    not_checked: tuple[NotChecked, ...] = ()
    banners: tuple[Banner, ...] = ()
    passed: tuple[str, ...] = ()  # the titles of what was checked and is right, in order
    provider: str = ""  # whose tokens these are, by their shape: "FusionAuth", "Auth0", …
    verdict: Verdict | None = None
    answered: Reading | None = None
    comparison: Comparison | None = None

    @property
    def deciding(self) -> Finding | None:
        """The finding that decides the refusal; None where nothing refuses."""
        return next((finding for finding in self.findings if finding.weight is Weight.REFUSES), None)

    @property
    def root(self) -> Finding | None:
        """The finding to set right first: what the deciding one comes from, or itself."""
        finding = self.deciding
        seen: set[str] = set()
        while finding is not None and finding.because and finding.id not in seen:
            seen.add(finding.id)
            finding = next((other for other in self.findings if other.id == finding.because), finding)
        return finding

    @property
    def surprises(self) -> bool:
        """Whether the answer is not the predicted one: worth recording (`gatelight call --record`)."""
        return self.comparison is not None and self.comparison.as_predicted is False

    def finding(self, finding_id: str) -> Finding:
        """The finding of that id; KeyError when there is none."""
        for finding in self.findings:
            if finding.id == finding_id:
                return finding
        raise KeyError(finding_id)
