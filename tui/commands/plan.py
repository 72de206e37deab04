"""`gatelight plan`: what `up` would do now."""

import click

from services.errors import ExpectationFailed
from services.provisioning.plan import Action, PlannedStep
from tui.commands.options import json_option, place_options, workbench_at
from tui.commands.output import Output
from tui.commands.shapes import planned_document, where_document
from tui.safe import harmless

_GLYPHS = {
    Action.CREATE: "+",
    Action.CHANGE: "~",
    Action.ADOPT: "!",
    Action.NOTHING: "=",
    Action.CHECK: "=",
    Action.LATER: "?",
    Action.BLOCKED: "✘",
}


@click.command()
@place_options
@json_option
def plan(profile_name: str, sandbox_name: str, as_json: bool) -> int:
    """Show what `up` would create, change or leave. Nothing is changed."""
    output = Output(as_json)
    with workbench_at(profile_name, sandbox_name) as (workbench, cancellation):
        planned = workbench.plan(cancellation)
        output.document(
            {"where": where_document(workbench.where()), "steps": [planned_document(step) for step in planned]}
        )
    for step in planned:
        tell_planned(output, step)
    blocked = next((step.error for step in planned if step.error), None)
    if blocked:
        raise ExpectationFailed("The plan cannot be made: a step cannot be read.", blocked.fix)
    return 0


def tell_planned(output: Output, step: PlannedStep) -> None:
    """One row of the plan, with old and new values."""
    identity = harmless(step.resource_id, 60)
    output.line(f"{_GLYPHS[step.action]} {step.action.value:8} {step.spec.title:26} {identity}".rstrip())
    for change in step.changes:
        output.line(f'           {change.name}: "{harmless(change.old)}" → "{harmless(change.new)}"')
    if step.error:
        output.line(f"           {harmless(step.error.message)}")
    elif step.action is Action.ADOPT:
        output.line(f"           {harmless(step.note)}")
