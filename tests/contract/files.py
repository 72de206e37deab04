"""The three files that the contract is made from."""

import json
from pathlib import Path
from typing import Any

import msgspec

FOLDER = Path(__file__).parent
SUBSET = FOLDER / "vendor" / "fusionauth.json"


def subset() -> dict[str, Any]:
    """Our part of FusionAuth's own description, as FusionAuth wrote it."""
    found: dict[str, Any] = json.loads(SUBSET.read_text())
    return found


def corrections() -> dict[str, Any]:
    """What is put right in it, as a JSON Merge Patch."""
    return _yaml("corrections.yaml")


def table() -> dict[str, Any]:
    """What it leaves out: credentials, required properties, statuses."""
    return _yaml("operations.yaml")


def operations() -> list[tuple[str, str]]:
    """Every operation of the contract as method and path."""
    pairs = (name.partition(" ") for name in table()["operations"])
    return [(method, path) for method, _, path in pairs]


def _yaml(name: str) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.yaml.decode((FOLDER / name).read_bytes())
    return found
