"""What somebody sent in a token's place, by its looks: a placeholder, a key, a refresh token, a whole answer."""

import json
import re
from dataclasses import dataclass

from services.diagnosis.examination import Examination
from services.tokens.decode import MalformedToken, decode_segment

_LOOKED_AT = 20_000  # characters; the gateway takes no request line and headers over 10,240 bytes
_PLACEHOLDER = re.compile(
    r"\$\{?[A-Za-z_][A-Za-z0-9_]*\}?|\$\([^)]*\)|%[A-Za-z_]+%|\{\{.*\}\}|<[^<>]*>|\[object \w+\]"
    r"|undefined|null|none|nil|nan|true|false|\.{3}|…|x{3,}"
    r"|(?:your|my|the|access|id|bearer)?[ _-]?(?:jwt|token)(?:[ _-]?here)?",
    re.IGNORECASE,
)
_AWS_KEY = re.compile(r"(?:AKIA|ASIA)[A-Z0-9]{16}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_KEY = re.compile(r"[A-Za-z0-9_-]{64}")
# Auth0's refresh tokens begin with "v1.", Entra ID's with "0." or "1." and "A", Google's with "1//".
_REFRESH = re.compile(r"v1\.[A-Za-z0-9_-]{20,}|[01]\.A[A-Za-z0-9_.-]{40,}|1//[A-Za-z0-9_-]{20,}")
_MASKED = re.compile(r"•{2,}|\*{3,}|…|\.{3}|<redacted>|\[redacted\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Pasted:
    """What a text is instead of a JWT: a banner's id, and a clause that says how it shows."""

    id: str
    clause: str


def pasted(case: Examination) -> Pasted | None:
    """What the text is, where it is none of the gateway's tokens; None where it may be a JWT."""
    text = case.presented
    if not text:
        return None
    bare = _bare(text[:_LOOKED_AT])
    known = _known(bare)
    if known or bare.count(".") == 2:
        return known
    if _REFRESH.fullmatch(bare):
        return Pasted("refresh-token", "it begins as refresh tokens of Auth0, Entra ID or Google do")
    if _UUID.fullmatch(bare) or (_KEY.fullmatch(bare) and case.fusionauth is not None):
        return Pasted("fusionauth-key", "it has the shape of FusionAuth's API keys")
    if bare.count(".") == 4:
        return _encrypted(bare)
    return Pasted("opaque-token", "only its issuer can read it") if "." not in bare else None


def _bare(text: str) -> str:
    """The text without `Authorization:` and `Bearer`, as often as they stand there."""
    while True:
        stripped = re.sub(r"^\s*(?:authorization\s*:|bearer(?=\s|$))\s*", "", text, flags=re.IGNORECASE).strip()
        if stripped == text:
            return text
        text = stripped


def _known(bare: str) -> Pasted | None:
    if not bare or _PLACEHOLDER.fullmatch(bare.strip("\"' ")):
        return Pasted("placeholder", "it is what stands in a token's place before somebody fills it in")
    if _AWS_KEY.match(bare):
        return Pasted("aws-key", "it begins as AWS access key ids do")
    if bare[:1] == "{" and "access_token" in bare:
        return Pasted("token-response", "it is a JSON object with access_token in it")
    if _MASKED.search(bare):
        return Pasted("masked", "some of its characters were replaced before it was shown")
    return None


def _encrypted(bare: str) -> Pasted | None:
    try:
        header = json.loads(decode_segment(bare.partition(".")[0], "header"))
    except (ValueError, MalformedToken, RecursionError):
        return None
    if not isinstance(header, dict) or "enc" not in header:
        return None
    return Pasted("encrypted-token", "it has five segments and its header names an encryption")


def bearer_twice(text: str) -> bool:
    """Whether “Bearer” stands twice before the token."""
    return re.match(r"\s*bearer\s+bearer(\s|$)", text[:100], re.IGNORECASE) is not None
