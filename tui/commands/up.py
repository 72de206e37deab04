"""`gatelight up`: provision both sides."""

import sys

import click

from services.provisioning.agreement import ReliedOn
from tui.commands.narration import Narrator
from tui.commands.options import json_option, place_options, workbench_at
from tui.commands.output import Output
from tui.commands.shapes import where_document
from tui.safe import harmless


@click.command()
@click.option("--step", metavar="ID", help="Run only this step, whose needs are done.")
@click.option(
    "--adopt",
    metavar="ID",
    multiple=True,
    help="Let this step use what exists and Gatelight did not make; it is never changed or deleted. Repeatable.",
)
@click.option("--change-issuer", is_flag=True, help="Change a tenant's issuer though other applications sign with it.")
@place_options
@json_option
def up(
    step: str | None,
    adopt: tuple[str, ...],
    change_issuer: bool,
    profile_name: str,
    sandbox_name: str,
    as_json: bool,
) -> int:
    """Provision both sides, or go on where an earlier run ended. Running it again changes nothing."""
    output = Output(as_json)
    with workbench_at(profile_name, sandbox_name) as (workbench, cancellation):
        known = [spec.id for spec in workbench.steps]
        for option, named in (("--step", (step,) if step is not None else ()), ("--adopt", adopt)):
            for name in named:
                if name not in known:
                    raise click.BadParameter(f'"{name}" is no step. Steps: {", ".join(known)}.', param_hint=option)
        agreed = (*adopt, "issuer") if change_issuer else adopt
        narrator = Narrator(output, workbench.steps)
        succeeded = workbench.up(narrator, cancellation, only=step, adopt=agreed)
        relied_on = next((failure for failure in narrator.failures if isinstance(failure, ReliedOn)), None)
        if relied_on is not None and not as_json and sys.stdin.isatty() and _agrees(output, relied_on):
            narrator = Narrator(output, workbench.steps)
            succeeded = workbench.up(narrator, cancellation, only=step, adopt=(*agreed, relied_on.step_id))
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


def _agrees(output: Output, found: ReliedOn) -> bool:
    """Whether the person at the terminal wants the change in spite of everything said."""
    output.talk(f"\n{harmless(found.reliance.what)}:")
    for name in found.reliance.by:
        output.talk(f"  {harmless(name)}")
    output.talk(harmless(found.reliance.consequence))
    output.talk(harmless(found.reliance.instead))
    return click.confirm("Change it all the same?", err=True)
