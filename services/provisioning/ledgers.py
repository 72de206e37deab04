"""What all ledgers on this machine know, whoever's profile they are of; one that cannot be read is left out."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Known:
    """A record in some ledger. `instance` is the sandbox's id; empty in a live profile's ledger."""

    profile: str
    instance: str
    step_id: str
    resource_id: str


def known_in(folder: Path) -> tuple[Known, ...]:
    """Every record in the ledgers of a folder."""
    return tuple(known for path in sorted(folder.glob("*.json")) for known in _records(path))


def _records(path: Path) -> Iterator[Known]:
    try:
        content = json.loads(path.read_bytes())
        profile, instance = str(content["profile"]), str(content["instance"])
        records = {**content["intents"], **content["records"]}
        found = [(step_id, str(record["resource_id"])) for step_id, record in records.items()]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return
    yield from (Known(profile, instance, step_id, resource_id) for step_id, resource_id in found)
