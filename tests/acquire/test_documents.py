"""What the documentation says of permissions and ways is what the program does."""

from pathlib import Path

import pytest

from services.fusionauth.preflight import NEEDED, NEEDED_FOR_SCOPE, NEEDED_FOR_TENANT, Permission
from services.tokens.ways import WAYS, Way

DOCUMENT = (Path(__file__).parents[2] / "docs" / "fusionauth.md").read_text("utf-8")


@pytest.mark.parametrize("permission", [*NEEDED, *NEEDED_FOR_SCOPE, *NEEDED_FOR_TENANT], ids=str)
def test_every_permission_is_documented(permission: Permission) -> None:
    mark = " yes" if permission.global_only else ""
    assert f"| `{permission}` | {permission.purpose} |{mark} |" in DOCUMENT


@pytest.mark.parametrize("way", list(Way))
def test_every_way_is_documented_with_what_it_carries(way: Way) -> None:
    facts = WAYS[way]
    assert f"| `--via {way.value}` | {facts.title} | {facts.summary} |" in DOCUMENT
