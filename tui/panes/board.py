"""All panes together: what they show, which of them has the focus, and the way from one to the next."""

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import getters
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from services.diagnosis.agreement import Agreement
from services.errors import GatelightError
from services.events import Event, RunStarted, StepFailed
from services.exchange import Exchange
from services.provisioning.step import Side
from tui.keymap import Focus, Situation
from tui.messages import Job
from tui.panes.answer import AnswerPane
from tui.panes.steps import StepsPane
from tui.panes.token import TokenPane
from tui.view.remedy import drifted_steps
from tui.view.states import AnswerView, Light, StripView, TokenView
from tui.view.steps import StepRow, StepsView, after, compared, watched
from tui.view.tunnel_text import TunnelView
from tui.widgets.agreement_strip import AgreementStrip
from tui.widgets.keybar import KeyBar
from tui.widgets.step_list import StepList
from tui.widgets.tab_line import TABS, TabLine
from tui.widgets.top_line import TopLine

if TYPE_CHECKING:
    from services.workbench import CallPair

_NO_TOKEN = "No token yet.\n\np provisions both sides; then t gets a token, and T shows every way to one."  # noqa: S105
_NO_REFUSAL = "c calls the gateway without a token.\nIt should refuse with 401, and the function should never run."
_NO_ANSWER = "c calls the gateway with the token in hand.\nIt should let the call through, and the function answer 200."
_TOKEN_FIRST = "No token in hand: t gets one, then c calls again."  # noqa: S105
_KINDS: dict[type[Widget], Focus] = {
    StepList: Focus.STEPS,
    AgreementStrip: Focus.STRIP,
    TokenPane: Focus.TOKEN,
    AnswerPane: Focus.ANSWER,
}


