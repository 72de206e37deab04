"""The two equalities that decide nearly every 401, red at the exact place where they break."""

from textual.content import Content
from textual.reactive import reactive

from services.diagnosis.agreement import Agreement, Disagreement, Place, Strand
from tui.safe import harmless
from tui.view.marked import marked
from tui.view.states import StripView
from tui.view.words import ACCENT, BAD, GOOD, GREY, MINUTE, distance
from tui.widgets.canvas import Canvas

_TITLE_WIDTH = 10
_CONNECTORS = ("───", "──", "─")


class AgreementStrip(Canvas, can_focus=True):
    """Issuer and audience through all places they live in."""

    state: reactive[StripView] = reactive(StripView())
    HELP = "Enter asks the doctor about what disagrees; while all agree, it reads every place again."

    def on_mount(self) -> None:
        """Name the strip."""
        self.border_title = "Do they agree?"

    def watch_state(self, state: StripView) -> None:
        """Paint the new state."""
        self.set_class(state.agreement is not None and state.agreement.holds is False, "-broken")
        self.paint(lambda width: strip(state, width))

    def tick(self, now: float) -> None:
        """Say how old the reading is, from a minute on."""
        read_at = self.state.read_at
        age = "" if read_at is None or now - read_at < MINUTE else f"read {distance(read_at - now)}"
        if self.border_subtitle != age:
            self.border_subtitle = age


def strip(state: StripView, width: int) -> Content:
    """Both strands, and below them what could not be read."""
    if state.agreement is None:
        lines = [
            _unread("ISSUER", "tenant, discovery, token, authorizer"),
            _unread("AUDIENCE", "application, token, authorizer"),
        ]
    else:
        lines = [line for one in _strands(state.agreement) for line in _strand(one, width)]
    if state.error is not None:
        lines.append(
            Content.assemble(
                ("✘ ", BAD), harmless(state.error.message, 300), " ", (harmless(state.error.fix, 300), GREY)
            )
        )
    return Content("\n").join(lines)


def _strands(agreement: Agreement) -> tuple[Strand, Strand]:
    return agreement.issuer, agreement.audience


def _unread(title: str, places: str) -> Content:
    return Content.assemble((title.ljust(_TITLE_WIDTH), "bold"), (f"{places}: not read yet", GREY))


def _strand(strand: Strand, width: int) -> list[Content]:
    """One line, and a second one where the disagreement does not fit beside the places."""
    wrong = strand.disagreements
    remark = Content("")
    if wrong:
        remark = Content.assemble("  ", (harmless(wrong[0].remark), BAD), "  ", ("⏎ fix", ACCENT))
    for connector in _CONNECTORS:
        places = _places(strand, connector)
        room = width - len(places) - len(remark) - 2
        if room >= min(len(strand.reference or "") + 2, 44):
            return [_padded(places, width) + _value(strand, room) + remark]
    places = _places(strand, _CONNECTORS[-1])
    if not wrong:
        room = width - len(places) - 2
        return [places + "  " + _value(strand, room)] if room >= 16 else [places]
    indent = " " * _TITLE_WIDTH
    return [places, Content(indent) + _value(strand, width - len(indent) - len(remark)) + remark]


def _padded(places: Content, width: int) -> Content:
    """The places, so wide that the values of both strands stand in one column where there is room."""
    column = 68 if width >= 140 else len(places) + 2
    return places.pad_right(max(2, column - len(places)))


def _places(strand: Strand, connector: str) -> Content:
    parts: list[str | Content | tuple[str, str]] = [(strand.title.ljust(_TITLE_WIDTH), "bold")]
    for index, place in enumerate(strand.places):
        if index:
            parts.append((f" {connector} ", GREY))
        parts.append(_place(strand, place))
    return Content.assemble(*parts)


def _place(strand: Strand, place: Place) -> Content:
    agrees = strand.agrees(place)
    if agrees is None:
        return Content.assemble((f"{place.name} ·", GREY))
    if agrees:
        return Content.assemble(place.name, " ", ("✔", GOOD))
    return Content.styled(f"{place.name} ✘", f"bold {BAD}")


def _value(strand: Strand, width: int) -> Content:
    wrong: tuple[Disagreement, ...] = strand.disagreements
    if wrong:
        return marked(wrong[0].actual, wrong[0].spans, width)
    problem = next((place for place in strand.places if place.problem), None)
    if problem is not None:
        return Content.styled(harmless(problem.problem, max(8, width)), BAD).truncate(width, ellipsis=True)
    return marked(strand.reference, (), width) if strand.reference is not None else Content("")
