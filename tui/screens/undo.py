"""Asks before a teardown, and says afterwards what reading both sides again showed."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual import on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from tui.messages import UndoPlanned
from tui.safe import harmless
from tui.screens.confirm import ConfirmScreen, place_rows
from tui.screens.overlay import Overlay
from tui.view.words import BAD, GOOD, GREY

if TYPE_CHECKING:
    from services.provisioning.teardown import SideLeft, TornDown

_TITLE = "Undo all: this goes"
_SIDES = {"fusionauth": "FusionAuth", "aws": "AWS"}


def undo_screen(plan: UndoPlanned) -> Overlay[bool]:
    """Asks before a teardown: for a key, or on a live profile for the profile's name."""
    parts = [Content.assemble(("· ", GREY), harmless(line, 300)) for line in plan.lines]
    parts = parts or [Content("Nothing: Gatelight has made nothing here.")]
    parts += [Content.assemble(("· stays: ", GREY), (harmless(line, 300), GREY)) for line in plan.staying]
    if plan.where.target != "live":
        return ConfirmScreen(_TITLE, Content("\n").join(parts), verb="undo all of it", key="y", dangerous=True)
    parts += [Content(""), *place_rows(plan.where), Content("")]
    parts.append(
        Content.assemble("Type the profile's name, ", (harmless(plan.where.profile, 60), "bold"), ", to go on:")
    )
    return TypedScreen(_TITLE, Content("\n").join(parts), plan.where.profile)


class TypedScreen(Overlay[bool]):
    """Shows what would be done; typing a name and Enter does it."""

    AUTO_FOCUS = "Input"
    classes_of_window = "-dangerous"

    def __init__(self, title: str, text: Content, name: str) -> None:
        super().__init__(title)
        self._text = text
        self._name = name

    def below(self) -> Iterable[Widget]:
        """A line for the name."""
        return (Input(placeholder="the profile's name", compact=True),)

    def keys(self) -> str:
        """Doing it, and leaving it."""
        return "the name and ⏎ undo all of it · esc leave it"

    def draw(self, width: int, revealed: bool) -> Content:
        """What would be done."""
        return self._text

    @on(Input.Submitted)
    def accept(self, event: Input.Submitted) -> None:
        """Do it, if the name was typed; say so otherwise, and wait on."""
        if event.value.strip() == self._name:
            self.leave(True)
        else:
            said = f"That is not “{self._name}”: nothing was changed."
            self.app.notify(harmless(said, 200), severity="warning", markup=False)


class LeftScreen(Overlay[None]):
    """What is left after a teardown, side by side with what is not known."""

    def __init__(self, ended: "TornDown") -> None:
        super().__init__("Not everything is gone")
        self._ended = ended

    def draw(self, width: int, revealed: bool) -> Content:
        """A paragraph for each side."""
        parts = [part for side in self._ended.sides for part in (*_side_parts(side), Content(""))]
        how = "u again takes up from there." if any(side.remaining for side in self._ended.sides) else ""
        return Content("\n").join([*parts, Content(how or "gatelight down --by-tag takes back what is left.")])


def _side_parts(side: "SideLeft") -> Iterable[Content]:
    name = _SIDES[side.side.value]
    place = (f"  {harmless(side.survey.place, 120)}", GREY)
    if side.survey.error is not None:
        yield Content.assemble((f"✘ {name} was not read: ", BAD), harmless(side.survey.error.message, 400))
    elif side.left:
        yield Content.assemble((f"✘ {name}: {len(side.left)} left", BAD), place)
        for each in side.left:
            yield Content(f"  · {each.kind} {harmless(each.resource_id, 80)}")
    else:
        yield Content.assemble((f"✔ {name}: nothing is left", GOOD), place)
    if side.remaining:
        yield Content(f"  not taken back yet: {harmless(', '.join(side.remaining), 400)}")


def nothing_left(ended: "TornDown") -> str:
    """One sentence for a teardown after which nothing is left."""
    places = " and ".join(f"{_SIDES[side.side.value]} ({side.survey.place})" for side in ended.sides)
    return f"Read again: nothing is left in {places}."
