"""The doctor's window: what is wrong, its evidence, its one fix, and the proof after it."""

import threading
from dataclasses import replace

from services.diagnosis.facts import AuthorizerFacts
from services.errors import Unreachable
from tests.diagnosis.cases import ISSUER, authorizer, facts
from tests.gateway.signing import claims, sign
from tests.tui.conftest import Staging
from tests.tui.double import Double
from tests.tui.screen import Stage

GATE = authorizer(ISSUER + "/")
assert isinstance(GATE.authorizer, AuthorizerFacts)
OURS = replace(GATE, authorizer=replace(GATE.authorizer, name="gatelight-sandbox"))
SLASH = facts(gateway=OURS, provisioned_by="sandbox")


async def consulted(on: Stage) -> None:
    """The doctor has been asked about a whole story."""
    await on.story()
    await on.press("d")
    await on.until(lambda: "examine with token" in on.double.asked)


async def test_every_cause_is_named_with_both_values_and_its_fix(stage: Staging) -> None:
    async with stage(Double(case=SLASH)) as on:
        await consulted(on)
        await on.until_shown("decides")
        shown = on.shown()
        assert f'"{ISSUER}/"' in shown
        assert f'"{ISSUER} "' in shown  # the blank is the mark of what is missing
        assert "one character too few: the trailing slash" in shown
        assert "the authorizer" in shown
        assert "Set the authorizer's issuer to" in shown


async def test_a_fix_is_applied_after_a_yes_and_proven_by_another_call_and_another_look(stage: Staging) -> None:
    double = Double(case=SLASH)
    async with stage(double) as on:
        await consulted(on)
        await on.until_shown("apply the fix")
        before = len(double.asked)
        await on.press("enter")
        await on.until_shown("us-east-1")  # the confirmation names where
        assert double.asked[before:] == []
        double.case = facts()
        await on.press("enter")
        await on.until_shown("Nothing is wrong")
        done = [asked for asked in double.asked[before:] if asked != "agreement"]
        assert done == ["up authorizer", "inspect", "call with token", "examine with token"]


async def test_a_no_changes_nothing(stage: Staging) -> None:
    async with stage(Double(case=SLASH)) as on:
        await consulted(on)
        await on.until_shown("apply the fix")
        await on.press("enter")
        await on.until_shown("us-east-1")
        await on.press("escape")
        await on.idle()
        assert "up authorizer" not in on.double.asked


async def test_a_fix_that_fails_says_where_to_look(stage: Staging) -> None:
    double = Double(case=SLASH)
    async with stage(double) as on:
        await consulted(on)
        await on.until_shown("apply the fix")
        double.fails["authorizer"] = Unreachable("AWS does not answer.", "Try again.")
        await on.press("enter")
        await on.until_shown("us-east-1")
        await on.press("enter")
        await on.until_shown("The step did not succeed.")


async def test_what_gatelight_cannot_do_is_a_command_to_copy(stage: Staging) -> None:
    async with stage(Double(case=facts(gateway=authorizer(ISSUER + "/")))) as on:
        await consulted(on)
        await on.until_shown("y copy command")
        assert "apply the fix" not in on.shown()
        await on.press("y")
        assert on.app.clipboard.startswith("aws apigatewayv2 update-authorizer")


async def test_leaving_while_it_examines_stops_it(stage: Staging) -> None:
    double = Double(case=SLASH)
    async with stage(double) as on:
        await on.story()
        double.hold = threading.Event()
        await on.press("d")
        await on.until_shown("Examining")
        await on.press("escape")
        await on.idle()
        assert "decides" not in on.shown()


async def test_an_examination_that_fails_is_told_in_the_window(stage: Staging) -> None:
    async with stage(Double(examine_error=Unreachable("Nothing answers at [/red].", "Check the network."))) as on:
        await consulted(on)
        await on.until_shown("Nothing answers at [/red].")


async def test_hostile_values_stay_text(stage: Staging) -> None:
    hostile = "[/bold] [red]\x1b[31m\u202e"
    case = facts(sign(claims(ISSUER, iss=hostile, aud=hostile)), gateway=authorizer(hostile + "/"))
    async with stage(Double(case=case)) as on:
        await consulted(on)
        await on.until_shown("[/bold] [red]")
        assert "\x1b[31m" not in on.shown()
