"""The gates that profiles of this machine have made, as their ledgers tell: to recognise another one's token."""

import json
from collections.abc import Mapping
from pathlib import Path

from services.diagnosis.facts import KnownGate


def known_gates(ledgers: Path) -> tuple[KnownGate, ...]:
    """A gate for each ledger in the folder that names an issuer; one that cannot be read is left out."""
    found = (_gate(path) for path in sorted(ledgers.glob("*.json")))
    return tuple(gate for gate in found if gate is not None)


def all_gates(profile: str, facts: Mapping[str, str], ledgers: Path) -> tuple[KnownGate, ...]:
    """The gate of a profile by its ledger's facts, and those of all others."""
    own = _of(profile, facts)
    if own is None:
        return known_gates(ledgers)
    same = (own.issuer, own.audience)
    return own, *(gate for gate in known_gates(ledgers) if (gate.issuer, gate.audience) != same)


def _of(profile: str, facts: Mapping[str, str]) -> KnownGate | None:
    """The gate that a ledger's facts describe; None while there is no issuer."""
    issuer = facts.get("issuer", "")
    kid = facts.get("access_token_key_kid", "")
    if not issuer:
        return None
    return KnownGate(profile, issuer, facts.get("application_id", ""), (kid,) if kid else (), facts.get("scope", ""))


def _gate(path: Path) -> KnownGate | None:
    try:
        content = json.loads(path.read_bytes())
        facts = {name: str(value) for record in content["records"].values() for name, value in record["facts"].items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    return _of(path.stem, facts)
