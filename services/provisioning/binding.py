"""Holding a run to the plan it was agreed to on: a step that finds something else stops before it changes anything."""

import re
from typing import Any

import msgspec

from services.errors import ExpectationFailed
from services.provisioning.plan import Action, Place, Plan
from services.provisioning.step import Change, Finding, State, Step

VERSION = 1

_PLACES = {
    "identity": ("account", "region", "partition"),
    "reach": ("tenant_id",),
    "tenant": ("tenant_id",),
}
_WORDS = {"account": "account", "region": "region", "partition": "partition", "tenant_id": "tenant"}
_OPEN = re.compile(r"\\\{[a-z_]+\\\}")


class PlanBroken(ExpectationFailed):
    """Something is not as it was when the plan was made."""

    def __init__(self, what: str, planned: str, found: str) -> None:
        super().__init__(
            f"{what} is not as planned. The plan says: {planned}. Found: {found}.",
            "Nothing of it was changed. Make a new plan, look at it, and run that: gatelight plan.",
        )


class BoundStep(msgspec.Struct, frozen=True):
    """What was planned for a step. `calls` are for people to read: a run does not compare them."""

    id: str
    title: str
    action: Action
    was_read: bool = True
    resource_id: str = ""
    changes: tuple[Change, ...] = ()
    calls: tuple[str, ...] = ()


class BoundPlan(msgspec.Struct, frozen=True):
    """A plan that a run can be held to, here or in a file."""

    profile: str
    fusionauth: str  # its URL
    made: str  # when, in UTC as ISO 8601
    where: Place
    steps: tuple[BoundStep, ...]
    version: int = VERSION

    def check(self, step: Step, finding: Finding) -> None:
        """Raise PlanBroken when a step found something else than the plan says, or is somewhere else."""
        spec = step.spec
        planned = next((one for one in self.steps if one.id == spec.id), None)
        if planned is None:
            raise PlanBroken(f"“{spec.title}”", "no such step", "the profile has it now")
        for name in _PLACES.get(spec.id, ()):
            there, here = getattr(self.where, name), finding.facts.get(name)
            if here is not None and there != here:
                raise PlanBroken(f"The {_WORDS[name]}", self._place(name), f'"{here}"')
        said = _differs(planned, finding)
        if said:
            raise PlanBroken(f"“{spec.title}”", said, _found(finding))

    def _place(self, name: str) -> str:
        named = f' ("{self.where.tenant}")' if name == "tenant_id" and self.where.tenant else ""
        return f'"{getattr(self.where, name)}"{named}'


def bound(plan: Plan, *, profile: str, fusionauth: str, made: str) -> BoundPlan:
    """The part of a plan that binds a run. Raises what blocks the plan: it cannot be carried out."""
    if plan.blocked:
        raise plan.blocked
    steps = tuple(
        BoundStep(
            step.spec.id,
            step.spec.title,
            step.action,
            step.was_read,
            step.resource_id,
            step.changes,
            tuple(request.summary for request in step.requests),
        )
        for step in plan.steps
    )
    return BoundPlan(profile, fusionauth, made, plan.where, steps)


def _differs(planned: BoundStep, finding: Finding) -> str:
    """What the plan says, where the finding is another one; empty where it is the same."""
    action, state = planned.action, finding.state
    thing = f' "{planned.resource_id}"' if planned.resource_id else ""
    if action in (Action.NOTHING, Action.ADOPT):
        same = state is State.RIGHT and finding.resource_id == planned.resource_id
        return "" if same else f"{'adopt' if action is Action.ADOPT else 'leave'}{thing or ' what is there'} as it is"
    if action is Action.CREATE:
        made_meanwhile = not planned.was_read and state is State.RIGHT and finding.foreign is None
        return "" if state is State.ABSENT or made_meanwhile else "create it"
    if action is Action.CHANGE and not planned.was_read:
        return "" if state is not State.ABSENT and finding.foreign is None else "change it"
    if action is Action.CHANGE:
        same = state is State.DIFFERS and finding.resource_id == planned.resource_id
        same = same and len(finding.changes) == len(planned.changes)
        same = same and all(_agrees(*pair) for pair in zip(planned.changes, finding.changes, strict=True))
        return "" if same else f"change{thing} {_told(planned.changes)}"
    return ""  # a step that only looks says itself what does not hold


def _agrees(planned: Change, found: Change) -> bool:
    wanted = _OPEN.sub(".+", re.escape(planned.new))
    return (planned.name, planned.old) == (found.name, found.old) and re.fullmatch(wanted, found.new, re.S) is not None


def _found(finding: Finding) -> str:
    thing = f'"{finding.resource_id}"' if finding.resource_id else "it"
    if finding.state is State.ABSENT:
        return "there is none"
    if finding.foreign is not None:
        return f"{thing} exists, and Gatelight did not make it"
    if finding.state is State.RIGHT:
        return f"{thing} is there, as it should be"
    return f"{thing} is there with {_told(finding.changes)}"


def _told(changes: tuple[Change, ...]) -> str:
    return ", ".join(f'{change.name}: "{change.old}" → "{change.new}"' for change in changes)


def decode_plan(content: bytes) -> BoundPlan:
    """A bound plan out of its JSON. Raises msgspec.DecodeError or ValueError when it is none, or of another version."""
    version: Any = msgspec.json.decode(content, type=dict[str, msgspec.Raw]).get("version", b"0")
    if bytes(version) != str(VERSION).encode():
        raise ValueError(f"it has version {bytes(version).decode()[:20]}, and this Gatelight knows {VERSION}")
    return msgspec.json.decode(content, type=BoundPlan)
