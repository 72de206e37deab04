"""The token in what a person gives, exactly as the gateway would be given it."""

import re
from dataclasses import dataclass

from services.diagnosis.pasted import read_pasted
from services.errors import ConfigurationError
from services.tokens.anatomy import Remark

_PLAIN = re.compile(r"(?:Bearer )?[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_SCHEME = re.compile(r"bearer[ \t]+", re.IGNORECASE)
_OUTER = " \t\r\n"


@dataclass(frozen=True, slots=True)
class GivenToken:
    """What would stand at the identity source, where it came from, and what is odd about how it was given."""

    presented: str
    origin: str = ""
    remarks: tuple[Remark, ...] = ()

    @property
    def compact(self) -> str:
        """The token alone, whatever its prefix looks like."""
        scheme = _SCHEME.match(self.presented)
        return self.presented[scheme.end() :] if scheme else self.presented


def given_token(text: str) -> GivenToken:
    """The token in a text: alone, in a header, a curl command or JSON; the text itself where there is none in it."""
    value = text.strip(_OUTER)
    if _PLAIN.fullmatch(value):
        return GivenToken(value)
    try:
        pasted = read_pasted(text)
    except ConfigurationError:
        return GivenToken(value)
    presented = pasted.intake.presented
    if presented is None:
        return GivenToken(value)
    notes = pasted.intake.notes + ((presented.note,) if presented.note else ())
    remarks = [Remark("given", note) for note in notes]
    exact = presented.value.reveal()
    if scheme := _SCHEME.match(exact):
        prefix = scheme.group()
        if prefix[6:] != " ":
            remarks.append(Remark("prefix", "Between “Bearer” and the token stands more than one blank."))
        if not prefix.startswith("Bearer"):
            remarks.append(Remark("prefix", f"The prefix is “{prefix[:6]}”, not “Bearer”."))
    return GivenToken(exact, presented.origin, tuple(remarks))
