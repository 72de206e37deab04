"""The key bar names the keys that work now, and no key works that it should not."""

import threading

import pytest

from services.provisioning.step import Outcome as StepOutcome
from services.provisioning.step import Record
from tests.tui.conftest import Staging
from tests.tui.double import STEPS, Double
from tui.app import GatelightApp
from tui.keymap import ACTIONS, Focus, Situation, works


async def test_before_provisioning_there_is_no_token_call_or_undo(stage: Staging) -> None:
    async with stage() as on:
        assert "Provision" in on.keys
        assert "Next step" in on.keys
        for label in ("Token", "Call", "Undo all", "Cancel"):
            assert label not in on.keys
        await on.press("t", "c", "u")
        assert on.double.asked == []


async def test_after_provisioning_all_of_it_works(stage: Staging) -> None:
    async with stage() as on:
        await on.press("p")
        await on.idle()
        for label in ("Provision", "Token", "Call", "Undo all", "Detail", "Copy command", "Run again"):
            assert label in on.keys
        assert "Next step" not in on.keys


async def test_while_work_is_under_way_only_cancel_starts_anything(stage: Staging) -> None:
    async with stage(Double(hold=threading.Event())) as on:
        await on.press("p")
        await on.until(lambda: "Cancel" in on.keys)
        assert "Provision" not in on.keys
        await on.press("p", "n")
        assert on.double.asked == ["up all"]
        await on.press("escape")
        await on.idle()
        assert "Provision" in on.keys


@pytest.mark.parametrize(
    ("pane", "label"), [("1", "Detail"), ("3", "Inspect"), ("4", "Whole answer"), ("0", "Read again")]
)
async def test_enter_acts_on_what_has_the_focus(stage: Staging, pane: str, label: str) -> None:
    async with stage() as on:
        await on.story()
        await on.press(pane)
        await on.until(lambda: f"⏎ {label}" in on.keys)


async def test_tab_goes_through_all_panes_and_back(stage: Staging) -> None:
    async with stage() as on:
        seen = []
        for _ in range(6):
            seen.append(on.board.focus_kind)
            await on.press("tab")
        assert seen == [Focus.STEPS, Focus.STEPS, Focus.TOKEN, Focus.ANSWER, Focus.ANSWER, Focus.STRIP]
        await on.press("shift+tab")
        await on.until(lambda: on.board.focus_kind is Focus.STRIP)


async def test_what_the_ledger_remembers_counts_as_done(stage: Staging) -> None:
    made = {step.id: Record(step.id, StepOutcome.CREATED) for step in STEPS}
    async with stage(Double(made=made)) as on:
        assert "Token" in on.keys
        assert "Next step" not in on.keys


async def test_the_palette_offers_what_works_now(stage: Staging) -> None:
    async with stage() as on:
        titles = [command.title for command in on.app.get_system_commands(on.app.screen)]
        assert "Provision" in titles
        assert "Token" not in titles
        assert {"Theme", "Quit"} <= set(titles)


def test_every_action_has_a_binding_and_a_method() -> None:
    from tui.screens.main import MainScreen

    for action in ACTIONS:
        owner = MainScreen if action.scope == "screen" else GatelightApp
        assert hasattr(owner, f"action_{action.id.partition('(')[0]}")
    ids = [action.id for action in ACTIONS]
    assert len(ids) == len(set(ids))


def test_no_two_actions_share_a_key_at_the_same_time() -> None:
    situations = [
        Situation(),
        Situation(failed_to_open=True),
        *(
            Situation(
                opened=True,
                steps_left=True,
                fusionauth_ready=True,
                aws_ready=True,
                something_made=True,
                token=True,
                broken=broken,
                focus=focus,
                step_selected=True,
                exchange_selected=True,
                answer_shown=True,
            )
            for focus in Focus
            for broken in (True, False)
        ),
    ]
    for situation in situations:
        keys = [action.key for action in ACTIONS if action.works(situation)]
        assert len(keys) == len(set(keys))


def test_an_action_that_is_not_in_the_table_is_left_alone() -> None:
    assert works("scroll_down", Situation())
