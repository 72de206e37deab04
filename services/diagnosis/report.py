"""A diagnosis as a document for programs. Its shape is a contract, published as docs/doctor-1.schema.json.

Names are added within a version, never changed or taken away. Every text in it is masked: no secret of this machine,
and of a token only what the gateway looks at, with its signature cut.
"""

from typing import Any, Literal

import msgspec

from services.gateway.record import RecordedToken

VERSION: Literal[1] = 1


class Marked(msgspec.Struct, frozen=True):
    """Which characters keep two values apart: [start, end) in each; an empty range where something is missing."""

    remark: str
    expected_spans: tuple[tuple[int, int], ...]
    actual_spans: tuple[tuple[int, int], ...]


class ChangeRow(msgspec.Struct, frozen=True):
    """The exact change of a fix."""

    where: str
    name: str
    old: str
    new: str


class FixRow(msgspec.Struct, frozen=True):
    """The one thing to do. `step` and `new_token` are what Gatelight can do itself."""

    sentence: str
    change: ChangeRow | None
    command: str | None
    step: str | None
    new_token: bool


class FindingRow(msgspec.Struct, frozen=True):
    """One thing that is wrong; `id` is stable (docs/doctor.md lists them)."""

    id: str
    title: str
    kind: str | None
    weight: str
    certain: bool
    sentence: str
    culprit: str
    expected: str | None
    actual: str | None
    difference: Marked | None
    detail: tuple[str, ...]
    because: str | None
    fix: FixRow
    evidence: str
    source: str
    wording_verified: bool


class NotCheckedRow(msgspec.Struct, frozen=True):
    """What could not be checked, and what would let it be."""

    what: str
    reason: str
    needs: str | None


class BannerRow(msgspec.Struct, frozen=True):
    """What kind of thing was given instead of an access token."""

    id: str
    sentence: str


class AnsweredRow(msgspec.Struct, frozen=True):
    """Who gave the answer, and whether the authorizer let the request through."""

    speaker: str
    sentence: str
    passed: bool | None


class PredictionRow(msgspec.Struct, frozen=True):
    """How the answer compares with what the rules predicted."""

    as_predicted: bool | None
    sentence: str


class GateRow(msgspec.Struct, frozen=True):
    """The gate's configuration, as far as it was read."""

    url: str | None
    api_id: str | None
    region: str | None
    account_id: str | None
    custom_domain: str | None
    stage: str | None
    route_key: str | None
    authorization_type: str | None
    authorizer_id: str | None
    issuer: str | None
    audience: tuple[str, ...] | None
    identity_source: str | None
    scopes: tuple[str, ...] | None
    integration: str | None


class DocumentRow(msgspec.Struct, frozen=True):
    """One of the issuer's documents, as the public gets it."""

    url: str
    status: int | None
    content_type: str | None
    bytes: int
    seconds: float
    redirect_to: str | None
    max_age: int | None
    problem: str | None


class KeyRow(msgspec.Struct, frozen=True):
    """A published key: its id, type and algorithm."""

    kid: str
    kind: str


class IssuerRow(msgspec.Struct, frozen=True):
    """The issuer as the public sees it."""

    issuer: str
    declared_issuer: str | None
    discovery: DocumentRow | None
    key_set: DocumentRow | None
    keys: tuple[KeyRow, ...]


class AnswerRow(msgspec.Struct, frozen=True):
    """An answer of the gateway: the headers that tell something, and the body where the gateway made it itself."""

    status: int
    headers: dict[str, str]
    body: str


class CaseRow(msgspec.Struct, frozen=True):
    """What the diagnosis is made from. A part that was not given or could not be read is null."""

    gate: GateRow
    issuer: IssuerRow | None
    token_issuer: IssuerRow | None
    token: RecordedToken | None
    without_token: AnswerRow | None
    with_token: AnswerRow | None
    captured: AnswerRow | None
    gateway_clock_ahead: float | None
    issuer_clock_ahead: float | None


class DoctorReport(msgspec.Struct, frozen=True):
    """The whole document; `decided_by` is the id of the deciding finding, `set_right_first` that of its root."""

    version: Literal[1]
    made_at: str
    headline: str
    healthy: bool | None
    decided_by: str | None
    set_right_first: str | None
    findings: tuple[FindingRow, ...]
    not_checked: tuple[NotCheckedRow, ...]
    banners: tuple[BannerRow, ...]
    passed: tuple[str, ...]
    provider: str | None
    answered: AnsweredRow | None
    prediction: PredictionRow | None
    case: CaseRow


def json_schema() -> dict[str, Any]:
    """The document's JSON Schema (draft 2020-12)."""
    schema = msgspec.json.schema(DoctorReport)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A diagnosis by Gatelight, version 1",
        **schema,
    }
