"""`gatelight plan`: what `up` would do now."""

from pathlib import Path

import click

from services.errors import ExpectationFailed
from tui.commands.options import json_option, place_options, workbench_at
from tui.commands.output import Output
from tui.commands.shapes import plan_document, where_document
from tui.commands.telling_plan import tell_plan
from tui.safe import harmless


@click.command()
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also write the plan to a file, for `gatelight up --plan FILE`. It holds no secrets.",
)
@place_options
@json_option
def plan(out: Path | None, profile_name: str, sandbox_name: str, as_json: bool) -> int:
    """Show what `up` would create, change or leave, call by call, and what it costs. Nothing is changed.

    It exits with 1 when a step cannot be read, or would fail.
    """
    output = Output(as_json)
    with workbench_at(profile_name, sandbox_name) as (workbench, cancellation):
        planned = workbench.plan(cancellation)
        where = workbench.where()
        output.document({"where": where_document(where, planned.where), **plan_document(planned)})
        tell_plan(output, planned, where.target)
        if planned.blocked:
            output.talk(f"✘ The plan cannot be carried out. {harmless(planned.blocked.message)}")
            output.talk(f"  {harmless(planned.blocked.fix)}")
            return ExpectationFailed.exit_code
        if out is not None:
            workbench.write_plan(planned, out)
            output.talk(f"The plan is in {out}. To run it: gatelight up --plan {out}")
    return 0
