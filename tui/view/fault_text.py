"""Faults as the chooser, the strip and the top line show them."""

from typing import TYPE_CHECKING

from textual.content import Content

from services.provisioning.step import StepSpec
from tui.safe import harmless
from tui.view.remedy import Remedy
from tui.view.words import ACCENT, BAD, GREY, shortened

if TYPE_CHECKING:
    from services.faults.breaking import Standing
    from services.faults.fault import Fault

_TITLE, _STATUS = 26, 5
_VALUE = 60  # characters of a value


def row(standing: "Standing", in_token: bool, blocked_by: str, width: int) -> Content:
    """Glyph, title, where it is put in, a word where it is in or cannot be, and the status it leads to."""
    fault = standing.fault
    is_in = standing.is_in or in_token
    word = "in the token" if in_token else "in" if is_in else f"{blocked_by} is in" if blocked_by else ""
    end = Content.styled(f"  {word}", BAD if is_in else GREY) + Content.styled(str(fault.status).rjust(_STATUS), GREY)
    room = max(1, width - _TITLE - 2 - end.cell_length)
    return Content.assemble(
        ("✘ " if is_in else "· ", BAD if is_in else GREY),
        (fault.title.ljust(_TITLE), f"bold {BAD}" if is_in else GREY if blocked_by else ""),
        Content.styled(fault.place.name, GREY).truncate(room, ellipsis=True, pad=True),
        end,
    )


def explained(standing: "Standing", in_token: bool) -> Content:
    """What the fault under the cursor does, what comes of it, and which value it replaced."""
    fault = standing.fault
    if standing.broken is not None:
        lines = [_value("was", standing.broken.old, ""), _value("is", standing.broken.new, BAD)]
    else:
        seen = "The set-up is sound: a new token is all it takes." if in_token else fault.effect
        lines = [Content(fault.sentence), Content.assemble(("" if in_token else "You will see  ", GREY), seen)]
    return Content("\n").join(lines)


def _value(word: str, value: str, style: str) -> Content:
    return Content.assemble((word.ljust(5), GREY), (shortened(harmless(value), _VALUE) or "(nothing)", style))


def repair(fault: "Fault", steps: tuple[StepSpec, ...]) -> Remedy:
    """What to do about a fault that the agreement cannot show: the step that sets it right."""
    title = next((step.title for step in steps if step.id == fault.step_id), fault.step_id)
    verb = f"Run the step “{title}”"
    text = Content("\n").join(
        [
            Content.assemble(("A fault is in: ", GREY), (fault.title, BAD)),
            Content(""),
            Content(fault.sentence),
            Content(fault.effect),
            Content(""),
            Content.assemble(("To do  ", GREY), (verb, "bold"), ", then call again."),
        ]
    )
    return Remedy(verb, fault.step_id, text)


def typed_confirmation(fault: "Fault", place: str, profile: str) -> Content:
    """What a person confirms by typing the profile's name."""
    return Content("\n").join(
        [
            Content(fault.sentence),
            Content.assemble(("In  ", GREY), harmless(place, 200)),
            Content(""),
            Content("This is real: it breaks for everybody who uses it, until it is taken out again."),
            Content.assemble("Type  ", (harmless(profile, 64), f"bold {ACCENT}"), "  to go on."),
        ]
    )
