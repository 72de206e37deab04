"""`gatelight up`: provision both sides."""

import click

from tui.commands.narration import Narrator
from tui.commands.options import json_option, place_options, workbench_at
from tui.commands.output import Output
from tui.commands.shapes import where_document


@click.command()
@click.option("--step", metavar="ID", help="Run only this step, whose needs are done.")
@click.option(
    "--adopt",
    metavar="ID",
    multiple=True,
    help="Let this step use what exists and Gatelight did not make; it is never changed or deleted. Repeatable.",
)
@place_options
@json_option
def up(step: str | None, adopt: tuple[str, ...], profile_name: str, sandbox_name: str, as_json: bool) -> int:
    """Provision both sides, or go on where an earlier run ended. Running it again changes nothing."""
    output = Output(as_json)
    with workbench_at(profile_name, sandbox_name) as (workbench, cancellation):
        known = [spec.id for spec in workbench.steps]
        for option, named in (("--step", (step,) if step is not None else ()), ("--adopt", adopt)):
            for name in named:
                if name not in known:
                    raise click.BadParameter(f'"{name}" is no step. Steps: {", ".join(known)}.', param_hint=option)
        narrator = Narrator(output, workbench.steps)
        succeeded = workbench.up(narrator, cancellation, only=step, adopt=adopt)
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
