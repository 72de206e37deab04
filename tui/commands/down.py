"""`gatelight down`: take back what was made."""

import sys

import click

from services.errors import ConfigurationError, Interrupted
from services.lost_ledger import LostAndFound
from services.provisioning.step import Record
from services.provisioning.teardown import found_lines
from services.workbench import Where, Workbench
from tui.commands.narration import Narrator
from tui.commands.options import json_option, place_options, workbench_at
from tui.commands.output import Output
from tui.commands.shapes import where_document
from tui.commands.telling_teardown import tell_blindness, tell_teardown, torn_down_document
from tui.safe import harmless


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--by-tag", is_flag=True, help="Find what is ours by tags and ids too, when the ledger is lost.")
@click.option(
    "--restore-issuer",
    metavar="VALUE",
    help="With --by-tag: what the tenant's issuer was before, if it still is the one that Gatelight set.",
)
@place_options
@json_option
def down(
    yes: bool, by_tag: bool, restore_issuer: str | None, profile_name: str, sandbox_name: str, as_json: bool
) -> int:
    """Delete what was created, restore what was changed, leave what was adopted; then read both sides again.

    It exits with 1 when something is left, and with 3 when a side could not be reached: the other side is taken back
    all the same, and the same command resumes.
    """
    if restore_issuer is not None and not (by_tag and restore_issuer.strip()):
        raise click.BadParameter("It takes a value, together with --by-tag.", param_hint="--restore-issuer")
    output = Output(as_json)
    with workbench_at(profile_name, sandbox_name) as (workbench, cancellation):
        more, found = _by_tag(output, workbench, restore_issuer) if by_tag else ((), ())
        going = workbench.undo_plan() + more
        if not going:
            output.talk("There is nothing to take back.")
        elif not yes:
            confirm(output, workbench, going)
        narrator = Narrator(output, workbench.steps)
        ended = workbench.take_down(narrator, cancellation, found)
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
    tell_teardown(output, ended, profile_name)
    return ended.exit_code


def _by_tag(
    output: Output, workbench: Workbench, restore_issuer: str | None
) -> tuple[tuple[str, ...], tuple[Record, ...]]:
    """What was found beyond the ledger: as lines of the plan, and as the records that a teardown needs."""
    lost = workbench.look_without_ledger()
    for survey in lost.surveys:
        tell_blindness(output, survey)
    known = {(record.step_id, record.resource_id) for record in workbench.done().values()}
    found = [each for each in lost.found if (each.step_id, each.resource_id) not in known]
    lines, records = list(found_lines(found)), [each.record for each in found]
    if "issuer" not in workbench.done():
        if lost.issuer is None:
            if restore_issuer is not None:
                raise ConfigurationError("Which tenant's issuer is meant cannot be told.", "Set fusionauth.tenant_id.")
        elif restore_issuer is not None:
            records.append(lost.issuer.restored_to(restore_issuer))
            lines.append(f'restore tenant issuer to "{restore_issuer}"')
        else:
            _tell_issuer(output, lost)
    return tuple(lines), tuple(records)


def _tell_issuer(output: Output, lost: LostAndFound) -> None:
    issuer = lost.issuer
    if issuer is not None and issuer.ours:
        tenant, now = harmless(issuer.tenant, 80), harmless(issuer.now, 200)
        output.talk(f"! The issuer of tenant “{tenant}” is “{now}”, as Gatelight sets it.")
        output.talk("  What it was before stood in the ledger and is lost: --restore-issuer VALUE gives it back.")


def confirm(output: Output, workbench: Workbench, going: tuple[str, ...]) -> None:
    """Name what goes, what stays and where, and have it confirmed: on a live profile by typing the profile's name.

    Raises ConfigurationError where nobody is there to ask, Interrupted for a no.
    """
    where = workbench.where()
    if not sys.stdin.isatty():
        raise ConfigurationError("Nobody is there to confirm the teardown.", "Add --yes if it is meant.")
    output.talk(f"This takes back what the profile “{where.profile}” made:")
    for line in going:
        output.talk(f"  {harmless(line)}")
    for line in workbench.staying():
        output.talk(f"  stays: {harmless(line)}")
    if where.target == "live":
        type_name(output, where, where.profile)
    else:
        click.confirm("Go on?", abort=True, err=True)


def type_name(output: Output, where: Where, name: str) -> None:
    """Have a profile's name typed, below where it is about. Raises Interrupted for anything else."""
    account = f"account {where.account or 'unknown'}, region {where.region or 'unknown'}"
    output.talk(f"  AWS: {harmless(account, 100)}")
    tenant = f", tenant “{where.tenant}”" if where.tenant else ""
    output.talk(f"  FusionAuth: {harmless(where.fusionauth + tenant, 200)}")
    typed: str = click.prompt("Type the profile's name to go on", err=True, default="", show_default=False)
    if typed.strip() != name:
        raise Interrupted(f"That is not “{name}”: nothing was changed.")
