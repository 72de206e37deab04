"""The JSON of an inspection. As in `shapes`, names are added, never changed or taken away."""

from collections.abc import Iterable
from typing import Any

from services.diagnosis.inspection import Row, TokenInspection
from services.diagnosis.key_rows import KeyState
from services.diagnosis.opinions import Opinion
from services.diagnosis.token_changes import MemberChange
from tui.commands.shapes import plain
from tui.view.words import utc


def inspection_document(inspection: TokenInspection) -> dict[str, Any]:
    """Everything but the decoded parts and the verdict's checks, which stand beside it. The signature is cut."""
    made = next((key for key in inspection.keys if key.state is KeyState.MADE), None)
    return {
        "problem": inspection.problem or None,
        "origin": inspection.origin or None,
        "provider": inspection.provider or None,
        "signature": opinion_document(inspection.signature) | {"kid": made.kid or None if made else None},
        "times": opinion_document(inspection.times),
        "gateway": opinion_document(inspection.gateway),
        "members": [
            row_document(part, row)
            for part, rows in (("header", inspection.header), ("claims", inspection.claims))
            for row in rows
        ],
        "keys": [
            {"kid": key.kid or None, "kind": key.kind or None, "state": key.state.value, "note": key.note or None}
            for key in inspection.keys
        ],
        "keys_origin": inspection.keys_origin or None,
        "segments": [
            {"name": segment.name, "characters": len(segment.text), "bytes": segment.size}
            for segment in inspection.segments
        ],
        "token": inspection.safe,
        "remarks": [{"id": remark.id, "sentence": remark.sentence} for remark in inspection.remarks],
    }


def opinion_document(opinion: Opinion) -> dict[str, Any]:
    """One of the three verdicts. `checked` is false where it could not be told."""
    return {
        "outcome": opinion.outcome.value,
        "checked": opinion.checked,
        "sentence": opinion.sentence,
    }


def row_document(part: str, row: Row) -> dict[str, Any]:
    """One member of the header or the claims."""
    return {
        "part": part,
        "name": row.name,
        "value": plain(row.value),
        "meaning": row.meaning.short if row.meaning else None,
        "sentence": row.meaning.sentence if row.meaning else None,
        "utc": utc(row.moment) if row.moment is not None else None,
        "check": row.check.id if row.check else None,
        "outcome": row.check.outcome.value if row.check else None,
        "remarks": list(row.remarks),
    }


def changes_of_members_document(changes: Iterable[MemberChange]) -> list[dict[str, Any]]:
    """Two tokens compared, member by member."""
    return [
        {
            "part": change.part,
            "name": change.name,
            "change": change.kind.value,
            "old": change.old,
            "new": change.new,
            "seconds": change.seconds,
            "added": list(change.added),
            "removed": list(change.removed),
            "remark": change.difference.remark if change.difference else None,
        }
        for change in changes
    ]
