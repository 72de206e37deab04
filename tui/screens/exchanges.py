"""Everything said over the wire for one step or one call, with the command that says it again."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.worker import Worker, WorkerState

from services.errors import GatelightError
from services.exchange import Exchange
from tui.messages import CommandWritten
from tui.safe import harmless_lines
from tui.screens.overlay import Overlay
from tui.view import answer_text, step_text, wire
from tui.view.states import AnswerView
from tui.view.steps import StepRow
from tui.view.words import GREY

if TYPE_CHECKING:
    from services.gateway.call import Answer

CommandOf = Callable[[Exchange], str]
_ALL = 500  # cells: a title without limits


class ExchangesScreen(Overlay[None]):
    """One exchange at a time; left and right go through them."""

    classes_of_window = "-whole"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "turn(-1)", "Before", show=False),
        Binding("right,l", "turn(1)", "Next", show=False),
        Binding("y", "copy", "Copy command", show=False),
    ]

    def __init__(
        self,
        title: str,
        introduction: Content,
        exchanges: tuple[Exchange, ...],
        *,
        shown: Exchange | None,
        command_of: CommandOf,
    ) -> None:
        super().__init__(title)
        self._introduction = introduction
        self._exchanges = exchanges
        self._index = exchanges.index(shown) if shown is not None else 0
        self._command_of = command_of
        self._commands: dict[int, str] = {}

    def on_mount(self) -> None:
        """Show the exchange, and have its command written."""
        super().on_mount()
        self._want_command()

    def keys(self) -> str:
        """What can be done with an exchange, where there is one."""
        if not self._exchanges:
            return "esc close"
        turning = "←→ request · " if len(self._exchanges) > 1 else ""
        return f"{turning}↑↓ scroll · y copy command · v reveal · esc close"

    def draw(self, width: int, revealed: bool) -> Content:
        """The introduction, the exchange and its command."""
        parts = [self._introduction]
        if self._exchanges:
            number = f"Request {self._index + 1} of {len(self._exchanges)}"
            parts += [Content(""), Content.styled(f" {number} ".center(width, "─"), GREY)]
            exchange = self._exchanges[self._index]
            parts += [wire.request_line(exchange), Content("")]
            if command := self._commands.get(self._index):
                parts += [wire.heading("The same as a command"), Content(harmless_lines(command, 8_000)), Content("")]
            parts.append(wire.exchange(exchange, revealed))
        return Content("\n").join(parts)

    def action_turn(self, by: int) -> None:
        """Go to another exchange."""
        if self._exchanges:
            self._index = (self._index + by) % len(self._exchanges)
            self._want_command()
            self.paint()

    def action_copy(self) -> None:
        """Copy the command of the exchange shown."""
        if command := self._commands.get(self._index):
            self.app.copy(command)

    def on_command_written(self, message: CommandWritten) -> None:
        """A command is ready."""
        message.stop()
        self._commands[message.run] = message.command
        self.paint()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A command that cannot be written is no reason to stop."""
        if event.state is WorkerState.ERROR:
            self.app.notify("This request cannot be said as a command.", severity="warning", markup=False)

    def _want_command(self) -> None:
        if self._exchanges and self._index not in self._commands:
            self._write_command(self._index)

    @work(thread=True, exclusive=True, exit_on_error=False, group="command")
    def _write_command(self, index: int) -> None:
        try:
            command = self._command_of(self._exchanges[index])
        except GatelightError as error:
            command = f"{error.message} {error.fix}"
        self.post_message(CommandWritten(index, command))


def step_screen(row: StepRow, command_of: CommandOf) -> ExchangesScreen:
    """Everything about a step; it opens at the request that did its work."""
    return ExchangesScreen(
        row.spec.title, step_text.whole(row), row.exchanges, shown=row.telling_exchange, command_of=command_of
    )


def answer_screen(view: AnswerView, answer: "Answer", command_of: CommandOf) -> ExchangesScreen:
    """One call of the gateway in full."""
    return ExchangesScreen(
        answer_text.title(view, _ALL),
        Content(answer_text.subtitle(view, _ALL)),
        (answer.exchange,),
        shown=answer.exchange,
        command_of=command_of,
    )
