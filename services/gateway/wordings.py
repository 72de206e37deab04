"""How API Gateway words each refusal, as data: one row per cause, with where the rule and the wording come from.

A capture from a real account corrects a row here, and the explanation, the sandbox and the reading of refusals follow.
`{name}` in a description stands for a value of the refused token or the route. Rows that are not `wording_verified`
were never captured on AWS: the status is what the documentation promises, the text is the closest one known.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from services.gateway.verdict import Evidence, Mark, Refusal

UNVERIFIED = "wording unverified on AWS"
UNAUTHORIZED = '{"message":"Unauthorized"}'
FORBIDDEN = '{"message":"Forbidden"}'


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


@dataclass(frozen=True, slots=True)
class Wording:
    """One row. An empty `error` means a bare `Bearer`, whose log text is `log`."""

    cause: Cause
    description: str
    evidence: Evidence
    error: str = "invalid_token"
    status: int = 401
    log: str = ""

    def refusal(self, scopes: tuple[str, ...], **values: str) -> Refusal:
        """The refusal of this row on a route that asks for `scopes`."""
        body = FORBIDDEN if self.status == 403 else UNAUTHORIZED
        if not self.error:
            return Refusal(self.status, "Bearer", self.log, body)
        required = _header_text(" ".join(scopes))
        description = _header_text(self.description.format(scopes=required, **values))
        header = f'Bearer scope="{required}" error="{self.error}" error_description="{description}"'
        return Refusal(self.status, header, f"{self.error}: {description}", body)


def _header_text(text: str) -> str:
    """What a quoted string of a header can carry: no quotation mark, nothing but printable ASCII."""
    return re.sub(r"[^ -~]", "?", text.replace('"', "'"))


_GUIDE = "API Gateway developer guide, “Control access to HTTP APIs with JWT authorizers”"
_TROUBLESHOOTING = "API Gateway developer guide, “Troubleshooting issues with HTTP API JWT authorizers”"
_LIBRARY = "error text of Go's dgrijalva/jwt-go v3.2.0, whose other texts AWS sends"
_SANDBOX = "undocumented and never captured; refusing is the sandbox's choice"


def _documented(source: str = _GUIDE, *, verified: bool = False) -> Evidence:
    return Evidence(Mark.DOCUMENTED, source, verified)


def _observed(source: str, *, verified: bool = True) -> Evidence:
    return Evidence(Mark.OBSERVED, source, verified)


def _inferred(source: str) -> Evidence:
    return Evidence(Mark.INFERRED, source, wording_verified=False)


_ROWS = (
    Wording(
        Cause.NO_TOKEN,
        "",
        _observed(
            "captured header of a route with scopes (2024, LeonardSchuler/aws-secure-serverless-api), access logs"
        ),
        error="",
        log="missing: token not provided",
    ),
    Wording(Cause.LOWER_CASE_BEARER, "tokenstring should not contain 'bearer '", _inferred(_SANDBOX)),
    Wording(
        Cause.SEGMENTS,
        "token contains an invalid number of segments",
        _observed("three independent captures of the header and of $context.authorizer.error"),
    ),
    Wording(Cause.BEARER_IN_TOKEN, "tokenstring should not contain 'bearer '", _inferred(_LIBRARY)),
    Wording(Cause.BASE64, "illegal base64 data at input byte {position}", _inferred(_LIBRARY)),
    Wording(Cause.JSON, "invalid character '{found}' looking for beginning of value", _inferred(_LIBRARY)),
    Wording(Cause.JSON_END, "unexpected end of JSON input", _inferred(_LIBRARY)),
    Wording(Cause.NOT_AN_OBJECT, "json: cannot unmarshal {found} into Go value of type {target}", _inferred(_LIBRARY)),
    Wording(
        Cause.ALGORITHM_ES256,
        "signing method {alg} is invalid",
        _observed("three captures of a token signed with ES256; “only RSA-based algorithms” in the developer guide"),
    ),
    Wording(
        Cause.ALGORITHM,
        "signing method {alg} is invalid",
        _documented(f"{_GUIDE}: only RSA-based algorithms; the text follows the one captured for ES256"),
    ),
    Wording(Cause.ALGORITHM_PSS, "signing method {alg} is invalid", _inferred(_SANDBOX)),
    Wording(Cause.ALGORITHM_UNAVAILABLE, "signing method (alg) is unavailable.", _inferred(_LIBRARY)),
    Wording(Cause.ALGORITHM_UNSPECIFIED, "signing method (alg) is unspecified.", _inferred(_LIBRARY)),
    Wording(Cause.CRITICAL_HEADER, "unsupported critical header parameter", _inferred(_SANDBOX)),
    Wording(
        Cause.DISCOVERY,
        "OIDC discovery endpoint communication error",
        _observed("two captures, in a header that a client retries on and in an access log"),
    ),
    Wording(
        Cause.JWKS,
        "JWKS communication error",
        _observed("two captures, in a header that a client retries on and in an access log"),
    ),
    Wording(Cause.KID_MISSING, "token has no kid", _documented()),
    Wording(Cause.KID_UNKNOWN, "kid not found", _documented()),
    Wording(
        Cause.SIGNATURE,
        "crypto/rsa: verification error",
        _observed(f"captured as a 401 of 26 bytes; the text is the {_LIBRARY}", verified=False),
    ),
    Wording(Cause.SIGNATURE_BASE64, "illegal base64 data at input byte {position}", _inferred(_LIBRARY)),
    Wording(
        Cause.ISSUER,
        "issuer does not match",
        _observed("text captured in an access log; its place in the header follows the other refusals"),
    ),
    Wording(
        Cause.AUDIENCE,
        "the token does not have a valid audience",
        _documented(f"{_TROUBLESHOOTING}, and two captures", verified=True),
    ),
    Wording(Cause.AUDIENCE_UNSET, "the token does not have a valid audience", _inferred(_SANDBOX)),
    Wording(
        Cause.EXPIRED,
        "the token has expired",
        _observed("captured header (2020, keitakn/go-cognito-lambda)"),
    ),
    Wording(Cause.EXP_MISSING, "the token has expired", _inferred(_SANDBOX)),
    Wording(Cause.EXP_NOT_A_NUMBER, "the token has expired", _inferred(_SANDBOX)),
    Wording(Cause.NBF, "the token is not valid yet", _documented()),
    Wording(Cause.NBF_NOT_A_NUMBER, "the token is not valid yet", _inferred(_SANDBOX)),
    Wording(Cause.IAT, "the token was used before it was issued", _documented()),
    Wording(Cause.IAT_NOT_A_NUMBER, "the token was used before it was issued", _inferred(_SANDBOX)),
    Wording(
        Cause.SCOPES,
        "expected scopes: [{scopes}]",
        _observed("captured response (2024, LeonardSchuler/aws-secure-serverless-api)"),
        error="insufficient_scope",
        status=403,
    ),
    Wording(
        Cause.SCOPE_OVER_SCP,
        "expected scopes: [{scopes}]",
        _inferred(_SANDBOX),
        error="insufficient_scope",
        status=403,
    ),
)

WORDINGS = {row.cause: row for row in _ROWS}
