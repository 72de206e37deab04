"""The token in hand: three verdicts, its claims in human words, and the time it has left."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive

from tui.safe import harmless
from tui.view import token_text, wire
from tui.view.states import TokenView
from tui.view.words import GREY, clock
from tui.widgets.canvas import Canvas
from tui.widgets.countdown import Countdown


class TokenPane(VerticalScroll):
    """Signature, times and the gateway's verdict, each told apart from the others."""

    state: reactive[TokenView] = reactive(TokenView())

    def __init__(self) -> None:
        super().__init__(id="token")
        self.border_title = "Token"

    def compose(self) -> ComposeResult:
        """Verdict lines, then the claims."""
        yield Canvas(id="signature")
        yield Countdown(id="times")
        yield Canvas(id="gateway")
        yield Canvas(id="claims")

    def watch_state(self, state: TokenView) -> None:
        """Paint the new state."""
        inspection = state.inspection
        self.set_class(inspection is None, "-empty")
        self.set_class(
            state.error is not None or (inspection is not None and inspection.verdict.accepted is False), "-broken"
        )
        claims = self.query_one("#claims", Canvas)
        if inspection is None:
            self.border_subtitle = ""
            empty = wire.error(state.error) if state.error else Content.styled(state.empty, GREY)
            claims.paint(lambda _: empty)
            return
        how = inspection.token.obtained_by
        told = f"{self._renewal} · {how}" if state.renews else f"{how} · access token"
        self.border_subtitle = Content(harmless(told, 100))
        self._paint(self.query_one("#signature", Canvas), token_text.signature_line(inspection))
        self._paint(self.query_one("#gateway", Canvas), token_text.gateway_line(inspection))
        error = state.error
        claims.paint(
            lambda width: Content("\n\n").join([wire.error(error)] if error else []) + token_text.claims(state, width)
        )
        self.tick(state.now)

    def tick(self, now: float) -> None:
        """Repaint what depends on the time; `now` in seconds since 1970, UTC."""
        inspection = self.state.inspection
        if inspection is None:
            return
        held = inspection.token.decoded.claims
        self.query_one(Countdown).show(
            issued=token_text.number(held.get("iat")),
            expires=token_text.number(held.get("exp")),
            now=now,
            problem=token_text.times_problem(inspection),
        )

    def expired(self, now: float) -> bool:
        """Whether the token in hand has passed its `exp`."""
        inspection = self.state.inspection
        expires = token_text.number(inspection.token.decoded.claims.get("exp")) if inspection else None
        return expires is not None and expires <= now

    @property
    def renew_at(self) -> float | None:
        """When the token in hand should be renewed, in seconds since 1970, UTC; None where it cannot be."""
        inspection = self.state.inspection
        return inspection.token.renew_at if inspection else None

    @property
    def _renewal(self) -> str:
        at = self.renew_at
        return "↻ no refresh token" if at is None else f"↻ renews itself at {clock(at, self.state.now)}"

    @staticmethod
    def _paint(canvas: Canvas, line: Content) -> None:
        canvas.paint(lambda width: line.truncate(width, ellipsis=True), layout=False)
