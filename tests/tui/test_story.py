"""The whole story in the app: provision, 401, token, 200, undo."""

from services.diagnosis.agreement import Agreement
from services.provisioning.adoption import NotOurs
from services.provisioning.age import Overdue
from services.provisioning.agreement import ReliedOn
from services.provisioning.belongings import Belonging
from services.provisioning.step import Foreign, Reliance, Side
from tests.tui.conftest import Staging
from tests.tui.double import ISSUER, ISSUER_FAILS, NOW, REFUSED, Double, agrees, verdict
from tui.messages import Answered, RunNews, TokenArrived
from tui.view.steps import Phase


async def test_the_screen_stands_before_the_workbench_is_open(stage: Staging) -> None:
    async with stage(opened=False) as on:
        assert "Do they agree?" in on.shown()
        await on.until_shown("discovery contract")


async def test_provisioning_ticks_every_step_of_both_sides(stage: Staging) -> None:
    async with stage() as on:
        await on.press("p")
        await on.idle()
        assert all(row.phase is Phase.DONE for row in on.board.rows)
        news = {id(message) for message in on.messages if isinstance(message, RunNews)}
        assert len(news) == 2 + 2 * len(on.board.rows)
        assert "10 of 10" in on.shown()
        assert "changed" in on.shown()


async def test_next_step_runs_one_step_and_selects_it(stage: Staging) -> None:
    async with stage() as on:
        await on.press("n")
        await on.idle()
        await on.press("n")
        await on.idle()
        assert [asked for asked in on.double.asked if asked.startswith("up")] == ["up reach", "up tunnel"]
        assert [row.spec.id for row in on.board.rows if row.done] == ["reach", "tunnel"]
        assert on.board.selected_step is not None
        assert on.board.selected_step.spec.id == "tunnel"


async def test_token_and_call_show_401_and_200_side_by_side(stage: Staging) -> None:
    async with stage() as on:
        await on.story()
        kinds = [type(message) for message in on.messages]
        assert kinds.index(TokenArrived) < kinds.index(Answered)
        shown = on.shown()
        assert "GET /privateFunction · without a token · 401 Unauthorized" in shown
        assert "GET /privateFunction · with the token · 200 OK" in shown
        assert "12 ms · refused by the gateway, the function never ran" in shown
        assert "16 ms · answered by the function · as predicted" in shown
        assert '{"message": "Unauthorized"}' in shown


async def test_the_strip_is_read_again_after_each_change(stage: Staging) -> None:
    async with stage() as on:
        await on.story()
        await on.until(lambda: on.double.asked.count("agreement") == 3)
        assert on.board.strip.state.agreement == agrees()


async def test_undo_names_what_goes_and_waits_for_a_yes(stage: Staging) -> None:
    async with stage() as on:
        await on.story()
        await on.press("u")
        await on.until_shown("delete HTTP API gatelight (a1b2c3)")
        await on.press("enter", "escape")
        assert "down" not in on.double.asked
        await on.press("u")
        await on.until_shown("restore tenant issuer")
        await on.press("y")
        await on.until(lambda: "down" in on.double.asked)
        await on.idle()
        assert all(row.phase is Phase.UNDONE for row in on.board.rows)
        assert on.board.token.state.inspection is None
        assert on.board.with_token.state is not None
        assert on.board.with_token.state.answer is None


async def test_on_a_live_profile_its_name_is_typed_before_anything_goes(stage: Staging) -> None:
    async with stage(Double(target="live")) as on:
        await on.story()
        await on.press("u")
        await on.until_shown("Type the profile's name")
        assert "000000000000 · us-east-1" in on.shown()
        assert "stays: user (f1e2): adopted" in on.shown()
        await on.press("y", "enter", *"sandbo", "enter")
        assert "down" not in on.double.asked
        await on.press("escape", "u")
        await on.until_shown("Type the profile's name")
        await on.press(*"sandbox", "enter")
        await on.until(lambda: "down" in on.double.asked)
        await on.until_shown("Read again: nothing is left")  # a toast, over two lines


async def test_what_has_stood_for_too_long_is_reminded_of_at_the_opening(stage: Staging) -> None:
    async with stage(Double(old=Overdue(NOW - 3 * 86_400, "8h"))) as on:
        await on.until_shown("3 days ago")
        assert "gatelight down" in on.shown()


async def test_what_is_left_after_a_teardown_is_shown(stage: Staging) -> None:
    twin = Belonging("sandbox", "api", Side.AWS, "HTTP API", "a1[b]2")
    async with stage(Double(left={Side.AWS: (twin,)})) as on:
        await on.story()
        await on.press("u")
        await on.until_shown("delete HTTP API")
        await on.press("y")
        await on.until_shown("Not everything is gone")
        assert "✔ FusionAuth: nothing is left" in on.shown()
        assert "HTTP API a1[b]2" in on.shown()


async def test_what_is_not_ours_is_adopted_after_a_yes_that_names_it_and_where_it_is(stage: Staging) -> None:
    error = NotOurs("reach", Foreign('The user "dev@[red]x"', 'in the tenant "Default"', "fusionauth.user_email"))
    async with stage(Double(fails={"reach": error})) as on:
        await on.press("n")
        await on.until_shown("r adopt it")
        assert "`gatelight up --adopt reach`" in on.shown().replace("\n", " ")
        await on.press("r")
        await on.until_shown("Adopt it?")
        assert 'The user "dev@[red]x" exists already' in on.shown()
        assert "000000000000 · us-east-1" in on.shown()
        await on.press("escape")
        assert on.double.asked[-1] == "up reach"
        await on.press("r", "y")
        await on.until(lambda: "up reach adopting reach" in on.double.asked)
        await on.idle()
        assert [row.spec.id for row in on.board.rows if row.done] == ["reach"]


async def test_what_others_rely_on_is_changed_after_a_yes_that_names_them(stage: Staging) -> None:
    named = ('"Shop [red]"', '"Portal"')
    reliance = Reliance("Others rely on the issuer", named, "Their tokens.", "Detail.", "Else.", "up")
    async with stage(Double(fails={"reach": ReliedOn("reach", reliance)})) as on:
        await on.press("n")
        await on.until_shown("r change it")
        await on.press("r")
        await on.until_shown("Others rely on it")
        assert all(each in on.shown() for each in (*named, "Their tokens. Detail.", "Else."))
        await on.press("enter", "escape")
        assert on.double.asked[-1] == "up reach"
        await on.press("r", "y")
        await on.until(lambda: "up reach adopting reach" in on.double.asked)
        await on.idle()


async def test_a_mismatch_is_marked_and_enter_on_it_asks_the_doctor(stage: Staging) -> None:
    held: Agreement = agrees(authorizer=ISSUER + "/")
    double = Double(held=held, inspected=verdict(ISSUER_FAILS), with_token=REFUSED)
    async with stage(double) as on:
        await on.story()
        shown = on.shown()
        assert "authorizer ✘" in shown
        assert "one character too many: a trailing slash" in shown
        assert f'The authorizer expects "{ISSUER}/"' in shown
        assert "will refuse: 401, issuer does not match" in shown
        assert on.board.strip.has_class("-broken")
        await on.press("0", "enter")
        await on.until(lambda: "examine with token" in on.double.asked)


async def test_a_wrong_prediction_is_said_aloud(stage: Staging) -> None:
    async with stage(Double(as_predicted=False)) as on:
        await on.story()
        assert "NOT as predicted" in on.shown()
