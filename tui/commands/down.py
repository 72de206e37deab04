"""`gatelight down`: take back what was made."""

from functools import partial

import click

from tui.commands.by_tag import FoundPlan, found_plan, restore_issuer_option
from tui.commands.confirming import confirm
from tui.commands.narration import Narrator
from tui.commands.options import json_option, place_options, workbench_at
from tui.commands.output import Output
from tui.commands.shapes import where_document
from tui.commands.telling_teardown import tell_teardown, torn_down_document
from tui.commands.turn import in_turn, wait_option


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--by-tag", is_flag=True, help="Find what is ours by tags and ids too: for when the ledger is lost.")
@restore_issuer_option
@wait_option
@place_options
@json_option
def down(
    yes: bool, by_tag: bool, restore_issuer: str | None, wait: bool, profile_name: str, sandbox_name: str, as_json: bool
) -> int:
    """Delete what was created, restore what was changed, leave what was adopted; then read both sides again.

    It exits with 1 when something is left, and with 3 when a side could not be reached: the other side is taken back
    all the same, and the same command resumes.
    """
    if restore_issuer is not None and not (by_tag and restore_issuer.strip()):
        raise click.BadParameter("It takes a value, together with --by-tag.", param_hint="--restore-issuer")
    output = Output(as_json)
    with workbench_at(profile_name, sandbox_name, remind=False) as (workbench, cancellation):
        found = FoundPlan()
        if by_tag:
            lost = workbench.look_without_ledger()
            found = found_plan(output, lost, workbench.done().values(), restore_issuer)
        going = workbench.undo_plan() + found.lines
        if not going:
            output.talk("There is nothing to take back.")
        elif not yes:
            where = workbench.where()
            confirm(output, where, where.profile, going, workbench.staying(), typed=where.target == "live")
        narrator = Narrator(output, workbench.steps_with(found.records))
        take_down = partial(workbench.take_down, narrator, cancellation, found.records)
        ended = in_turn(take_down, output, cancellation, wait=wait)
        where = workbench.where()
    output.document(
        {
            "where": where_document(where),
            "succeeded": ended.succeeded,
            "seconds": round(narrator.seconds, 3),
            "steps": narrator.steps,
            **torn_down_document(ended),
        }
    )
    cancellation.check()
    resume = f"gatelight down --profile {profile_name}"
    tell_teardown(output, ended, resume=resume, search=f"gatelight down --by-tag --profile {profile_name}")
    return ended.exit_code
