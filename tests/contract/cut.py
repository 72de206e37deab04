"""Cut our part out of FusionAuth's own OpenAPI description: `python -m tests.contract.cut openapi.yaml`.

The description is https://github.com/FusionAuth/fusionauth-openapi's `openapi.yaml`. What is left of it, as it was
written, goes to vendor/fusionauth.json: the operations in operations.yaml and the schemas they reach.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from tests.contract.files import SUBSET, operations

Json = dict[str, Any]
SCHEMAS = "#/components/schemas/"


def cut(whole: Json, wanted: Iterable[tuple[str, str]]) -> Json:
    """The part of a description that the wanted operations (method, path) need; one it does not have is left out."""
    paths: Json = {}
    for method, path in wanted:
        found = whole["paths"].get(path, {}).get(method.lower())
        if found is not None:
            paths.setdefault(path, {})[method.lower()] = found
    schemas = whole["components"]["schemas"]
    needed = reached(paths, schemas)
    return {
        "openapi": whole["openapi"],
        "info": whole["info"],
        "paths": paths,
        "components": {"schemas": {name: schema for name, schema in schemas.items() if name in needed}},
    }


def reached(start: object, schemas: Json) -> set[str]:
    """The names of the schemas that `start` refers to, and of those that they refer to."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting += item
        elif isinstance(item, dict):
            waiting += item.values()
            name = str(item.get("$ref", "")).removeprefix(SCHEMAS)
            if name in schemas and name not in found:
                found.add(name)
                waiting.append(schemas[name])
    return found


def main(source: str) -> None:
    """Write the subset of the description in the file `source`."""
    whole = msgspec.yaml.decode(Path(source).read_bytes())
    SUBSET.write_text(json.dumps(cut(whole, operations()), indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
