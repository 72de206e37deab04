"""In a live profile, account, role and region stay on the screen, however narrow; a failed sign-in says its fix."""

import pytest

from services.errors import ConfigurationError
from tests.tui.conftest import Staging
from tests.tui.double import Double


@pytest.mark.parametrize("size", [(160, 45), (80, 24)])
async def test_who_we_are_in_aws_stands_there_before_anything_is_done(stage: Staging, size: tuple[int, int]) -> None:
    async with stage(Double(target="live"), size=size) as on:
        await on.until_shown("role/Deployer")
        first = on.shown().splitlines()[0]
        assert "000000000000 · role/Deployer · us-east-1" in first
        assert "(live)" in first
        assert on.main.situation.idle


async def test_an_account_stays_in_sight_with_a_long_role_and_an_endpoint_elsewhere(stage: Staging) -> None:
    double = Double(target="live", role="sso/AdministratorAccessForEverybody", endpoint="http://localhost:4566")
    async with stage(double, size=(80, 24)) as on:
        await on.until_shown("elsewhere")
        assert "000000000000 · sso/Administr… · us-east-1 elsewhere" in on.shown().splitlines()[0]


async def test_a_failed_sign_in_is_told_with_its_fix_and_stops_nothing(stage: Staging) -> None:
    error = ConfigurationError("The AWS sign-in is not valid any more [/].", "Sign in again: aws sso login")
    async with stage(Double(target="live", sign_in_error=error), size=(80, 24)) as on:
        await on.until_shown("✘ not signed in")
        assert any("aws sso login" in told.message for told in on.app._notifications)
        assert on.main.situation.idle
        on.double.sign_in_error = None
        await on.provision()
        assert on.main.situation.something_made
        await on.until_shown("role/Deployer")


async def test_a_sandbox_asks_nobody(stage: Staging) -> None:
    async with stage() as on:
        await on.story()
        assert "sign in" not in on.double.asked
