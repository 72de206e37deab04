"""What a teardown left, as lines and as data."""

from typing import Any

from services.provisioning.belongings import Belonging, Survey
from services.provisioning.teardown import SideLeft, TornDown
from tui.commands.output import Output, error_document
from tui.safe import harmless

SIDES = {"fusionauth": "FusionAuth", "aws": "AWS"}


def torn_down_document(ended: TornDown) -> dict[str, Any]:
    """What reading both sides again showed; `nothing_left` is null for a side that was not read."""
    return {"exit_code": ended.exit_code, "read_again": [_side_document(side) for side in ended.sides]}


def _side_document(side: SideLeft) -> dict[str, Any]:
    return {
        "side": side.side.value,
        "place": side.survey.place or None,
        "nothing_left": side.nothing_left,
        "left": [belonging_document(belonging) for belonging in side.left],
        "remaining": list(side.remaining),
        "blind": [error_document(error) for error in side.survey.blind],
        "error": error_document(side.survey.error) if side.survey.error else None,
    }


def belonging_document(belonging: Belonging) -> dict[str, Any]:
    """One thing of ours; `made` is in seconds since 1970, or null."""
    return {
        "profile": belonging.profile,
        "side": belonging.side.value,
        "step": belonging.step_id,
        "kind": belonging.kind,
        "resource_id": belonging.resource_id,
        "made": belonging.made,
    }


def tell_blindness(output: Output, survey: Survey) -> None:
    """What could not be looked at, and why."""
    for error in (*survey.blind, *((survey.error,) if survey.error else ())):
        output.talk(f"! {SIDES[survey.side.value]} was not read wholly: {harmless(error.message, 400)}")
        if error.fix:
            output.talk(f"  {harmless(error.fix, 400)}")


def tell_teardown(output: Output, ended: TornDown, *, resume: str, search: str) -> None:
    """A line for each side, and what is left below it; then, if it is not over, the command that goes on.

    `resume` is the one for what was not undone, `search` the one for what is left though everything was.
    """
    if ended.sides:
        output.line("Both sides read again:")
    for side in ended.sides:
        glyph, says = _verdict(side)
        place = f"  {harmless(side.survey.place, 200)}" if side.survey.place else ""
        output.line(f"{glyph} {SIDES[side.side.value]:10} {says}{place}")
        for belonging in side.left:
            output.line(f"    {belonging.kind} {harmless(belonging.resource_id, 80)}")
        if side.survey.error is None:
            tell_blindness(output, side.survey)
    unfinished = [side for side in ended.sides if side.remaining]
    for side in unfinished:
        output.talk(f"{SIDES[side.side.value]} is not taken back yet: {', '.join(side.remaining)}.")
    if unfinished:
        output.talk(f"{resume} takes up from there.")
    elif any(side.nothing_left is None for side in ended.sides):
        output.talk(f"{search} looks again, once that side answers.")
    elif ended.exit_code == 1:
        output.talk(f"{search} takes back what is left.")


def _verdict(side: SideLeft) -> tuple[str, str]:
    if side.survey.error is not None:
        return "✘", f"not read: {harmless(side.survey.error.message, 300)}"
    if side.left:
        return "✘", f"{len(side.left)} left"
    return "✔", "nothing is left"
