"""A plan as lines: the whole of it, and the short form somebody is asked about."""

from services.aws.cost import Cost
from services.provisioning.foresight import Needed
from services.provisioning.plan import Action, Place, Plan, PlannedStep
from tui.commands.output import Output
from tui.safe import harmless

GLYPHS = {
    Action.CREATE: "+",
    Action.CHANGE: "~",
    Action.ADOPT: "!",
    Action.NOTHING: "=",
    Action.CHECK: "=",
    Action.LATER: "?",
    Action.BLOCKED: "✘",
}
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


def cost_line(cost: Cost, target: str) -> str:
    """What it costs, in one line."""
    return (
        f"Cost: nothing in the sandbox; in AWS {cost.sentence}." if target == "sandbox" else f"Cost: {cost.sentence}."
    )


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


def place(where: Place, target: str) -> str:
    """Account, region and tenant, as every confirmation names them."""
    account = f"AWS account {where.account}" if where.account else "an AWS account that cannot be asked"
    region = f", region {where.region}" if where.region else ""
    tenant = f'tenant "{where.tenant}"' if where.tenant else "a tenant that cannot be read"
    return harmless(f"{account}{region} and {tenant}{' of the sandbox' if target == 'sandbox' else ''}", 300)


def summary(plan: Plan) -> str:
    """How many steps would do what."""
    counted = (
        (plan.count(Action.CREATE), "to create"),
        (plan.count(Action.CHANGE), "to change"),
        (plan.count(Action.ADOPT), "to adopt only if you say so"),
        (plan.count(Action.NOTHING), "left as they are"),
        (plan.count(Action.BLOCKED), "that cannot be read"),
        (plan.count(Action.CHECK, Action.LATER), "that only look"),
    )
    return ", ".join(f"{number} {words}" for number, words in counted if number) + "."


def resources(needed: tuple[Needed, ...]) -> dict[str, list[str]]:
    """The IAM actions by the resource they are on."""
    grouped: dict[str, list[str]] = {}
    for one in needed:
        grouped.setdefault(one.resource, []).append(one.action)
    return grouped


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
