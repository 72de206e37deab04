"""The token inspector: one token of this session at a time, under the glass, or two compared."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import events, getters, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.worker import Worker, WorkerState

from tui.screens.overlay import Overlay
from tui.screens.paste import LIMIT, PasteScreen
from tui.view.seen_tokens import SeenToken, SeenTokens
from tui.view.words import GREY
from tui.widgets.canvas import Canvas
from tui.widgets.countdown import Countdown

if TYPE_CHECKING:
    from services.diagnosis.inspection import TokenInspection

InspectText = Callable[[str, float], "TokenInspection"]
_LOOKING = "Looking …"
_NO_TOKEN = "No token yet: paste one, or p for a line to type it."  # noqa: S105


class Examined(Message):
    """A token has been looked at."""

    def __init__(self, entry: SeenToken) -> None:
        super().__init__()
        self.entry = entry


class InspectorScreen(Overlay[None]):
    """Three verdicts that stay in place, and everything else below them. A paste, anywhere, is the next token."""

    glass = getters.query_one("#glass", VerticalScroll)
    AUTO_FOCUS = "#glass"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "turn(-1)", "Before", show=False),
        Binding("right,l", "turn(1)", "Next", show=False),
        Binding("c", "compare", "Compare", show=False),
        Binding("p", "paste", "Paste", show=False),
        Binding("y", "copy", "Copy without signature", show=False),
    ]

    def __init__(self, seen: SeenTokens, place: int | None, inspect_text: InspectText) -> None:
        super().__init__("Token")
        self._seen = seen
        self._place = place
        self._inspect_text = inspect_text
        self._compares = False

    def compose(self) -> ComposeResult:
        """The verdicts, and below them what scrolls."""
        with Vertical(classes="window -whole") as window:
            window.border_title = Content(self._title)
            yield Canvas(id="origin")
            yield Canvas(id="signature")
            yield Countdown(id="times")
            yield Canvas(id="gateway")
            with VerticalScroll(id="glass"):
                yield Canvas(id="body")

    def on_mount(self) -> None:
        """Have the token looked at, and count down."""
        super().on_mount()
        self.set_interval(1, self.tick)
        self._look()

    def keys(self) -> str:
        """What can be done with as many tokens as there are."""
        several = "←→ token · c compare · " if len(self._seen.entries) > 1 else ""
        shown = "y copy · v reveal · " if self._entry is not None else ""
        return f"{several}p paste · {shown}esc close"

    def draw(self, width: int, revealed: bool) -> Content:
        """What scrolls: the token, or how it differs from the one before it."""
        from services.diagnosis.token_changes import token_changes
        from tui.view import inspection_text

        entry, other = self._entry, self._other
        if entry is None:
            return Content.styled(_NO_TOKEN, GREY)
        if entry.report is None or (self._compares and other is not None and other.report is None):
            return Content.styled(_LOOKING, GREY)
        if self._compares and other is not None and other.report is not None:
            found = token_changes(other.report, entry.report)
            return inspection_text.changes(found, width)
        return inspection_text.body(entry.report, self.app.clock(), width, revealed)

    def paint(self) -> None:
        """Show everything."""
        self.query_one(".window").border_subtitle = Content(self.keys())
        revealed = self.app.revealed
        self.query_one("#body", Canvas).paint(lambda width: self.draw(width, revealed))
        self._paint_verdicts()

    def tick(self) -> None:
        """Once a second: the countdown; a token that has just expired, or came again, is looked at once more."""
        entry = self._entry
        if entry is None:
            return
        report, now = entry.report, self.app.clock()
        if report is not None:
            self._paint_times(report, now)
        expired = report is not None and report.expires_at is not None and report.now < report.expires_at <= now
        if entry.stale or expired:
            self._look()

    def action_turn(self, by: int) -> None:
        """Go to another token of the session."""
        if self._place is not None:
            self._place = (self._place + by) % len(self._seen.entries)
            self._show_another()

    def action_compare(self) -> None:
        """Compare with the token before it, or show the token again."""
        if self._other is not None:
            self._compares = not self._compares
            self._show_another()

    def action_copy(self) -> None:
        """Copy the token without its signature."""
        if self._entry is not None and self._entry.report is not None:
            self.app.copy(self._entry.report.safe)

    def action_paste(self) -> None:
        """Open a masked line for a token."""
        self.app.push_screen(PasteScreen(), lambda text: self._take(text) if text else None)

    def on_paste(self, event: events.Paste) -> None:
        """A token was pasted."""
        event.stop()
        if event.text.strip():
            self._take(event.text[:LIMIT])

    def on_examined(self, message: Examined) -> None:
        """A token has been looked at."""
        message.stop()
        self.paint()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """What cannot be looked at for a reason nobody foresaw is said, and the screen stays."""
        if event.state is WorkerState.ERROR:
            self.app.notify("This token cannot be looked at.", severity="warning", markup=False)

    @property
    def _entry(self) -> SeenToken | None:
        return self._seen.entries[self._place] if self._place is not None else None

    @property
    def _other(self) -> SeenToken | None:
        """The token before this one; for the first, the last."""
        if self._place is None or len(self._seen.entries) < 2:
            return None
        return self._seen.entries[self._place - 1]

    def _take(self, text: str) -> None:
        self._place = self._seen.pasted(text, self._inspect_text)
        self._compares = False
        self._show_another()

    def _show_another(self) -> None:
        self.glass.scroll_home(animate=False)
        self.paint()
        self._look()

    def _look(self) -> None:
        wanted = [entry for entry in (self._entry, self._other if self._compares else None) if entry is not None]
        if wanted:
            self._examine(wanted, self.app.clock())

    @work(thread=True, exclusive=True, exit_on_error=False, group="examine")
    def _examine(self, wanted: list[SeenToken], now: float) -> None:
        for entry in wanted:
            entry.look(now)
            self.post_message(Examined(entry))

    def _paint_verdicts(self) -> None:
        from tui.view import inspection_text

        entry = self._entry
        report = entry.report if entry else None
        origin = self.query_one("#origin", Canvas)
        signature, gateway = self.query_one("#signature", Canvas), self.query_one("#gateway", Canvas)
        for canvas in (signature, self.query_one(Countdown), gateway):
            canvas.display = report is not None
        if report is None or self._place is None:
            origin.paint(lambda _: Content(""))
            return
        line = inspection_text.origin_line(report, self._place, len(self._seen.entries))
        if self._compares and self._other is not None:
            before = (self._place - 1) % len(self._seen.entries) + 1
            line = line + Content.styled(f" · compared with token {before}", GREY)
        origin.paint(lambda width: line.truncate(width, ellipsis=True))
        signature.paint(lambda _: inspection_text.opinion_line("signature", report.signature))
        gateway.paint(lambda _: inspection_text.opinion_line("gateway", report.gateway))
        self._paint_times(report, self.app.clock())

    def _paint_times(self, report: "TokenInspection", now: float) -> None:
        from services.gateway.verdict import Outcome
        from tui.view import inspection_text

        times, countdown = report.times, self.query_one(Countdown)
        if times.outcome is Outcome.UNKNOWN:
            line = inspection_text.opinion_line("times", times)
            countdown.paint(lambda width: line.truncate(width, ellipsis=True), layout=False)
            return
        problem = "" if times.outcome is Outcome.PASS else times.sentence
        countdown.show(issued=report.issued_at, expires=report.expires_at, now=now, problem=problem)
