"""A plan's words, the same in the app and at the line."""

from services.aws.cost import Cost
from services.provisioning.foresight import Needed
from services.provisioning.plan import Action, Place, Plan
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
        (plan.count(Action.BLOCKED), "that cannot be done"),
        (plan.count(Action.CHECK, Action.LATER), "that only look"),
    )
    return ", ".join(f"{number} {words}" for number, words in counted if number) + "."


def cost_line(cost: Cost, target: str) -> str:
    """What it costs, in one line."""
    return f"Cost: {'nothing in the sandbox; in AWS ' if target == 'sandbox' else ''}{cost.sentence}."


def resources(needed: tuple[Needed, ...]) -> dict[str, list[str]]:
    """The IAM actions by the resource they are on."""
    grouped: dict[str, list[str]] = {}
    for one in needed:
        grouped.setdefault(one.resource, []).append(one.action)
    return grouped
