"""`gatelight up`: provision both sides."""

import sys
from pathlib import Path

import click

from services.provisioning.agreement import ReliedOn
from tui.commands.agreeing import Agreement, agrees
from tui.commands.narration import Narrator
from tui.commands.options import json_option, place_options, workbench_at
from tui.commands.output import Output
from tui.commands.shapes import where_document
from tui.commands.turn import in_turn, wait_option


@click.command()
@click.option("--step", metavar="ID", help="Run only this step, whose needs are done.")
@click.option(
    "--adopt",
    metavar="ID",
    multiple=True,
    help="Let this step use what exists and Gatelight did not make; it is never changed or deleted. Repeatable.",
)
@click.option("--change-issuer", is_flag=True, help="Change a tenant's issuer though other applications sign with it.")
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Do what this plan says, or stop: a file that `gatelight plan --out` wrote.",
)
@click.option("--yes", is_flag=True, help="Do not ask before a live profile is changed.")
@wait_option
@place_options
@json_option
def up(
    step: str | None,
    adopt: tuple[str, ...],
    change_issuer: bool,
    plan_file: Path | None,
    yes: bool,
    wait: bool,
    profile_name: str,
    sandbox_name: str,
    as_json: bool,
) -> int:
    """Provision both sides, or go on where an earlier run ended. Running it again changes nothing.

    A live profile is planned first, and you are asked. The run then does what the plan said, or stops.
    """
    output = Output(as_json)
    with workbench_at(profile_name, sandbox_name) as (workbench, cancellation):
        known = [spec.id for spec in workbench.steps]
        for option, named in (("--step", (step,) if step is not None else ()), ("--adopt", adopt)):
            for name in named:
                if name not in known:
                    raise click.BadParameter(f'"{name}" is no step. Steps: {", ".join(known)}.', param_hint=option)
        agreed = (*adopt, "issuer") if change_issuer else adopt
        concerned = tuple(known) if step is None else (step,)
        agreement = Agreement(output, workbench, cancellation, concerned, agreed, yes)
        plan = None
        if plan_file is not None:
            plan = agreement.on_this(workbench.read_plan(plan_file))
        elif workbench.profile.target == "live":
            plan, agreed = agreement.on_a_new_plan()
        narrator = Narrator(output, workbench.steps)
        succeeded = in_turn(
            lambda: workbench.up(narrator, cancellation, only=step, adopt=agreed, plan=plan),
            output,
            cancellation,
            wait=wait,
        )
        relied_on = next((failure for failure in narrator.failures if isinstance(failure, ReliedOn)), None)
        if (
            plan is None
            and relied_on is not None
            and not as_json
            and sys.stdin.isatty()
            and agrees(output, relied_on, workbench.where())
        ):
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
