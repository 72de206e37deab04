"""What a person agrees to before a live profile is changed: a plan, in one account, region and tenant."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import click

from services.cancel import Cancellation
from services.errors import ConfigurationError, ExpectationFailed
from services.provisioning.agreement import ReliedOn
from services.provisioning.binding import BoundPlan
from services.provisioning.plan import Action, Place, Plan
from services.workbench import Where, Workbench
from tui.commands.output import Output
from tui.commands.telling_plan import short_plan
from tui.safe import harmless
from tui.view.plan_words import place

_CHANGING = (Action.CREATE, Action.CHANGE)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Comes to a plan for these steps. With `yes` nobody is asked; `adopt` names steps that may use what is not ours.

    Both ways raise click.Abort for a no, and ConfigurationError where nobody is there to ask.
    """

    output: Output
    workbench: Workbench
    cancellation: Cancellation
    steps: tuple[str, ...]
    adopt: tuple[str, ...]
    yes: bool

    def on_a_new_plan(self) -> tuple[BoundPlan, tuple[str, ...]]:
        """Plan, show what would change, and ask; gives also the steps that may do what needs a yes of its own.

        Raises what blocks the plan, and ReliedOn where nobody has agreed to change what others rely on.
        """
        plan = self.workbench.plan(self.cancellation)
        bound = self.workbench.bind(plan)
        self._refuse_strangers(bound)
        for line in short_plan(plan):
            self.output.talk(line)
        return self._asked(bound), (*self.adopt, *self._agreed_to(plan))

    def on_this(self, plan: BoundPlan) -> BoundPlan:
        """See whether everything still is as the plan has it, and ask. Raises PlanBroken where it is not."""
        self._refuse_strangers(plan)
        self.workbench.verify(plan, self.cancellation)
        self.output.talk(f"Everything is as it was when the plan was made, at {harmless(plan.made, 40)}.")
        return self._asked(plan) if self.workbench.profile.target == "live" else plan

    def _refuse_strangers(self, plan: BoundPlan) -> None:
        for step in plan.steps:
            if step.action is Action.ADOPT and step.id in self.steps and step.id not in self.adopt:
                raise ExpectationFailed(
                    f'“{step.title}” exists ("{step.resource_id}"), and Gatelight did not make it.',
                    f"Nothing was changed. To use it as it is, never changed and never deleted: --adopt {step.id}.",
                )

    def _agreed_to(self, plan: Plan) -> Iterator[str]:
        for step in plan.steps:
            if step.relied_on is None or step.spec.id not in self.steps or step.spec.id in self.adopt:
                continue
            if not (sys.stdin.isatty() and agrees(self.output, step.relied_on, self.workbench.where())):
                raise step.relied_on
            yield step.spec.id

    def _asked(self, plan: BoundPlan) -> BoundPlan:
        changing = [step for step in plan.steps if step.id in self.steps and step.action in _CHANGING]
        there = place(plan.where, self.workbench.profile.target)
        if self.yes or not changing:
            self.output.talk(f"In {there}.")
        elif sys.stdin.isatty():
            click.confirm(f"Do this in {there}?", abort=True, err=True)
        else:
            steps = f"{len(changing)} step{'s' if len(changing) > 1 else ''}"
            raise ConfigurationError(
                f"Nobody is there to confirm {steps} in {there}.",
                "Look at gatelight plan, then add --yes if that is meant.",
            )
        return plan


def agrees(output: Output, found: ReliedOn, where: Where) -> bool:
    """Whether the person at the terminal wants the change in spite of everything said."""
    output.talk(f"\n{harmless(found.reliance.what)}:")
    for name in found.reliance.by:
        output.talk(f"  {harmless(name)}")
    output.talk(harmless(f"{found.reliance.consequence} {found.reliance.detail}"))
    output.talk(harmless(found.reliance.instead))
    there = place(Place(where.account, where.region, tenant=where.tenant), where.target)
    return click.confirm(f"Change it all the same, in {there}?", err=True)
