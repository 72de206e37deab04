"""How API Gateway words each refusal: one row per cause, with where the rule and the wording come from.

The rows are data, in `evidence.json` beside this file, so that a capture from a real account corrects one without
touching code; the explanation, the sandbox and the reading of refusals follow (docs/evidence.md tells how).
`{name}` in a description stands for a value of the refused token or the route. Rows that are not `wording_verified`
were never captured on AWS: the status is what the documentation promises, the text is the closest one known.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

import msgspec

from services.gateway.verdict import Evidence, Mark, Outcome, Refusal

UNVERIFIED = "wording unverified on AWS"
UNAUTHORIZED = '{"message":"Unauthorized"}'
FORBIDDEN = '{"message":"Forbidden"}'
TABLE = Path(__file__).with_name("evidence.json")


class Cause(StrEnum):
    """Everything the authorizer can hold against a request."""

    NO_TOKEN = "no token"  # noqa: S105
    LOWER_CASE_BEARER = "lower-case bearer"
    SEGMENTS = "segments"
    BEARER_IN_TOKEN = "bearer in token"  # noqa: S105
    BASE64 = "base64"
    JSON = "json"
    JSON_END = "json end"
    NOT_AN_OBJECT = "not an object"
    ALGORITHM_ES256 = "algorithm ES256"
    ALGORITHM = "algorithm"
    ALGORITHM_PSS = "algorithm PSS"
    ALGORITHM_UNAVAILABLE = "algorithm unavailable"
    ALGORITHM_UNSPECIFIED = "algorithm unspecified"
    CRITICAL_HEADER = "critical header"
    DISCOVERY = "discovery"
    JWKS = "jwks"
    KID_MISSING = "kid missing"
    KID_UNKNOWN = "kid unknown"
    SIGNATURE = "signature"
    SIGNATURE_BASE64 = "signature base64"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    AUDIENCE_UNSET = "audience unset"
    EXPIRED = "expired"
    EXP_MISSING = "exp missing"
    EXP_NOT_A_NUMBER = "exp not a number"
    NBF = "nbf"
    NBF_NOT_A_NUMBER = "nbf not a number"
    IAT = "iat"
    IAT_NOT_A_NUMBER = "iat not a number"
    SCOPES = "scopes"
    SCOPE_OVER_SCP = "scope over scp"


# What AWS's documentation leaves open. Only of these can a capture show that the gateway accepts them.
OPEN_QUESTIONS = frozenset(
    {
        Cause.LOWER_CASE_BEARER,
        Cause.ALGORITHM_PSS,
        Cause.CRITICAL_HEADER,
        Cause.AUDIENCE_UNSET,
        Cause.EXP_MISSING,
        Cause.EXP_NOT_A_NUMBER,
        Cause.NBF_NOT_A_NUMBER,
        Cause.IAT_NOT_A_NUMBER,
        Cause.SCOPE_OVER_SCP,
    }
)


@dataclass(frozen=True, slots=True)
class Wording:
    """One row. An empty `error` means a bare `Bearer`, whose log text is `log`.

    `outcome` is FAIL where the gateway refuses, PASS where a capture showed that it does not, and UNKNOWN where nobody
    knows; then the sandbox refuses.
    """

    cause: Cause
    description: str
    evidence: Evidence
    error: str = "invalid_token"
    status: int = 401
    log: str = ""
    outcome: Outcome = Outcome.FAIL

    def refusal(self, scopes: tuple[str, ...], **values: str) -> Refusal:
        """The refusal of this row on a route that asks for `scopes`."""
        body = FORBIDDEN if self.status == 403 else UNAUTHORIZED
        if not self.error:
            return Refusal(self.status, "Bearer", self.log, body)
        required = _header_text(" ".join(scopes))
        description = _header_text(self.description.format(scopes=required, **values))
        header = f'Bearer scope="{required}" error="{self.error}" error_description="{description}"'
        return Refusal(self.status, header, f"{self.error}: {description}", body)


class RefusalRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A row of the table as it stands in the file."""

    cause: Cause
    outcome: Literal["fail", "unknown", "pass"]
    status: Literal[401, 403]
    error: Literal["", "invalid_token", "insufficient_scope"]
    description: str
    mark: Mark
    source: str
    wording_verified: bool
    log: str = ""

    def __post_init__(self) -> None:
        if self.outcome == "pass" and self.cause not in OPEN_QUESTIONS:
            raise ValueError(f"{self.cause.value!r} is documented to be refused: it cannot pass")
        if self.outcome == "unknown" and self.cause not in OPEN_QUESTIONS:
            raise ValueError(f"{self.cause.value!r} is documented to be refused: it is not unknown")

    def wording(self) -> Wording:
        """The row as the rules use it."""
        evidence = Evidence(self.mark, self.source, self.wording_verified)
        outcome = Outcome(self.outcome)
        return Wording(self.cause, self.description, evidence, self.error, self.status, self.log, outcome)


class RuleRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why we believe that the gateway makes a check at all."""

    mark: Mark
    source: str


class EvidenceTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    rules: dict[str, RuleRow]
    refusals: tuple[RefusalRow, ...]

    def __post_init__(self) -> None:
        causes = [row.cause for row in self.refusals]
        if sorted(causes) != sorted(Cause):
            raise ValueError("every cause has exactly one row")


def read_table(content: bytes) -> EvidenceTable:
    """The table in the file's text. Raises msgspec.ValidationError (a ValueError) that says where it is wrong."""
    return msgspec.json.decode(content, type=EvidenceTable)


def write_table(table: EvidenceTable) -> bytes:
    """The file's text of a table."""
    return msgspec.json.format(msgspec.json.encode(table), indent=2) + b"\n"


def _header_text(text: str) -> str:
    """What a quoted string of a header can carry: no quotation mark, nothing but printable ASCII."""
    return re.sub(r"[^ -~]", "?", text.replace('"', "'"))


_TABLE = read_table(TABLE.read_bytes())
WORDINGS = {row.cause: row.wording() for row in _TABLE.refusals}
RULE_EVIDENCE = {name: Evidence(row.mark, row.source) for name, row in _TABLE.rules.items()}
