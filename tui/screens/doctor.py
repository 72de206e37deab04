"""The doctor: every finding in the gateway's order, everything about the one under the cursor, and its one fix."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from services.errors import GatelightError
from tui.host import Host
from tui.view import diagnosis_text, wire
from tui.view.words import GREY
from tui.widgets.canvas import Canvas
from tui.widgets.choices import Choices

if TYPE_CHECKING:
    from services.diagnosis.diagnosis import Diagnosis, Finding


@dataclass(frozen=True, slots=True)
class DoctorView:
    """What the doctor shows: a diagnosis, or that one is being made (with what is done meanwhile), or why not."""

    diagnosis: "Diagnosis | None" = None
    activity: str = ""
    error: GatelightError | None = None


class Findings(Choices):
    """The findings, in the gateway's order."""


@dataclass(frozen=True, slots=True)
class DoctorWish:
    """What a person chose in the doctor's window: to apply a finding's fix, or to examine anew."""

    finding: "Finding | None" = None


class DoctorScreen(ModalScreen[DoctorWish]):
    """A window over the main screen, which keeps its state up to date while it is open."""

    app = getters.app(Host)
    state: reactive[DoctorView] = reactive(DoctorView())
    findings = getters.query_one(Findings)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - as Screen declares it
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close", show=False),
        Binding("q", "app.quit", "Quit", show=False),
        Binding("enter", "fix", "Apply the fix", show=False),
        Binding("y", "copy", "Copy command", show=False),
        Binding("r", "again", "Examine again", show=False),
        Binding("pageup", "scroll_detail(-1)", "Up", show=False),
        Binding("pagedown", "scroll_detail(1)", "Down", show=False),
    ]

    def __init__(self, state: DoctorView, at: str = "") -> None:
        """Opens with the finding of id `at` under the cursor, where there is one; otherwise at what to set right."""
        super().__init__()
        self._at = at
        self.set_reactive(DoctorScreen.state, state)

    def compose(self) -> ComposeResult:
        """Headline, findings beside the detail, and the rest."""
        with Vertical(classes="window") as window:
            window.border_title = "Doctor"
            yield Canvas(id="doctor-headline")
            with Horizontal(id="doctor-case"):
                yield Findings()
                with VerticalScroll(id="doctor-detail", can_focus=False):
                    yield Canvas()
            with VerticalScroll(id="doctor-rest", can_focus=False):
                yield Canvas()

    def on_mount(self) -> None:
        """Show what there is."""
        self.findings.focus()
        self._show(self.state)

    def watch_state(self, state: DoctorView) -> None:
        """Show a new state."""
        if self.is_mounted:
            self._show(state)

    def on_option_list_option_highlighted(self, _: OptionList.OptionHighlighted) -> None:
        """Another finding is under the cursor."""
        self._show_finding()

    @property
    def selected(self) -> "Finding | None":
        """The finding under the cursor."""
        index, diagnosis = self.findings.highlighted, self.state.diagnosis
        return diagnosis.findings[index] if diagnosis and index is not None else None

    def action_leave(self) -> None:
        """Close."""
        self.dismiss(None)

    def action_fix(self) -> None:
        """Have the fix of the finding under the cursor applied; the main screen asks before it does."""
        finding = self.selected
        if finding is not None and finding.fix.can_be_applied and not self.state.activity:
            self.dismiss(DoctorWish(finding))

    def action_again(self) -> None:
        """Examine anew."""
        if not self.state.activity:
            self.dismiss(DoctorWish())

    def action_copy(self) -> None:
        """Copy the fix's command."""
        finding = self.selected
        if finding is not None and finding.fix.command:
            self.app.copy(finding.fix.command)

    def action_scroll_detail(self, direction: int) -> None:
        """Scroll what is said about the finding."""
        scroll = self.query_one("#doctor-detail", VerticalScroll)
        scroll.scroll_relative(y=direction * max(1, scroll.size.height - 1), animate=False)

    def _show(self, state: DoctorView) -> None:
        """Paint everything; the cursor goes to the finding to set right first."""
        found = state.diagnosis.findings if state.diagnosis else ()
        deciding = state.diagnosis.deciding if state.diagnosis else None
        rows = [
            Option(diagnosis_text.row(finding, decides=finding is deciding), id=finding.id.replace(".", "-"))
            for finding in found
        ]
        self.findings.set_options(rows)
        self.findings.highlighted = self._first(state)
        self.query_one("#doctor-case").display = bool(found)
        self.query_one("#doctor-headline", Canvas).paint(lambda _: self._headline(state))
        diagnosis = state.diagnosis
        self.query_one("#doctor-rest Canvas", Canvas).paint(
            lambda width: diagnosis_text.rest(diagnosis, width) if diagnosis else Content("")
        )
        self._show_finding()

    def _first(self, state: DoctorView) -> int | None:
        """Where the cursor goes: the finding asked for, or the root of the deciding one."""
        if state.diagnosis is None or not state.diagnosis.findings:
            return None
        ids = [finding.id for finding in state.diagnosis.findings]
        root = state.diagnosis.root
        moved = "tunnel-address" if self._at == "issuer" else ""  # what it comes from, where the tunnel has moved
        for wanted in (moved, self._at, root.id if root else ""):
            if wanted in ids:
                return ids.index(wanted)
        return 0

    def _headline(self, state: DoctorView) -> Content:
        if state.error is not None:
            return wire.error(state.error)
        if state.diagnosis is None:
            return Content.styled(f"{state.activity or 'Examining'} …", GREY)
        told = diagnosis_text.headline(state.diagnosis)
        return told + Content.styled(f"\n{state.activity} …", GREY) if state.activity else told

    def _show_finding(self) -> None:
        finding = self.selected
        if finding is not None:
            self.query_one("#doctor-detail Canvas", Canvas).paint(lambda width: diagnosis_text.detail(finding, width))
        self.query_one(".window").border_subtitle = Content(self._keys(finding))

    def _keys(self, finding: "Finding | None") -> str:
        keys = []
        if finding is not None:
            keys.append("↑↓ finding")
            if finding.fix.can_be_applied and not self.state.activity:
                keys.append("⏎ apply the fix")
            if finding.fix.command:
                keys.append("y copy command")
        return " · ".join([*keys, "r again", "esc close"])
