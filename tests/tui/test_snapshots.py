"""A few whole screens, cell by cell, as text: alignment, clipping and wording at the three sizes people use."""

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.tui.conftest import Staging
from tests.tui.double import ISSUER, ISSUER_FAILS, REFUSED, Double, agrees, verdict

pytestmark = pytest.mark.snapshot
SIZES = [(160, 45), (100, 30), (80, 24)]


def _cells(shown: str) -> str:
    """The screen with the blanks at its right edge cut."""
    return "\n".join(line.rstrip() for line in shown.splitlines())


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_story_s_end(stage: Staging, size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with stage(size=size) as on:
        await on.story()
        await on.idle()
        assert _cells(on.shown()) == snapshot


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_a_trailing_slash(stage: Staging, size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    double = Double(held=agrees(authorizer=ISSUER + "/"), inspected=verdict(ISSUER_FAILS), with_token=REFUSED)
    async with stage(double, size=size) as on:
        await on.story()
        await on.until_shown("trailing slash")
        assert _cells(on.shown()) == snapshot
