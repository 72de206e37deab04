"""Secrets are masked until somebody asks, for ten seconds, everywhere at once."""

from tests.tui.conftest import Clock, Staging
from tests.tui.double import CLAIMS, PASSWORD, compact
from tui.screens.exchanges import ExchangesScreen
from tui.widgets.canvas import Canvas

SIGNATURE = compact(CLAIMS).rpartition(".")[2]


async def test_a_token_is_shown_without_its_signature_until_revealed(stage: Staging, clock: Clock) -> None:
    async with stage() as on:
        await on.story()
        assert SIGNATURE[:20] not in on.shown()
        assert "secrets hidden" in on.shown()
        await on.press("v")
        await on.until_shown("secrets shown for 10 s")
        await on.until(lambda: SIGNATURE in on.board.token.query_one("#claims", Canvas).text)
        clock.now += 9
        on.app.hide_secrets_when_due()
        await on.until_shown("secrets shown for 1 s")
        clock.now += 1
        on.app.hide_secrets_when_due()
        await on.until_shown("secrets hidden")
        assert SIGNATURE[:8] not in on.board.token.query_one("#claims", Canvas).text


async def test_a_second_press_hides_at_once(stage: Staging) -> None:
    async with stage() as on:
        await on.press("v")
        await on.until(lambda: on.app.revealed)
        await on.press("v")
        assert not on.app.revealed


async def test_a_request_in_the_detail_is_masked_and_hides_again_by_itself(stage: Staging, clock: Clock) -> None:
    async with stage() as on:
        await on.press("p")
        await on.idle()
        await on.press("enter")
        await on.until(lambda: isinstance(on.app.screen, ExchangesScreen))
        await on.until_shown("The same as a command")
        assert "curl -X PATCH" in on.shown()
        assert PASSWORD not in on.shown()
        await on.press("v")
        await on.until_shown(PASSWORD)
        clock.now += 11
        on.app.hide_secrets_when_due()
        await on.until(lambda: PASSWORD not in on.shown())


async def test_the_copied_command_is_what_the_services_wrote_and_the_toast_claims_no_more(stage: Staging) -> None:
    async with stage() as on:
        await on.press("p")
        await on.idle()
        await on.press("y")
        await on.until(lambda: on.app.clipboard.startswith("curl -X PATCH"))
        await on.until_shown("Sent to the terminal's clipboard.")
