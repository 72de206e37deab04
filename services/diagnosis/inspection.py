"""One token under the glass: three verdicts, every member in a row, the keys there are, and what is odd about the text.

The three verdicts are independent: a token may be signed by a known key and expired, or be fine and not for this
gateway. What could not be checked is never left out, it says so. Nothing here reads anything: keys and authorizer come
from whoever asks.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from services.diagnosis.given_token import GivenToken
from services.diagnosis.key_rows import KeyRow, key_rows
from services.diagnosis.opinions import Opinion, gateway_opinion, signature_opinion, times_opinion
from services.diagnosis.providers import recognise
from services.gateway.authorizer import explain
from services.gateway.comparison import value_text
from services.gateway.issuer_keys import IssuerKeys
from services.gateway.rules import JwtAuthorizer, is_number
from services.gateway.verdict import Check, Verdict
from services.redact import MASK, Secret
from services.tokens.anatomy import Remark, Segment, remarks_on, segments
from services.tokens.claims import Meaning
from services.tokens.decode import DecodedToken, MalformedToken, decode_compact
from services.tokens.keys import KeySet
from services.tokens.odd_text import odd_text
from services.tokens.provider_claims import meaning

_CHECKS = {"alg": "algorithm", "kid": "kid"}
_CLAIM_CHECKS = {"iss": "issuer", "aud": "audience", "exp": "exp", "nbf": "nbf", "iat": "iat", "scope": "scopes"}


@dataclass(frozen=True, slots=True)
class Gate:
    """An authorizer with its issuer's keys (None: nobody asked) and the scopes its route asks for."""

    authorizer: JwtAuthorizer
    keys: IssuerKeys | None
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GivenKeys:
    """Keys to check the signature with, and where from, for people ("keys.json"); None with why, as a clause."""

    key_set: KeySet | None
    origin: str
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One member of the header or the claims. `moment` is a time claim's, in seconds since the epoch.

    `check` is the gateway's check of it, where there is one; `remarks` are sentences about the value's text.
    """

    name: str
    value: Any
    text: str
    meaning: Meaning | None
    moment: float | None = None
    check: Check | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TokenInspection:
    """Everything about one token at `now`, in seconds since the epoch. `problem` says why it cannot be read.

    `origin` says where the token came from, for people; `provider` whose it is by its shape, empty where not known.
    """

    origin: str
    presented: Secret
    compact: Secret
    decoded: DecodedToken | None = field(repr=False)
    problem: str
    header: tuple[Row, ...] = field(repr=False)
    claims: tuple[Row, ...] = field(repr=False)
    signature: Opinion
    times: Opinion
    gateway: Opinion
    verdict: Verdict | None
    keys: tuple[KeyRow, ...]
    keys_origin: str
    segments: tuple[Segment, ...] = field(repr=False)
    remarks: tuple[Remark, ...]
    provider: str
    now: float

    @property
    def safe(self) -> str:
        """The token without its signature, as it may be shown to others. Text that is no token is masked whole."""
        if self.decoded is None:
            return MASK
        return ".".join((*self.decoded.segments[:2], MASK))

    @property
    def expires_at(self) -> float | None:
        """When it ends, in seconds since the epoch; None where the token does not say."""
        return next((row.moment for row in self.claims if row.name == "exp"), None)

    @property
    def issued_at(self) -> float | None:
        """When it was issued, in seconds since the epoch; None where the token does not say."""
        return next((row.moment for row in self.claims if row.name == "iat"), None)


def inspect_token(
    token: GivenToken,
    *,
    now: float,
    gate: Gate | None = None,
    given: GivenKeys | None = None,
    verdict: Verdict | None = None,
    without_gate: str = "no authorizer is known",
) -> TokenInspection:
    """Inspect a token. `verdict` is what the rules say of it where they were asked already.

    Keys that were given come before those of the gate. `without_gate` says, as a clause, why there is no gate.
    """
    compact = token.compact
    decoded, problem = _decoded(compact)
    if gate is not None and verdict is None:
        verdict = explain(token.presented, gate.authorizer, scopes=gate.scopes, keys=gate.keys, now=now)
    provider = _provider(decoded, gate)
    known = _known_keys(gate, given)
    signature = signature_opinion(decoded, problem, known.key_set, known.origin, known.failure)
    return TokenInspection(
        token.origin,
        Secret(token.presented),
        Secret(compact),
        decoded,
        problem,
        _rows(decoded.header if decoded else {}, verdict, provider, in_header=True),
        _rows(decoded.claims if decoded else {}, verdict, provider, in_header=False),
        signature,
        times_opinion(decoded, problem, now),
        gateway_opinion(verdict, without_gate, gate.keys.given_by if gate and gate.keys else ""),
        verdict,
        key_rows(known.key_set, decoded, signature.key),
        known.origin,
        segments(compact),
        (*token.remarks, *remarks_on(compact, decoded)),
        provider,
        now,
    )


def _provider(decoded: DecodedToken | None, gate: Gate | None) -> str:
    if decoded is None:
        return ""
    issuers = (decoded.claims.get("iss"), gate.authorizer.issuer if gate else None)
    found = recognise(tuple(each for each in issuers if isinstance(each, str)), decoded.header, decoded.claims)
    return found.name if found else ""


@dataclass(frozen=True, slots=True)
class _KnownKeys:
    key_set: KeySet | None = None
    origin: str = ""
    failure: str = "no key is known"


def _known_keys(gate: Gate | None, given: GivenKeys | None) -> _KnownKeys:
    if given is not None:
        return _KnownKeys(given.key_set, given.origin, given.failure)
    if gate is None:
        return _KnownKeys()
    keys, issuer = gate.keys, gate.authorizer.issuer
    if keys is None:
        return _KnownKeys(origin=issuer, failure="the issuer was not asked for its keys")
    if keys.failure is not None:
        return _KnownKeys(origin=issuer, failure=f"{keys.failure.url}: {keys.failure.detail}")
    return _KnownKeys(KeySet(keys.by_kid, keys.skipped), issuer)


def _decoded(compact: str) -> tuple[DecodedToken | None, str]:
    try:
        return decode_compact(compact), ""
    except MalformedToken as error:
        return None, error.reason


def _rows(members: dict[str, Any], verdict: Verdict | None, provider: str, *, in_header: bool) -> tuple[Row, ...]:
    wanted = _CHECKS if in_header else _CLAIM_CHECKS
    checks = {check.id: check for check in verdict.checks} if verdict else {}
    return tuple(
        _row(name, value, checks.get(wanted.get(name, "")), provider, in_header) for name, value in members.items()
    )


def _row(name: str, value: Any, check: Check | None, provider: str, in_header: bool) -> Row:
    known = meaning(name, provider, in_header=in_header)
    is_time = known is not None and known.is_time
    moment = _seconds(value) if is_time else None
    remarks = [remark for text in (name, *_strings(value)) if (remark := odd_text(text))]
    if is_time and moment is None:
        remarks.append("is no number of seconds since 1970")
    if is_time and moment is not None and moment > _MILLISECONDS:
        remarks.append("looks like milliseconds; a token counts seconds")
    text = value_text(value)
    return Row(name, value, "null" if text is None else text, known, moment, check, tuple(dict.fromkeys(remarks)))


_MILLISECONDS = 100_000_000_000  # as seconds, this is the year 5138


def _seconds(value: Any) -> float | None:
    try:
        return float(value) if is_number(value) else None
    except OverflowError:
        return None


def _strings(value: Any) -> Iterable[str]:
    """The strings of a claim's value: itself, or those of a list."""
    if isinstance(value, str):
        return (value,)
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else ()
