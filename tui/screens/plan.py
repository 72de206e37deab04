"""What provisioning would do, before it does: Enter does it, bound to what is shown here."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from services.provisioning.plan import Plan
from tui.screens.overlay import Overlay
from tui.view.plan_text import plan_text


class PlanScreen(Overlay[bool]):
    """Shows a plan; Enter agrees to it where it can be carried out."""

    classes_of_window = "-whole"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "agree", "Provision", show=False),
        Binding("c", "toggle_calls", "Calls", show=False),
        Binding("P", "leave", "Close", show=False),
    ]

    def __init__(self, plan: Plan, target: str) -> None:
        super().__init__("The plan: nothing is changed yet")
        self._plan = plan
        self._target = target
        self._with_calls = False

    def keys(self) -> str:
        """What can be done with it."""
        calls = "c hide calls" if self._with_calls else "c calls and IAM"
        provision = "" if self._plan.blocked else "⏎ do this · "
        return f"{provision}{calls} · ↑↓ scroll · esc leave it"

    def draw(self, width: int, revealed: bool) -> Content:
        """The plan."""
        return plan_text(self._plan, self._target, width, with_calls=self._with_calls)

    def action_toggle_calls(self) -> None:
        """Show the calls and the IAM actions, or hide them."""
        self._with_calls = not self._with_calls
        self.query_one(".window").border_subtitle = Content(self.keys())
        self.paint()

    def action_agree(self) -> None:
        """Provision as planned."""
        if self._plan.blocked is None:
            self.leave(True)

    def action_leave(self) -> None:
        """Leave everything as it is."""
        self.leave(False)
