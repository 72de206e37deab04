"""Chooses a fault: Enter puts it in, or takes it out where it is in."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from tui.screens.overlay import Overlay
from tui.view import fault_text
from tui.widgets.canvas import Canvas, Fitted

if TYPE_CHECKING:
    from services.faults.breaking import Standing


@dataclass(frozen=True, slots=True)
class Choice:
    """The fault chosen, and whether it is to be taken out."""

    standing: "Standing"
    take_out: bool


class FaultsScreen(Overlay[Choice]):
    """Every fault with whether it is in; `token_fault` is the id of the one that the token in hand has."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "move('down')", "Down", show=False),
        Binding("k", "move('up')", "Up", show=False),
        Binding("b", "leave", "Close", show=False),
    ]

    def __init__(self, faults: "tuple[Standing, ...]", token_fault: str) -> None:
        super().__init__("Break it: put a real fault in")
        self._faults = faults
        self._token_fault = token_fault

    def compose(self) -> ComposeResult:
        """The list, and below it what the fault under the cursor does."""
        with Vertical(classes="window") as window:
            window.border_title = Content(self._title)
            window.border_subtitle = Content(self.keys())
            options = OptionList(*(Option(self._row(standing)) for standing in self._faults), id="faults")
            options.highlighted = next(
                (index for index, standing in enumerate(self._faults) if self._is_in(standing)),
                0 if self._faults else None,
            )
            yield options
            yield Canvas()

    def on_mount(self) -> None:
        """The list has the keys."""
        self.query_one(OptionList).focus()
        super().on_mount()

    def keys(self) -> str:
        """What Enter would do."""
        standing = self._current()
        verb = "take it out" if standing is not None and self._is_in(standing) else "put it in"
        return f"↑↓ choose · ⏎ {verb} · esc close"

    def draw(self, width: int, revealed: bool) -> Content:
        """What the fault under the cursor does."""
        standing = self._current()
        return Content("") if standing is None else fault_text.explained(standing, self._has_token(standing))

    def on_option_list_option_highlighted(self, _: OptionList.OptionHighlighted) -> None:
        """Explain the fault under the cursor."""
        self.query_one(".window").border_subtitle = Content(self.keys())
        self.paint()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter, or a click."""
        standing = self._faults[event.option_index]
        self.dismiss(Choice(standing, self._is_in(standing)))

    def action_move(self, way: str) -> None:
        """Move the cursor as vi does."""
        options = self.query_one(OptionList)
        (options.action_cursor_down if way == "down" else options.action_cursor_up)()

    def _current(self) -> "Standing | None":
        options = self.query(OptionList)
        index = options.first().highlighted if options else None
        return None if index is None else self._faults[index]

    def _is_in(self, standing: "Standing") -> bool:
        return standing.is_in or self._has_token(standing)

    def _has_token(self, standing: "Standing") -> bool:
        return standing.fault.id == self._token_fault

    def _row(self, standing: "Standing") -> Fitted:
        others = (other.fault for other in self._faults if other.is_in and other is not standing)
        blocked_by = next((other.title for other in others if other.place.name == standing.fault.place.name), "")
        return Fitted(partial(fault_text.row, standing, self._has_token(standing), blocked_by))


class TypedConfirmScreen(Overlay[bool]):
    """Asks for a name to be typed, for what must not happen by accident."""

    classes_of_window = "-dangerous"

    def __init__(self, title: str, text: Content, name: str) -> None:
        super().__init__(title)
        self._text = text
        self._name = name

    def compose(self) -> ComposeResult:
        """The text, and a place to type."""
        with Vertical(classes="window -dangerous") as window:
            window.border_title = Content(self._title)
            window.border_subtitle = Content(self.keys())
            yield Canvas()
            yield Input(compact=True)

    def on_mount(self) -> None:
        """Typing goes into the field."""
        self.query_one(Input).focus()
        super().on_mount()

    def keys(self) -> str:
        """How it goes on, and how it does not."""
        return "⏎ go on, once the name stands there · esc leave it"

    def draw(self, width: int, revealed: bool) -> Content:
        """What would be done."""
        return self._text

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Only the name itself will do."""
        if event.value == self._name:
            self.dismiss(True)
