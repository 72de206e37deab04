"""The authorizer's words, in a `www-authenticate` header or an access log, and the causes they allow."""

import re
from dataclasses import dataclass

from services.gateway.verdict import Mark
from services.gateway.wordings import WORDINGS, Cause, Wording

_PARAMETER = re.compile(r'(\w+)="([^"]*)"')
_PLACEHOLDER = re.compile(r"\\\{(\w+)\\\}")
_CODES = ("invalid_token", "insufficient_scope")


@dataclass(frozen=True, slots=True)
class Challenge:
    """A `www-authenticate: Bearer` header. All empty for the bare `Bearer` that means that no token came."""

    scope: str = ""
    error: str = ""
    description: str = ""


def parse_challenge(header: str) -> Challenge | None:
    """Parse a `www-authenticate` header, with spaces or commas between its parts; None unless it is a Bearer one."""
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() != "bearer":
        return None
    values = dict(_PARAMETER.findall(rest))
    return Challenge(values.get("scope", ""), values.get("error", ""), values.get("error_description", ""))


def parse_authorizer_error(text: str) -> Challenge:
    """What `$context.authorizer.error` says: `code: text`, or the text alone, as one capture has it."""
    code, colon, description = text.partition(": ")
    if colon and code == "missing":
        return Challenge()
    return Challenge("", code, description) if colon and code in _CODES else Challenge("", _CODES[0], text)


def causes_of(challenge: Challenge) -> tuple[Cause, ...]:
    """The causes whose wording the challenge carries: captured wordings first, the sandbox's own choices last."""
    if not challenge.error:
        return (Cause.NO_TOKEN,)
    found = [
        row
        for row in WORDINGS.values()
        if row.error == challenge.error and description_pattern(row).search(challenge.description)
    ]
    return tuple(row.cause for row in sorted(found, key=_doubt))


def description_pattern(row: Wording) -> re.Pattern[str]:
    """The row's wording with anything in place of its values, each a group of the value's name."""
    return re.compile(_PLACEHOLDER.sub(r"(?P<\1>.*)", re.escape(row.description)))


def _doubt(row: Wording) -> tuple[bool, bool]:
    return not row.evidence.wording_verified, row.evidence.mark is Mark.INFERRED
