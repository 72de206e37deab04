"""Secrets have a type, and text that may hold them is shown masked unless somebody asks for more.

Redaction goes by value: whoever learns a secret registers it, and every text that passes the redactor loses it. Shapes
that are secret wherever they stand (a JWT's signature, a private key, credentials in a URL) go by pattern.
"""

import json
import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Never
from urllib.parse import quote, quote_plus

MASK = "••••••••"

_PATTERNS = re.compile(
    r"(?P<jwt>(?<![\w-])eyJ[\w-]{6,}\.[\w-]{4,}\.[\w-]{16,}={0,2})"
    r"|(?P<pem>-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z))"
    r"|(?P<userinfo>(?<=://)[^/\s:@\"']+:[^/\s@\"']+(?=@))",
    re.DOTALL,
)


class Secret:
    """A value that must not be shown: its text forms are a mask, and it refuses to be pickled or formatted open."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the one place that sends it."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __str__(self) -> str:
        return MASK

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __reduce__(self) -> Never:
        raise TypeError("a Secret is not written anywhere")


@dataclass(frozen=True, slots=True)
class SafeText:
    """Text in which the secrets are known: masked by `str()`, whole by `reveal()`."""

    parts: tuple[str | Secret, ...] = ()

    def __str__(self) -> str:
        return "".join(part if isinstance(part, str) else MASK for part in self.parts)

    def __bool__(self) -> bool:
        return any(self.parts)

    def reveal(self) -> str:
        """The text with its secrets."""
        return "".join(part if isinstance(part, str) else part.reveal() for part in self.parts)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """The secrets the text holds, in the order they stand in it."""
        return tuple(part for part in self.parts if isinstance(part, Secret))


class Redactor:
    """Knows this process's secrets by value and takes them out of text. Safe to share between threads."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._lock = threading.Lock()
        self._spellings: frozenset[str] = frozenset()
        self.register(*secrets)

    def register(self, *secrets: Secret) -> None:
        """Remember secrets. Values under four characters are left out: they would mask ordinary text."""
        found = {text for secret in secrets if len(value := secret.reveal()) >= 4 for text in _spellings(value)}
        if found <= self._spellings:
            return
        with self._lock:
            self._spellings |= found
        if self is not EVERYWHERE:
            EVERYWHERE.register(*secrets)

    def redact(self, text: str) -> SafeText:
        """`text` with every known secret, and everything that looks like one, taken out."""
        parts: list[str | Secret] = []
        position = 0
        for start, end in _joined([*self._known_in(text), *_shaped_in(text)]):
            if start > position:
                parts.append(text[position:start])
            parts.append(Secret(text[start:end]))
            position = end
        if position < len(text):
            parts.append(text[position:])
        return SafeText(tuple(parts))

    def mask(self, text: str) -> str:
        """`text` as it may be shown, logged or raised."""
        return str(self.redact(text))

    def _known_in(self, text: str) -> Iterator[tuple[int, int]]:
        for spelling in self._spellings:
            start = text.find(spelling)
            while start >= 0:
                yield start, start + len(spelling)
                start = text.find(spelling, start + 1)  # one may begin inside another


EVERYWHERE = Redactor()  # knows what any redactor of this process knows: for the log, and for what nobody foresaw


def _spellings(value: str) -> set[str]:
    """A value as it stands in plain text, in JSON and in a URL."""
    return {
        value,
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        quote(value, safe="", errors="replace"),
        quote_plus(value, errors="replace"),
    }


def _shaped_in(text: str) -> Iterator[tuple[int, int]]:
    for match in _PATTERNS.finditer(text):
        start, end = match.span()
        if match.lastgroup == "jwt":  # header and claims are no secret; the signature makes it a credential
            start = text.rindex(".", start, end) + 1
        yield start, end


def _joined(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans in their order, those that overlap as one."""
    start = end = 0
    for following in sorted(spans):
        if following[0] >= end:
            if end > start:
                yield start, end
            start, end = following
        end = max(end, following[1])
    if end > start:
        yield start, end
