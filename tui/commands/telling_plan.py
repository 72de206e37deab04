"""A plan as lines: the whole of it, and the short form somebody is asked about."""

from services.provisioning.plan import Action, Plan, PlannedStep
from tui.commands.output import Output
from tui.safe import harmless
from tui.view.plan_words import GLYPHS, cost_line, place, resources, summary

_INDENT = " " * 11


def tell_plan(output: Output, plan: Plan, target: str) -> None:
    """Where, every step with the calls it would send and the IAM actions it needs, and what it costs."""
    output.line(f"Plan for {place(plan.where, target)}")
    if plan.where.caller:
        output.line(f"as {harmless(plan.where.caller, 200)}")
    output.line()
    for step in plan.steps:
        output.line(_row(step))
        for line in (*_changes(step), *_warnings(step), *_details(step)):
            output.line(line)
    output.line()
    output.line(summary(plan))
    if plan.cost is None:
        return
    output.line(cost_line(plan.cost, target))
    for cost in plan.cost.lines:
        output.line(f"  {cost.price.what}: {cost.basis}")
    for sentence in plan.cost.free:
        output.line(f"  {sentence}")


def short_plan(plan: Plan) -> list[str]:
    """What would be made or changed, a line each, and what it costs."""
    lines = []
    for step in plan.steps:
        if step.action in (Action.CREATE, Action.CHANGE, Action.ADOPT) or step.warnings:
            lines += [_row(step), *_changes(step), *_warnings(step)]
    lines.append(summary(plan))
    if plan.cost is not None:
        lines.append(cost_line(plan.cost, "live"))
    return lines


def _row(step: PlannedStep) -> str:
    return f"{GLYPHS[step.action]} {step.action.value:8} {step.spec.title:26} {harmless(step.resource_id, 60)}".rstrip()


def _changes(step: PlannedStep) -> list[str]:
    return [f'{_INDENT}{change.name}: "{harmless(change.old)}" → "{harmless(change.new)}"' for change in step.changes]


def _warnings(step: PlannedStep) -> list[str]:
    return [f"{_INDENT}! {harmless(warning)}" for warning in step.warnings]


def _details(step: PlannedStep) -> list[str]:
    lines = []
    if step.error:
        lines.append(harmless(step.error.message))
    elif step.note and step.action in (Action.ADOPT, Action.CREATE):
        lines.append(harmless(step.note))
    lines += [f"send {harmless(request.summary, 2_000)}" for request in step.requests]
    lines += [f"iam  {', '.join(actions)} on {on}" for on, actions in resources(step.needed).items()]
    return [_INDENT + line for line in lines]
