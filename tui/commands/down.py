"""`gatelight down`: take back what was made."""

import sys

import click

from services.errors import ConfigurationError
from tui.commands.narration import Narrator
from tui.commands.options import json_option, place_options, workbench_at
from tui.commands.output import Output
from tui.commands.shapes import where_document
from tui.safe import harmless


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@place_options
@json_option
def down(yes: bool, profile_name: str, sandbox_name: str, as_json: bool) -> int:
    """Delete what was created, restore what was changed, leave what was found."""
    output = Output(as_json)
    with workbench_at(profile_name, sandbox_name) as (workbench, cancellation):
        going = workbench.undo_plan()
        if not going:
            output.talk("There is nothing to take back.")
        elif not yes:
            _confirm(output, going, profile_name)
        narrator = Narrator(output, workbench.steps)
        succeeded = workbench.down(narrator, cancellation)
        where = workbench.where()
    output.document(
        {
            "where": where_document(where),
            "succeeded": succeeded,
            "seconds": round(narrator.seconds, 3),
            "steps": narrator.steps,
        }
    )
    if not succeeded:
        cancellation.check()
    return narrator.exit_code


def _confirm(output: Output, going: tuple[str, ...], profile_name: str) -> None:
    if not sys.stdin.isatty():
        raise ConfigurationError("Nobody is there to confirm the teardown.", "Add --yes if it is meant.")
    output.talk(f"This takes back what the profile “{profile_name}” made:")
    for line in going:
        output.talk(f"  {harmless(line)}")
    click.confirm("Go on?", abort=True, err=True)
