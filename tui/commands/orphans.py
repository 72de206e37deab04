"""`gatelight orphans`: anything of Gatelight's, whoever's profile made it."""

import time
from typing import Any

import click

from services.errors import ConfigurationError
from services.orphans import Orphan, Orphanage
from services.workbench import Workbench
from tui.commands.by_tag import found_plan, restore_issuer_option
from tui.commands.confirming import confirm
from tui.commands.narration import Narrator
from tui.commands.options import json_option, place_options, workbench_at
from tui.commands.output import Output, error_document
from tui.commands.shapes import where_document
from tui.commands.telling_teardown import (
    SIDES,
    belonging_document,
    tell_blindness,
    tell_teardown,
    torn_down_document,
)
from tui.safe import harmless
from tui.view.words import distance


@click.command()
@click.option("--delete", "doomed", metavar="PROFILE", help="Delete what is that profile's and no ledger knows.")
@click.option("--yes", is_flag=True, help="With --delete: do not ask.")
@restore_issuer_option
@place_options
@json_option
def orphans(
    doomed: str | None, yes: bool, restore_issuer: str | None, profile_name: str, sandbox_name: str, as_json: bool
) -> int:
    """List everything that bears Gatelight's mark, and the command that removes it. Changes nothing.

    It looks with the profile's credentials: in its FusionAuth, in one AWS account and region. It exits with 1 when
    there is anything, and with 3 when a side could not be read.
    """
    output = Output(as_json)
    with workbench_at(profile_name, sandbox_name) as (workbench, cancellation):
        found = workbench.orphans.find()
        if doomed is None:
            return _tell(output, workbench, found, profile_name)
        if any(orphan.known for orphan in found.of(doomed)):
            raise ConfigurationError(
                f"A ledger on this machine knows what the profile “{doomed}” made here.",
                f"gatelight down --profile {doomed} takes it back, and restores the tenant's issuer too.",
            )
        plan = found_plan(output, workbench.orphans.look_for(doomed), (), restore_issuer)
        if not plan.lines:
            output.talk(f"Nothing here is of the profile “{harmless(doomed, 60)}”.")
        elif not yes:
            confirm(output, workbench.where(), doomed, plan.lines, typed=True)
        narrator = Narrator(output, workbench.steps_with(plan.records))
        ended = workbench.orphans.take_down(doomed, plan.records, narrator, cancellation)
        where = workbench.where()
    output.document(
        {"where": where_document(where), "succeeded": ended.succeeded, "steps": narrator.steps}
        | torn_down_document(ended)
    )
    cancellation.check()
    again = f"gatelight orphans --profile {profile_name} --delete {doomed}"
    tell_teardown(output, ended, resume=again, search=again)
    return ended.exit_code


def _tell(output: Output, workbench: Workbench, found: Orphanage, via: str) -> int:
    unread = any(survey.error for survey in found.surveys)
    code = 3 if unread else 1 if found.orphans else 0
    output.document(
        {
            "where": where_document(workbench.where()),
            "looked_at": [
                {
                    "side": survey.side.value,
                    "place": survey.place or None,
                    "blind": [error_document(error) for error in survey.blind],
                    "error": error_document(survey.error) if survey.error else None,
                }
                for survey in found.surveys
            ],
            "orphans": [_document(orphan, found, via) for orphan in found.orphans],
        }
    )
    now = time.time()
    for profile in found.profiles:
        mine = found.of(profile)
        known = sum(orphan.known for orphan in mine)
        says = "in a ledger" if known == len(mine) else "in no ledger" if not known else f"{known} in a ledger"
        output.line(f"profile {harmless(profile, 60)}: {len(mine)} things, {says}")
        for orphan in mine:
            each = orphan.belonging
            age = f"  {distance(each.made - now)}" if each.made is not None else ""
            output.line(f"  {SIDES[each.side.value]:10} {each.kind:16} {harmless(each.resource_id, 80)}{age}")
        output.line(f"  → {_removal(profile, found, via)}")
    for survey in found.surveys:
        if survey.error is None:
            output.line(f"Looked at {SIDES[survey.side.value]}: {harmless(survey.place, 200)}.")
        tell_blindness(output, survey)
    if code == 0:
        output.line("Nothing of Gatelight's is there.")
    return code


def _removal(profile: str, found: Orphanage, via: str) -> str:
    """The command that removes what is a profile's."""
    name = harmless(profile, 60)
    if all(orphan.known for orphan in found.of(profile)):
        return f"gatelight down --profile {name}"
    if profile == via or any(orphan.known for orphan in found.of(profile)):
        return f"gatelight down --by-tag --profile {name}"
    return f"gatelight orphans --profile {via} --delete {name}"


def _document(orphan: Orphan, found: Orphanage, via: str) -> dict[str, Any]:
    removal = _removal(orphan.belonging.profile, found, via)
    return belonging_document(orphan.belonging) | {"in_ledger": orphan.known, "remove": removal}
