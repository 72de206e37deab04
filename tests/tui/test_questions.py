"""What work asks the person while it opens or signs in: secrets, masked, with the place they are kept in; MFA codes."""

from collections.abc import Callable
from typing import Any

import pytest
from textual.widgets import Input

from services.cancel import Cancellation
from services.person import Person
from services.profile.secrets import Given, SecretName, Wanted
from services.redact import Secret
from tests.tui.conftest import Staging
from tests.tui.double import Double
from tests.tui.screen import Stage
from tui.app import GatelightApp
from tui.screens.code import CodeScreen
from tui.screens.secret import SecretScreen

CANARY = "key-canary-55"
WANTED = Wanted("dev", SecretName.API_KEY, "FusionAuth API key", "Test Keyring")
NOT_KEPT = Wanted("dev", SecretName.API_KEY, "FusionAuth API key", "", "no keyring [/] works here")


def asking(wanted: Wanted, given: list[Given]) -> Any:
    """A workbench whose opening asks for a secret."""

    def open_workbench(progress: Callable[[str], None], cancellation: Cancellation, person: Person) -> Double:
        given.append(person.give_secret(wanted))
        return Double()

    return open_workbench


@pytest.mark.parametrize(
    ("wanted", "keys", "said", "size"),
    [
        (WANTED, (), "● keep it in the keyring (Test Keyring)", (160, 45)),
        (WANTED, ("tab",), "● hold it in memory alone", (80, 24)),
        (NOT_KEPT, ("tab",), "● held in memory alone", (80, 24)),
    ],
)
async def test_a_secret_is_asked_for_masked_and_its_place_is_said(
    wanted: Wanted, keys: tuple[str, ...], said: str, size: tuple[int, int]
) -> None:
    given: list[Given] = []
    app = GatelightApp(asking(wanted, given))
    async with app.run_test(size=size) as pilot:
        on = Stage(app, pilot)
        await on.until(lambda: isinstance(app.screen, SecretScreen))
        await on.press(*keys, *"a b", "enter")  # a key with a blank
        await on.until_shown("one word without blanks")
        field = app.screen.query_one(Input)
        field.value = ""
        field.insert_text_at_cursor(CANARY)
        await pilot.pause()
        assert CANARY not in on.shown()
        assert said in on.shown()
        if not wanted.keyring:
            assert "It cannot be kept: no keyring [/] works here." in on.shown()
        await on.press("enter")
        await on.until(lambda: on.main.opened)
    assert given == [Given(Secret(CANARY), "keyring" in said)]


async def test_giving_up_gives_nothing_and_leaving_the_app_ends_the_question() -> None:
    given: list[Given] = []
    app = GatelightApp(asking(WANTED, given))
    async with app.run_test() as pilot:
        on = Stage(app, pilot)
        await on.until(lambda: isinstance(app.screen, SecretScreen))
        await on.press("escape")
        await on.until(lambda: given == [Given(Secret(""))])
    app = GatelightApp(asking(WANTED, given))
    async with app.run_test() as pilot:
        on = Stage(app, pilot)
        await on.until(lambda: isinstance(app.screen, SecretScreen))
        await on.press("ctrl+q")
    assert len(given) == 1


async def test_a_code_for_aws_is_asked_for_by_the_devices_name(stage: Staging) -> None:
    codes: list[str] = []

    async with stage() as on:
        person = on.main._desk.person
        for keys, code in ((("1", "2", "enter"), "12"), (("escape",), "")):
            worker = on.main.run_worker(
                lambda: codes.append(person.give_mfa_code("arn:aws:iam::1:mfa/[/]")), thread=True
            )
            await on.until(lambda: isinstance(on.app.screen, CodeScreen))
            await on.until_shown("MFA device arn:aws:iam::1:mfa/[/]")
            assert "AWS gets it once" in on.shown()
            await on.press(*keys)
            await worker.wait()
            assert codes.pop() == code
