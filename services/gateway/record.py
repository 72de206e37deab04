"""What a gateway answered, kept in a file that can be held against the evidence table (docs/evidence.md).

A record has what decided: the token's header and the claims the gateway looks at, the route's and the authorizer's
settings, the prediction, and the gateway's own words. It has no signature, and no value of any other claim or header;
an answer's body only where the gateway made it itself.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from services.errors import ConfigurationError
from services.gateway.call import Answer
from services.gateway.comparison import value_text
from services.gateway.refusal import is_gateway_body
from services.gateway.rules import JwtAuthorizer
from services.gateway.verdict import Outcome, Verdict
from services.gateway.wordings import Cause
from services.redact import Redactor
from services.tokens.decode import DecodedToken

Target = Literal["aws", "sandbox", "elsewhere"]
FORMAT: Literal["gatelight-record-1"] = "gatelight-record-1"
_AWS_HOST = re.compile(r"[a-z0-9]+\.execute-api\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")
_LONGEST = 2_000  # characters of a claim
_HEADER = ("alg", "kid", "typ", "crit")
_CLAIMS = ("iss", "aud", "client_id", "exp", "nbf", "iat", "scope", "scp")
ANSWER_HEADERS = ("content-type", "content-length", "www-authenticate", "apigw-requestid", "date")


class RecordedToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The parts of a token that the gateway looks at, and the names of all others."""

    header: dict[str, Any]
    claims: dict[str, Any]
    other_names: tuple[str, ...] = ()


class RecordedPrediction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was predicted: `causes` are all that was held against the request, in the gateway's order."""

    accepted: bool | None
    causes: tuple[Cause, ...] = ()
    status: int = 0
    www_authenticate: str = ""


class RecordedAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What came. `body` is empty where it was not the gateway's own."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str = ""


class RecordedCall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One request and its answer; `token` is null where none was sent."""

    token: RecordedToken | None
    issuer: str
    audience: tuple[str, ...]
    identity_source: str
    scopes: tuple[str, ...]
    prediction: RecordedPrediction
    answer: RecordedAnswer


class GatewayRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of recorded calls. Only those made to `aws` itself are evidence."""

    format: Literal["gatelight-record-1"]
    target: Target
    recorded: str
    calls: tuple[RecordedCall, ...]


def record_call(
    token: DecodedToken | None,
    authorizer: JwtAuthorizer,
    verdict: Verdict,
    answer: Answer,
    redactor: Redactor,
    *,
    scopes: tuple[str, ...] = (),
) -> RecordedCall:
    """What may be kept of one call."""
    call = RecordedCall(
        token=recorded_token(token) if token else None,
        issuer=authorizer.issuer,
        audience=authorizer.audience,
        identity_source=authorizer.identity_source,
        scopes=scopes,
        prediction=_prediction(verdict),
        answer=RecordedAnswer(
            answer.status,
            tuple((name.lower(), value) for name, value in answer.headers if name.lower() in ANSWER_HEADERS),
            answer.body if is_gateway_body(answer.status, answer.body) else "",
        ),
    )
    # Whatever secret stands where none belongs (a password in a query, a token in a claim) leaves it here, by value.
    return msgspec.convert(masked(msgspec.to_builtins(call), redactor), RecordedCall)


def new_record(target: Target, calls: Iterable[RecordedCall], now: float) -> GatewayRecord:
    """A record made at `now` (seconds since the epoch)."""
    return GatewayRecord(FORMAT, target, datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds"), tuple(calls))


def target_of(invoke_url: str, *, is_sandbox: bool) -> Target:
    """Who answers at this URL: AWS by its own host name, our sandbox, or something else that speaks like AWS."""
    if is_sandbox:
        return "sandbox"
    return "aws" if _AWS_HOST.fullmatch(urlsplit(invoke_url).hostname or "") else "elsewhere"


def keep_record(record: GatewayRecord, folder: Path) -> Path:
    """Write the record into `folder` under a name of its own. Raises ConfigurationError."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"The folder '{folder}' cannot be made: {error.strerror}.", "Make its parent writable."
        ) from error
    path = folder / f"answer-{re.sub('[^0-9T]', '', record.recorded[:19])}.json"
    write_record(record, path)
    return path


def write_record(record: GatewayRecord, path: Path) -> None:
    """Write the file, in place of an older one. Raises ConfigurationError when it cannot be written."""
    try:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n")
    except OSError as error:
        raise ConfigurationError(
            f"The record cannot be written to '{path}': {error.strerror}.", "Name a file in a folder of yours."
        ) from error


def read_record(path: Path) -> GatewayRecord:
    """Read a file back, strictly. Raises ConfigurationError that says where it is not a record."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=GatewayRecord)
    except OSError as error:
        raise ConfigurationError(f"'{path}' cannot be read: {error.strerror}.", "Name a recorded file.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"'{path}' is not a record: {error}.", "Give a file that gatelight call --record wrote, unchanged."
        ) from error


def recorded_token(token: DecodedToken) -> RecordedToken:
    """What may be kept of a token."""

    def kept(members: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
        return {name: _plain(members[name]) for name in names if name in members}

    others = {*token.header, *token.claims} - {*_HEADER, *_CLAIMS}
    return RecordedToken(kept(token.header, _HEADER), kept(token.claims, _CLAIMS), tuple(sorted(others)))


def _plain(value: Any) -> Any:
    """A member as JSON carries it everywhere; what is not a text, a usual number or a list of texts, as text."""
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return [entry[:_LONGEST] for entry in value[:50]]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float) and abs(value) < 2**53:
        return value if isinstance(value, int) else float(value)
    return (value_text(value) or "")[:_LONGEST]


def _prediction(verdict: Verdict) -> RecordedPrediction:
    open_or_failing = [check for check in verdict.checks if check.cause and check.outcome is not Outcome.PASS]
    causes = tuple(Cause(check.cause) for check in open_or_failing)
    refusal = open_or_failing[0].refusal if open_or_failing else None
    if refusal is None:
        return RecordedPrediction(verdict.accepted, causes)
    return RecordedPrediction(verdict.accepted, causes, refusal.status, refusal.www_authenticate)


def masked(value: Any, redactor: Redactor) -> Any:
    """JSON data with every known secret taken out of its texts and names."""
    if isinstance(value, str):
        return redactor.mask(value)
    if isinstance(value, dict):
        return {redactor.mask(name): masked(entry, redactor) for name, entry in value.items()}
    return [masked(entry, redactor) for entry in value] if isinstance(value, list | tuple) else value
