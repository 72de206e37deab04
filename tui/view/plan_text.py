"""A plan as text on the screen: where, each step with what it would do, and on request every call and IAM action."""

from textual.content import Content

from services.diagnosis.difference import Span, differing_spans
from services.provisioning.plan import Action, Plan, PlannedStep
from services.provisioning.step import Change, Side
from tui.safe import harmless
from tui.view import wire
from tui.view.marked import marked
from tui.view.plan_words import GLYPHS, cost_line, place, resources, summary
from tui.view.words import ACCENT, BAD, GOOD, GREY, shortened

_STYLES = {
    Action.CREATE: GOOD,
    Action.CHANGE: ACCENT,
    Action.ADOPT: ACCENT,
    Action.NOTHING: GREY,
    Action.CHECK: GREY,
    Action.LATER: GREY,
    Action.BLOCKED: BAD,
}
_STILL = (Action.NOTHING, Action.CHECK, Action.LATER)
_NAMES = {Side.FUSIONAUTH: "FusionAuth", Side.AWS: "AWS"}
_INDENT = " " * 11
_CALL = 2_000  # characters of a call that are shown


def plan_text(plan: Plan, target: str, width: int, *, with_calls: bool) -> Content:
    """The whole plan for `width` cells."""
    parts = [Content.styled(_sentence(place(plan.where, target)), "bold")]
    if plan.where.caller:
        parts.append(Content.styled(f"as {harmless(plan.where.caller, 200)}", GREY))
    parts.append(Content(summary(plan)))
    if plan.cost is not None:
        parts.append(Content(cost_line(plan.cost, target)))
    moving = [step for step in plan.steps if step.action not in _STILL or step.warnings]
    still = [step for step in plan.steps if step not in moving]
    groups = [(_NAMES[side], [step for step in moving if step.side is side]) for side in Side]
    for name, steps in (*groups, ("Left as it is, or only looked at", still)):
        if steps:
            parts += [Content(""), wire.heading(name)]
            for step in steps:
                parts += _step(step, width, with_calls=with_calls)
    if plan.cost is not None:
        parts += [Content(""), wire.heading("What it costs")]
        parts += [Content(f"{line.price.what}: {line.basis}") for line in plan.cost.lines]
        parts += [Content(sentence) for sentence in plan.cost.free]
        parts.append(Content.styled(f"{plan.cost.prices[:1].upper()}{plan.cost.prices[1:]}.", GREY))
    return Content("\n").join(parts)


def _step(step: PlannedStep, width: int, *, with_calls: bool) -> list[Content]:
    style, room = _STYLES[step.action], max(20, width - len(_INDENT))
    identity = shortened(harmless(step.resource_id, 100), max(0, width - 40))
    rows = [
        Content.assemble(
            (f"{GLYPHS[step.action]} {step.action.value:8} ", style),
            step.spec.title.ljust(27),
            (identity, GREY),
        )
    ]
    for change in step.changes:
        rows += _change(change, room)
    rows += [_indented(Content.styled(f"! {harmless(warning, 600)}", ACCENT), room) for warning in step.warnings]
    if step.error is not None:
        rows.append(_indented(Content.styled(harmless(step.error.message, 600), BAD), room))
        rows.append(_indented(Content(harmless(step.error.fix, 600)), room))
    elif step.note and step.action in (Action.CREATE, Action.ADOPT):
        rows.append(_indented(Content.styled(harmless(step.note, 600), GREY), room))
    if with_calls:
        rows += [
            _indented(Content.assemble(("> ", ACCENT), harmless(one.summary, _CALL)), room) for one in step.requests
        ]
        rows += [
            _indented(Content.styled(f"{', '.join(actions)} on {on}", GREY), room)
            for on, actions in resources(step.needed).items()
        ]
    return rows


def _change(change: Change, room: int) -> list[Content]:
    old, new = change.old, change.new
    return [
        _indented(Content.styled(harmless(change.name, 80), "bold"), room),
        _indented(Content.assemble(("- ", BAD)) + marked(old, _telling(new, old), room - 2), room),
        _indented(Content.assemble(("+ ", GOOD)) + marked(new, _telling(old, new), room - 2), room),
    ]


def _telling(expected: str, actual: str) -> tuple[Span, ...]:
    """Where a value differs from the other one, as long as most of it is the same: else the marks tell nothing."""
    spans = differing_spans(expected, actual)
    return spans if 2 * sum(span.end - span.start for span in spans) < len(actual) else ()


def _indented(text: Content, room: int) -> Content:
    """The text in a column of its own."""
    return Content("\n").join(Content(_INDENT) + line for line in text.wrap(room))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
