"""Two tokens side by side, member by member: an ID token and an access token, or before and after a change."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.diagnosis.difference import Difference, difference
from services.diagnosis.distinctions import Kind
from services.diagnosis.inspection import Row, TokenInspection


class ChangeKind(StrEnum):
    """What became of a member on the way from the first token to the second."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class MemberChange:
    """One member of both tokens, as exact text; None where it is missing.

    `seconds` says by how much a moment moved; `added` and `removed` are entries of a list or words of a scope;
    `difference` marks the characters, where there is a name for how they differ.
    """

    part: str  # "header" or "claims"
    name: str
    kind: ChangeKind
    old: str | None
    new: str | None
    seconds: float | None = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    difference: Difference | None = None


def token_changes(first: TokenInspection, second: TokenInspection) -> tuple[MemberChange, ...]:
    """Every member of either token: in the first one's order, then what only the second has."""
    return (
        *_changes("header", first.header, second.header),
        *_changes("claims", first.claims, second.claims),
    )


def _changes(part: str, first: tuple[Row, ...], second: tuple[Row, ...]) -> list[MemberChange]:
    old, new = ({row.name: row for row in rows} for rows in (first, second))
    return [_change(part, name, old.get(name), new.get(name)) for name in dict.fromkeys((*old, *new))]


def _change(part: str, name: str, old: Row | None, new: Row | None) -> MemberChange:
    if old is None or new is None:
        kind = ChangeKind.ADDED if old is None else ChangeKind.REMOVED
        return MemberChange(part, name, kind, old.text if old else None, new.text if new else None)
    if type(old.value) is type(new.value) and old.text == new.text:
        return MemberChange(part, name, ChangeKind.SAME, old.text, new.text)
    before, after = _entries(name, old.value), _entries(name, new.value)
    return MemberChange(
        part,
        name,
        ChangeKind.CHANGED,
        old.text,
        new.text,
        None if old.moment is None or new.moment is None else new.moment - old.moment,
        tuple(entry for entry in after if entry not in before),
        tuple(entry for entry in before if entry not in after),
        _nearly(old.value, new.value),
    )


def _entries(name: str, value: Any) -> tuple[str, ...]:
    """What a list has, or a scope's words; nothing for a value that is one thing."""
    if isinstance(value, list):
        return tuple(dict.fromkeys(str(entry) for entry in value[:200]))
    return tuple(dict.fromkeys(value.split()[:200])) if name in ("scope", "scp") and isinstance(value, str) else ()


def _nearly(old: Any, new: Any) -> Difference | None:
    if not isinstance(old, str) or not isinstance(new, str):
        return None
    found = difference(old, new)
    return None if found is None or Kind.OTHER in found.kinds else found
