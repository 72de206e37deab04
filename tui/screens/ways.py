"""The ways to a token: what each one's token will carry, which are possible now, and why not."""

from collections.abc import Callable
from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.style import Style

from services.tokens.ways import Wish
from tui.safe import harmless
from tui.screens.overlay import Overlay
from tui.view.words import ACCENT, GOOD, GREY

if TYPE_CHECKING:
    from services.tokens.offers import Offer
    from services.tokens.ways import Carried

OffersOf = Callable[[], "tuple[Offer, ...]"]
_CARRIED = {True: ("✔ with   ", GOOD), False: ("– without", GREY), None: ("? perhaps", ACCENT)}
_REASON = 19  # the column where a claim's reason begins
_READING = "Looking which ways there are …"


class OffersMade(Message):
    """Every way, as it is offered now."""

    def __init__(self, offers: "tuple[Offer, ...]") -> None:
        super().__init__()
        self.offers = offers


class WaysScreen(Overlay[Wish]):
    """One way is selected and explained; Enter takes it, where it is possible."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, priority=True),
        Binding("down,j", "move(1)", "Down", show=False, priority=True),
        Binding("enter", "take", "Get the token", show=False, priority=True),
    ]

    def __init__(self, offers_of: OffersOf, last: Wish) -> None:
        super().__init__("Ways to a token")
        self._offers_of = offers_of
        self._offers: tuple[Offer, ...] = ()
        self._last = last
        self._index = 0

    def on_mount(self) -> None:
        """Have the ways looked up."""
        super().on_mount()
        self._look()

    def keys(self) -> str:
        """Choosing, taking, closing."""
        return "↑↓ choose · ⏎ get the token · esc close"

    def draw(self, width: int, revealed: bool) -> Content:
        """The ways, and what the selected one is and carries."""
        if not self._offers:
            return Content.styled(_READING, GREY)
        rows = [self._row(index, offer).truncate(width, ellipsis=True) for index, offer in enumerate(self._offers)]
        return Content("\n").join([*rows, Content(""), *_explained(self._offers[self._index], width)])

    def action_move(self, by: int) -> None:
        """Select the next way, or the one before."""
        if self._offers:
            self._index = (self._index + by) % len(self._offers)
            self.paint()

    def action_select(self, index: int) -> None:
        """Select a way with the mouse."""
        self._index = index
        self.paint()

    def action_take(self) -> None:
        """Get the token the selected way, if it is possible now; why it is not stands below it."""
        if self._offers and not self._offers[self._index].obstacle:
            self.leave(self._offers[self._index].wish)

    def on_offers_made(self, message: OffersMade) -> None:
        """Show them, the last one taken selected."""
        message.stop()
        self._offers = message.offers
        self._index = next((index for index, offer in enumerate(self._offers) if offer.wish == self._last), 0)
        self.paint()

    @work(thread=True, exclusive=True, group="offers")
    def _look(self) -> None:
        self.post_message(OffersMade(self._offers_of()))

    def _row(self, index: int, offer: "Offer") -> Content:
        chosen = index == self._index
        style = f"bold {ACCENT}" if chosen else GREY if offer.obstacle else ""
        remark = "not now" if offer.obstacle else "t takes it" if offer.wish == self._last else ""
        row = Content.assemble(
            ("❯ " if chosen else "  ", ACCENT), (harmless(offer.title).ljust(44), style), (remark, GREY)
        )
        return row.stylize(Style.from_meta({"run": f"screen.select({index})"}))


def _explained(offer: "Offer", width: int) -> list[Content]:
    parts = [Content(offer.how), Content(""), Content.styled("Its access token comes", GREY)]
    parts += [_carried(item, width) for item in offer.carried]
    if offer.obstacle:
        parts += [Content(""), Content.assemble(("not now: ", ACCENT), harmless(offer.obstacle), ".")]
    return parts


def _carried(item: "Carried", width: int) -> Content:
    """Whether a claim will be there, and why; the reason goes on below itself."""
    why = f"\n{' ' * _REASON}".join(wrap(item.why, max(20, width - _REASON)))
    return Content.assemble(_CARRIED[item.present], "  ", (item.name.ljust(6), "bold"), "  ", (why, GREY))