class Board(Vertical):
    """Top line, agreement, both sides' steps, the token, both answers, the keys."""

    top = getters.query_one(TopLine)
    strip = getters.query_one(AgreementStrip)
    tabs = getters.query_one(TabLine)
    token = getters.query_one(TokenPane)
    fusionauth = getters.query_one("#fusionauth", StepsPane)
    aws = getters.query_one("#aws", StepsPane)
    without = getters.query_one("#without", AnswerPane)
    with_token = getters.query_one("#with", AnswerPane)

    def __init__(self) -> None:
        super().__init__()
        self._panes: dict[Side, StepsPane] = {}
        self.broken_steps: frozenset[str] = frozenset()  # those whose work has a fault in it, put in on purpose

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield TopLine()
        yield AgreementStrip()
        yield TabLine()
        with Horizontal(id="panes"):
            for side in Side:
                self._panes[side] = StepsPane(side)
                yield self._panes[side]
            yield TokenPane()
        with Horizontal(id="answers"):
            yield AnswerPane("without")
            yield AnswerPane("with")
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin with nothing known."""
        self.add_class(f"-show-{TABS[0]}")
        self.fusionauth.add_class("-current")
        for side in Side:
            self.show_steps(StepsView(side), 0.0)
        self.forget_results()

    # Steps ------------------------------------------------------------------------------------------------------

    def steps(self, side: Side) -> StepsView:
        """The steps of a side."""
        return self._panes[side].state or StepsView(side)

    @property
    def rows(self) -> tuple[StepRow, ...]:
        """The steps of both sides."""
        return tuple(row for side in Side for row in self.steps(side).rows)

    def show_steps(self, view: StepsView, now: float) -> None:
        """Show the steps of a side as they are at `now`."""
        self._panes[view.side].show(view, now)

    def follow(self, event: Event, now: float) -> None:
        """Show what an event changed; a step that fails, or runs alone, is selected."""
        for side in Side:
            before = self.steps(side)
            view = after(before, event, now)
            if view is not before:
                self.show_steps(view, now)
        if isinstance(event, StepFailed):
            self.select_step(event.step_id)
        elif isinstance(event, RunStarted) and len(event.step_ids) == 1:
            self.select_step(event.step_ids[0])

    def show_agreement(self, agreement: Agreement, now: float) -> None:
        """Show what every place holds, and mark the steps whose work has changed since."""
        self.strip.state = StripView(agreement, read_at=now)
        self._show_drift(now)

    def show_tunnel(self, tunnel: TunnelView) -> None:
        """Show how the tunnel is: in the top line, and at its step."""
        self.top.state = replace(self.top.state, tunnel=tunnel)
        self.show_steps(watched(self.steps(Side.FUSIONAUTH), tunnel), tunnel.now)
        self._show_drift(tunnel.now)

    def _show_drift(self, now: float) -> None:
        agreement, tunnel = self.strip.state.agreement, self.top.state.tunnel
        drifted = self.broken_steps | (drifted_steps(agreement) if agreement else frozenset())
        if tunnel is not None and tunnel.is_broken:
            drifted |= {"tunnel"}
        for side in Side:
            self.show_steps(compared(self.steps(side), drifted), now)

    def select_step(self, step_id: str) -> None:
        """Put the cursor on that step and the focus on its side."""
        for index, side in enumerate(Side):
            if self.steps(side).row(step_id) is not None:
                self._panes[side].steps.select(step_id)
                self.show_pane(index)

    @property
    def selected_step(self) -> StepRow | None:
        """The step under the cursor of the list that has the focus."""
        focused = self.screen.focused
        pane = focused.parent if isinstance(focused, StepList) else None
        return pane.selected if isinstance(pane, StepsPane) else None

    @property
    def selected_answer(self) -> AnswerView | None:
        """The answer that has the focus."""
        focused = self.screen.focused
        state = focused.state if isinstance(focused, AnswerPane) else None
        return state if state is not None and state.answer is not None else None

    @property
    def selected_exchange(self) -> Exchange | None:
        """The request that what has the focus stands for."""
        row, answer = self.selected_step, self.selected_answer
        if row is not None:
            return row.telling_exchange
        return answer.answer.exchange if answer is not None and answer.answer is not None else None

    # Token and answers ------------------------------------------------------------------------------------------

    def forget_results(self) -> None:
        """Nothing is known of a token, of answers, of agreement."""
        self.strip.state = StripView()
        self.token.state = TokenView(empty=_NO_TOKEN)
        self.without.state = AnswerView("without a token", empty=_NO_REFUSAL)
        self.with_token.state = AnswerView("with the token", empty=_NO_ANSWER)

    def show_answers(self, pair: "CallPair", revealed: bool) -> None:
        """Show both answers; without a token in hand there is only the first. The token's verdict is as old as they."""
        if pair.verdict is not None and self.token.state.inspection is not None:
            self.token.state = replace(
                self.token.state, inspection=replace(self.token.state.inspection, verdict=pair.verdict)
            )
        self.without.state = AnswerView("without a token", pair.without, revealed=revealed)
        self.with_token.state = AnswerView(
            "with the token",
            pair.with_token,
            verdict=pair.verdict,
            as_predicted=pair.as_predicted,
            empty=_TOKEN_FIRST,
            revealed=revealed,
        )

    def show_call_error(self, error: GatelightError) -> None:
        """The call could not be made."""
        self.without.state = AnswerView("without a token", error=error)
        self.with_token.state = AnswerView("with the token", empty=_NO_ANSWER)

    def show_secrets(self, revealed: bool) -> None:
        """Show or hide secrets wherever they stand."""
        self.token.state = replace(self.token.state, revealed=revealed)
        for pane in (self.without, self.with_token):
            if pane.state is not None:
                pane.state = replace(pane.state, revealed=revealed)

    def light(self, working: bool) -> Light:
        """The gate's light: open when the last call went through and everything agrees."""
        agreement, answer = self.strip.state.agreement, self.with_token.state
        holds = agreement.holds if agreement is not None else None
        status = answer.answer.status if answer is not None and answer.answer is not None else None
        failed = bool(self.broken_steps) or any(
            self.steps(side).error or pane.has_class("-broken") for side, pane in self._panes.items()
        )
        if failed or holds is False or (status is not None and status >= 400) or self.token.has_class("-broken"):
            return Light.BROKEN
        if working:
            return Light.WORKING
        return Light.OPEN if status is not None else Light.UNKNOWN

    def situation(self, *, opened: bool, job: Job | None) -> Situation:
        """All that decides which keys work, given whether the workbench is open and what is at work."""
        fusionauth, aws = self.steps(Side.FUSIONAUTH), self.steps(Side.AWS)
        agreement = self.strip.state.agreement
        return Situation(
            opened=opened,
            job=job,
            steps_left=any(not row.done for row in self.rows),
            fusionauth_ready=fusionauth.complete,
            aws_ready=aws.complete,
            something_made=any(row.done for row in self.rows),
            token=self.token.state.inspection is not None,
            renewable=self.token.renew_at is not None,
            broken=(agreement is not None and agreement.holds is False) or bool(self.broken_steps),
            failed_to_open=not opened and job is None and fusionauth.error is not None,
            focus=self.focus_kind,
            step_selected=self.selected_step is not None,
            exchange_selected=self.selected_exchange is not None,
            answer_shown=self.selected_answer is not None,
        )

    # The way from pane to pane ----------------------------------------------------------------------------------

    @property
    def focus_kind(self) -> Focus:
        """What has the focus."""
        focused = self.screen.focused
        return next((focus for kind, focus in _KINDS.items() if isinstance(focused, kind)), Focus.NOTHING)

    def show_pane(self, index: int) -> None:
        """Go to a pane: 0 to 3 as the tabs have them, 4 is the agreement strip."""
        self._go_to((self.fusionauth.steps, self.aws.steps, self.token, self.without, self.strip)[index])

    def step_pane(self, by: int) -> None:
        """Go to the next pane (1) or the one before (-1)."""
        order = [self.strip, self.token, self.without, self.with_token]
        if self.fusionauth.state is not None and self.fusionauth.state.rows:
            order[1:1] = [self.fusionauth.steps, self.aws.steps]
        focused = self.screen.focused
        at = order.index(focused) if focused in order else -1 if by > 0 else 0
        self._go_to(order[(at + by) % len(order)])

    def on_descendant_focus(self) -> None:
        """The list with the focus is the one whose step is explained."""
        focused = self.screen.focused
        if isinstance(focused, StepList):
            for pane in self._panes.values():
                pane.set_class(pane is focused.parent, "-current")

    def _go_to(self, widget: Widget) -> None:
        owners = {"fusionauth": self.fusionauth.steps, "aws": self.aws.steps, "token": self.token}
        tab = next((tab for tab, owner in owners.items() if owner is widget), None)
        if isinstance(widget, AnswerPane):
            tab = "answers"
        if tab is not None:
            self.tabs.shown = tab
            for other in TABS:
                self.set_class(other == tab, f"-show-{other}")
        self.call_after_refresh(widget.focus)
