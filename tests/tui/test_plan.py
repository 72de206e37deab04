"""The plan before provisioning: shown at any time, and first of all on a live profile; Enter does what it says."""

from services.errors import ConfigurationError
from services.provisioning.plan import Action, PlannedStep
from tests.tui.conftest import Staging
from tests.tui.double import STEPS, Double


async def test_the_plan_is_shown_with_place_changes_and_cost_and_enter_does_it(stage: Staging) -> None:
    async with stage(Double(), size=(120, 60)) as on:
        await on.press("P")
        await on.until_shown("The plan: nothing is changed yet")
        shown = on.shown()
        assert 'AWS account 000000000000, region us-east-1 and tenant "Default" of the sandbox' in shown
        assert "~ change   tenant issuer" in shown
        assert '- "http://127.0.0.1:40001/"' in shown
        assert '+ "http://127.0.0.1:40001 "' in shown  # what is missing is marked
        assert "Cost: nothing in the sandbox; in AWS about $0 a month at 1,000 calls" in shown
        assert "iam:CreateRole" not in shown

        await on.press("c")
        await on.until_shown('> iam CreateRole {"RoleName": "gatelight"}')
        assert "iam:CreateRole on arn:aws:iam::000000000000:role/gatelight" in on.shown()
        assert on.double.asked == ["plan"]

        await on.press("enter")
        await on.idle()
        assert on.double.asked[:2] == ["plan", "up all as planned"]


async def test_leaving_the_plan_changes_nothing(stage: Staging) -> None:
    async with stage(Double()) as on:
        await on.press("P")
        await on.until_shown("The plan: nothing is changed yet")
        await on.press("escape")
        await on.until(lambda: len(on.app.screen_stack) == 1)
        assert on.double.asked == ["plan"]


async def test_a_live_profile_shows_its_plan_before_it_provisions_and_the_sandbox_does_not_ask(stage: Staging) -> None:
    async with stage(Double(target="live")) as on:
        await on.press("p")
        await on.until_shown('AWS account 000000000000, region us-east-1 and tenant "Default"')
        assert "up all" not in on.double.asked
        await on.press("enter")
        await on.idle()
        assert "up all as planned" in on.double.asked
    async with stage(Double()) as on:
        await on.press("p")
        await on.idle()
        assert on.double.asked[0] == "up all"


async def test_a_plan_that_cannot_be_carried_out_says_why_and_cannot_be_agreed_to(stage: Staging) -> None:
    double = Double(target="live")
    error = ConfigurationError("No password was given to create the user.", "Set GATELIGHT_USER_PASSWORD.")
    double.planned = (PlannedStep(STEPS[6], Action.BLOCKED, error=error),)
    async with stage(double) as on:
        await on.press("p")
        await on.until_shown("No password was given to create the user.")
        assert "Set GATELIGHT_USER_PASSWORD." in on.shown()
        assert "do this" not in on.shown()
        await on.press("enter")
        await on.press("escape")
        await on.until(lambda: len(on.app.screen_stack) == 1)
        assert not [asked for asked in double.asked if asked.startswith("up")]
