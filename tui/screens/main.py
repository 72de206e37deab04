"""The main screen: starts work, takes its results, and knows which keys work now."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import OptionList
from textual.worker import Worker, WorkerState

from services.errors import GatelightError, Interrupted
from services.events import RunFinished, RunKind, RunStarted, StepFailed
from services.profile.secrets import Given
from services.provisioning.step import Side
from services.redact import Secret
from services.tokens.ways import Way, Wish
from tui.desk import Desk, OpenWorkbench
from tui.host import Host
from tui.keymap import Situation, bindings, works
from tui.messages import (
    Answered,
    CodeWanted,
    CommandWritten,
    Compared,
    Cured,
    Diagnosed,
    FaultMoved,
    Job,
    MfaCodeWanted,
    Opened,
    Planned,
    ProfileChosen,
    RunEnded,
    RunNews,
    SecretWanted,
    SignedIn,
    StartingUp,
    TokenArrived,
    TunnelSeen,
    UndoPlanned,
    VisitBegan,
    WorkFailed,
    WorkMessage,
)
from tui.panes.board import Board
from tui.safe import harmless
from tui.screens.breaking import Breaking
from tui.screens.code import MFA_SECONDS, CodeScreen
from tui.screens.confirm import adopt_screen, agree_screen, fix_screen
from tui.screens.consultation import Consultation
from tui.screens.exchanges import answer_screen, step_screen
from tui.screens.help import HelpScreen
from tui.screens.inspector import InspectorScreen
from tui.screens.secret import SecretScreen
from tui.screens.token_dialogs import TokenDialogs
from tui.screens.undo import LeftScreen, nothing_left, undo_screen
from tui.screens.ways import WaysScreen
from tui.view.reminder import reminder
from tui.view.seen_tokens import SeenTokens
from tui.view.states import TokenView
from tui.view.steps import StepsView, remembered
from tui.view.tunnel_text import TunnelView, tunnel_news

if TYPE_CHECKING:
    from services.faults.breaking import Standing
    from services.provisioning.teardown import TornDown
    from services.tokens.hand import TokenInHand
    from services.workbench import Inspection, Where

_STARTING = ("Starting …",)
_RUNS = {Job.UP: RunKind.UP, Job.STEP: RunKind.UP, Job.DOWN: RunKind.DOWN}


class MainScreen(Screen[None]):
    """Shows the state of everything, starts work, and takes its results."""

    app = getters.app(Host)
    board = getters.query_one(Board)
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = bindings()
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-compact"), (130, "-wide")]  # noqa: RUF012 - as Screen declares it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (36, "-tall")]  # noqa: RUF012

    def __init__(self, open_workbench: OpenWorkbench) -> None:
        super().__init__()
        self._desk = Desk(self, open_workbench)
        self._breaking = Breaking(self._desk, self._begin, lambda: self._desk.call(self._token_in_hand()))
        self.opened = False
        self._seen = SeenTokens()
        self._job_began = 0.0
        self._expiry_seen = False
        self._dialogs = TokenDialogs(self, self._desk.cancel)
        self._wish = Wish()
        self._renews = False
        self._doctor = Consultation(
            self, self._desk, self._begin, token=self._token_in_hand, where=lambda: self.board.top.state.where
        )

    def compose(self) -> ComposeResult:
        """The board."""
        yield Board()

    def on_mount(self) -> None:
        """Show the empty screen first; what is heavy starts once it has been painted."""
        self.watch(self.app, "revealed", self._secrets_changed, init=False)
        self.watch(self.app, "secrets_for", self._show_top, init=False)
        self.set_interval(1, self.tick)
        self.call_after_refresh(self.action_retry_opening)

    async def close(self) -> None:
        """Stop all work and close the workbench."""
        await asyncio.to_thread(self._desk.close)

    @property
    def situation(self) -> Situation:
        """All that decides which keys work."""
        return self.board.situation(opened=self.opened, job=self._desk.job)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that do not work now are neither shown nor obeyed."""
        return works(action, self.situation) if self.is_mounted else True

    # What workers report ----------------------------------------------------------------------------------------

    def on_starting_up(self, message: StartingUp) -> None:
        """The start-up goes on."""
        if self._desk.is_current(message):
            view = self.board.steps(Side.FUSIONAUTH)
            self._show(
                replace(
                    view,
                    progress=(*view.progress[-8:], message.text) if view.progress != _STARTING else (message.text,),
                )
            )

    def on_opened(self, message: Opened) -> None:
        """The workbench is open."""
        if not self._take(message):
            return
        self.opened = True
        self.board.top.state = replace(self.board.top.state, where=message.where)
        for side in Side:
            self._show(remembered(side, message.steps, message.records))
        if self.focused is None:
            self.board.show_pane(0)
        if message.records:
            self._desk.compare(None)
        self._desk.watch()
        if message.where.target == "live":
            self._desk.sign_in()
        if message.overdue is not None:
            told = reminder(message.overdue, message.where.profile, self.app.clock())
            self.app.notify(told, severity="warning", timeout=12, markup=False)
        self._settle()

    def _know_the_account(self, where: "Where") -> None:
        """Ask AWS who we are once more where that failed before, and a run has come through all the same."""
        if where.target == "live" and where.account and not where.caller:
            self._desk.sign_in()

    def on_signed_in(self, message: SignedIn) -> None:
        """AWS has said who we are there."""
        if self._take(message):
            self.board.top.state = replace(self.board.top.state, where=message.where, signed_out=False)

    async def on_run_news(self, message: RunNews) -> None:
        """A step moved on."""
        if self._desk.is_current(message):
            self.board.follow(message.event, self.app.clock())
            if isinstance(message.event, RunStarted | RunFinished | StepFailed):
                self._settle()
            await asyncio.sleep(0)  # news come in bursts: keys and paints get their turn in between

    def on_run_ended(self, message: RunEnded) -> None:
        """A run is over: what it changed is compared again."""
        if not self._take(message):
            return
        self.board.top.state = replace(self.board.top.state, where=message.where)
        if message.job is Job.CURE:
            self._doctor.fail(GatelightError("The step did not succeed.", "Look at the step: it says why."))
        elif message.job is Job.DOWN:
            self._tell_what_is_left(message.torn_down)
            self.board.forget_results()
            self._breaking.forget_token()
            self._know_faults(())
        elif message.succeeded:
            self._desk.compare(self._token_in_hand())
        self._know_the_account(message.where)
        self._settle()
        if not message.succeeded:
            self._breaking.stop()

    def on_planned(self, message: Planned) -> None:
        """Show the plan, and do it where it is agreed to."""
        from tui.screens.plan import PlanScreen  # what it needs would hold up the first frame

        if not self._take(message):
            return
        where = self.board.top.state.where

        def agreed(yes: bool | None) -> None:
            if yes:
                self._begin(lambda: self._desk.provision(message.plan))

        self.app.push_screen(PlanScreen(message.plan, where.target if where else ""), agreed)
        self._settle()

    def on_undo_planned(self, message: UndoPlanned) -> None:
        """Ask before anything goes."""
        if self._take(message):
            self.app.push_screen(undo_screen(message), lambda yes: self._begin(self._desk.down) if yes else None)
            self._settle()

    def on_code_wanted(self, message: CodeWanted) -> None:
        """A login waits for the code of a second factor."""
        if self._desk.is_current(message):
            self._dialogs.ask_code(message)

    def on_secret_wanted(self, message: SecretWanted) -> None:
        """Work waits for a secret that is kept nowhere."""
        self.app.push_screen(SecretScreen(message.wanted), lambda given: message.give(given or Given(Secret(""))))

    def on_mfa_code_wanted(self, message: MfaCodeWanted) -> None:
        """Signing in to AWS waits for a code."""
        question = f"AWS asks for a code of the MFA device {message.device}"
        screen = CodeScreen(question, recipient="AWS", seconds=MFA_SECONDS)
        self.app.push_screen(screen, lambda code: message.give(code or ""))

    def on_visit_began(self, message: VisitBegan) -> None:
        """A login waits for a browser."""
        if self._desk.is_current(message):
            self._dialogs.show_visit(message)

    def on_token_arrived(self, message: TokenArrived) -> None:
        """A token is in hand."""
        if self._take(message):
            self._dialogs.close()
            self._seen.arrived(message.inspection)
            self._breaking.token_arrived(message.inspection.token)
            self._show_token(message.inspection)
            self._desk.compare(message.inspection.token)
            self._settle()
            self._breaking.go_on()

    def on_answered(self, message: Answered) -> None:
        """The gateway has answered."""
        if self._take(message):
            self.board.show_answers(message.pair, self.app.revealed)
            if message.pair.kept is not None:
                kept = f"AWS did not answer as the evidence says: kept in {message.pair.kept}"
                self.app.notify(harmless(kept, 400), timeout=15, markup=False)
            self._desk.compare(self._token_in_hand())
            self._settle()

    def on_compared(self, message: Compared) -> None:
        """Every place has been read."""
        if self._take(message):
            self._know_faults(message.faults)
            self.board.show_agreement(message.agreement, self.app.clock())
            self._settle()
            if self._desk.job is None:  # a step has repaired a fault, which is seen to be gone by now
                self._breaking.go_on()

    def on_fault_moved(self, message: FaultMoved) -> None:
        """A fault is in, or out again: the audience sees what comes of it."""
        if self._take(message):
            self._breaking.moved(message)
            self._know_faults(message.faults)
            self._desk.compare(self._token_in_hand())
            self._settle()
            self._breaking.go_on()

    def on_diagnosed(self, message: Diagnosed) -> None:
        """The doctor is done."""
        if self._take(message):
            self._doctor.tell(message.diagnosis)
            self._settle()

    def on_cured(self, message: Cured) -> None:
        """A fix was applied; the calls after it and the new diagnosis are the proof."""
        if not self._take(message):
            return
        self.board.top.state = replace(self.board.top.state, where=message.where)
        if message.inspection is not None:
            self._breaking.token_arrived(message.inspection.token)
            self._show_token(message.inspection)
        if message.pair is not None:
            self.board.show_answers(message.pair, self.app.revealed)
        self._desk.compare(self._token_in_hand())
        self._doctor.tell(message.diagnosis)
        self._settle()

    def on_command_written(self, message: CommandWritten) -> None:
        """A command is ready to be copied."""
        if self._take(message):
            self.app.copy(message.command)

    def on_tunnel_seen(self, message: TunnelSeen) -> None:
        """The tunnel is not as it was: what it changes is read again."""
        if not self._desk.is_current(message):
            return
        before, now = self.board.top.state.tunnel, self.app.clock()
        view = TunnelView(message.seen, message.publish, now, wanted=self._tunnel_wanted())
        self.board.show_tunnel(view)
        if (news := tunnel_news(before, view)) is not None:
            self.app.notify(news, severity="warning" if view.is_broken else "information", markup=False)
        if before is not None and before.leads_to != view.leads_to and self.situation.something_made:
            self._desk.compare(self._token_in_hand())
        self._settle()

    def on_work_failed(self, message: WorkFailed) -> None:
        """Something failed: it is told where it happened."""
        if not self._take(message):
            return
        if self._desk.job is None:
            self._breaking.stop()
        board, error = self.board, message.error
        match message.job:
            case Job.OPEN:
                self._show(replace(board.steps(Side.FUSIONAUTH), error=error))
            case Job.UP | Job.STEP | Job.DOWN:
                self._run_broke_off(_RUNS[message.job], error)
            case Job.TOKEN | Job.RENEWAL:
                self._dialogs.close()
                self._no_token(error)
            case Job.CALL:
                board.show_call_error(error)
            case Job.READ:
                board.strip.state = replace(board.strip.state, error=error)
            case Job.SIGN_IN:
                board.top.state = replace(board.top.state, signed_out=True)
                told = harmless(f"{error.message} {error.fix}", 600)
                self.app.notify(told, severity="warning", timeout=20, markup=False)
            case Job.EXAMINE | Job.CURE:
                self._doctor.fail(error)
            case _:
                self.app.notify(f"{harmless(error.message)} {harmless(error.fix)}", severity="warning", markup=False)
        self._settle()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Work that died of something unforeseen is told like any other failure."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            failure = self._desk.failure_of(event.worker, event.worker.error)
            if failure is not None:
                self.post_message(failure)

    def on_option_list_option_highlighted(self, _: OptionList.OptionHighlighted) -> None:
        """The keys depend on the step under the cursor."""
        self.refresh_bindings()

    # What a person does -----------------------------------------------------------------------------------------

    def action_retry_opening(self) -> None:
        """Open the workbench."""
        self._show(StepsView(Side.FUSIONAUTH, progress=_STARTING))
        self._begin(self._desk.open)

    def action_provision(self) -> None:
        """Run every step; on a live profile, once its plan has been agreed to."""
        where = self.board.top.state.where
        self._begin(self._desk.look_ahead if where and where.target == "live" else self._desk.provision)

    def action_plan(self) -> None:
        """Show what provisioning would do."""
        self._begin(self._desk.look_ahead)

    def action_next_step(self) -> None:
        """Run the next step."""
        self._begin(self._desk.run_step)

    def action_redo_step(self) -> None:
        """Run the selected step again; where it found what is others', ask whether that may be used or changed."""
        row = self.board.selected_step
        if row is None:
            return
        where = self.board.top.state.where
        if row.adoptable is not None:
            question = adopt_screen(row.adoptable, where)
        elif row.relied_on is not None:
            question = agree_screen(row.relied_on, where)
        else:
            self._begin(lambda: self._desk.run_step(row.spec.id))
            return

        def agreed(yes: bool | None) -> None:
            if yes:
                self._begin(lambda: self._desk.run_step(row.spec.id, adopt=True))

        self.app.push_screen(question, agreed)

    def action_get_token(self) -> None:
        """Get a token the way the last one was got."""
        held = self._token_in_hand()
        if self._wish.way is Way.REFRESH and (held is None or not held.refresh_token):
            self.action_choose_way()  # it says why not
            return
        self._begin(lambda: self._desk.get_token(self._wish, held))

    def action_choose_way(self) -> None:
        """Show the ways to a token; the chosen one is taken at once, and from then on."""

        def chosen(wish: Wish | None) -> None:
            if wish is not None:
                self._wish = wish
                self.action_get_token()

        self.app.push_screen(WaysScreen(lambda: self._desk.offers(self._token_in_hand()), self._wish), chosen)

    def action_toggle_renewal(self) -> None:
        """Begin or stop renewing the token by itself."""
        self._show_renewal(not self._renews)

    def action_call(self) -> None:
        """Call without and with the token."""
        self._begin(lambda: self._desk.call(self._token_in_hand()))

    def action_undo_all(self) -> None:
        """Find out what would go, then ask."""
        self._begin(self._desk.plan_undo)

    def action_break_it(self) -> None:
        """Choose a fault to put in, or to take out."""
        self._breaking.choose(self.app, self.board.top.state.where)

    def action_cancel(self) -> None:
        """Stop the work under way."""
        self._desk.cancel()

    def action_compare(self) -> None:
        """Read every place again."""
        self._desk.compare(self._token_in_hand())

    def action_fix(self) -> None:
        """Ask the doctor about what disagrees; where all agree, offer to take out the fault that is in."""
        agreement = self.board.strip.state.agreement
        if agreement is not None and agreement.holds is False:
            self._doctor.examine(at="issuer" if agreement.issuer.holds is False else "audience")
            return
        cure = self._breaking.repair(tuple(row.spec for row in self.board.rows))
        if cure is None:
            self.action_compare()
            return
        step_id = cure.step_id

        def apply(yes: bool | None) -> None:
            if yes:
                if self._breaking.faults_in:
                    self._breaking.follow_through()
                self.action_get_token() if step_id is None else self._begin(lambda: self._desk.run_step(step_id))

        self.app.push_screen(fix_screen(cure, self.board.top.state.where), apply)

    def action_examine(self) -> None:
        """Open the doctor, who looks at everything at once."""
        self._doctor.examine()

    def action_step_detail(self) -> None:
        """Open everything about the selected step."""
        row = self.board.selected_step
        if row is not None:
            self.app.push_screen(step_screen(row, self._desk.workbench.command))

    def action_token_detail(self) -> None:
        """Open the inspector at the token in hand."""
        held = self._token_in_hand()
        place = self._seen.place_of(held.secret) if held else None
        last = len(self._seen.entries) - 1 if self._seen.entries else None
        inspect_text = self._desk.workbench.inspect_text
        self.app.push_screen(InspectorScreen(self._seen, last if place is None else place, inspect_text))

    def action_answer_detail(self) -> None:
        """Open the request and the whole response."""
        view = self.board.selected_answer
        if view is not None and view.answer is not None:
            self.app.push_screen(answer_screen(view, view.answer, self._desk.workbench.command))

    def action_copy_command(self) -> None:
        """Copy the command of what is selected."""
        exchange = self.board.selected_exchange
        if exchange is not None:
            self._desk.write_command(exchange)

    def action_profiles(self) -> None:
        """Choose another profile."""
        from tui.screens.profiles import ProfilesScreen  # what it needs would hold up the first frame

        def chosen(name: str | None) -> None:
            if name:
                self.post_message(ProfileChosen(name))

        if self.app.profiles is not None:
            self.app.push_screen(ProfilesScreen(self.app.profiles), chosen)

    def action_help(self) -> None:
        """Open the help."""
        self.app.push_screen(HelpScreen(self.situation))

    def action_show_pane(self, index: int) -> None:
        """Go to a pane."""
        self.board.show_pane(index)

    def action_next_pane(self) -> None:
        """Go to the next pane."""
        self.board.step_pane(1)

    def action_previous_pane(self) -> None:
        """Go to the pane before."""
        self.board.step_pane(-1)

    # Keeping the screen true ------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Once a second: the countdown, and how long the work at hand has taken."""
        now = self.app.clock()
        token = self.board.token
        token.tick(now)
        self.board.strip.tick(now)
        if now // 60 != token.state.now // 60:
            token.state = replace(token.state, now=now)
        if self._desk.job is not None:
            self._show_top()
            for side in Side:
                self.board.show_steps(self.board.steps(side), now)
        elif self._renews and token.renew_at is not None and token.renew_at <= now:
            renewing, held = Wish(Way.REFRESH, self._wish.at), self._token_in_hand()
            self._begin(lambda: self._desk.get_token(renewing, held, Job.RENEWAL))
        elif self.opened and not self._expiry_seen and token.expired(now):
            self._expiry_seen = True
            held = self._token_in_hand()
            if held is not None:
                self._begin(lambda: self._desk.inspect(held))

    def _tunnel_wanted(self) -> bool:
        row = self.board.steps(Side.FUSIONAUTH).row("tunnel")
        return row is not None and row.done

    def _show_token(self, inspection: "Inspection") -> None:
        now = self.app.clock()
        self.board.token.state = TokenView(inspection, revealed=self.app.revealed, now=now, renews=self._renews)
        self._expiry_seen = self.board.token.expired(now)

    def _begin(self, start: Callable[[], None]) -> None:
        self._job_began = self.app.clock()
        start()
        self._settle()

    def _take(self, message: WorkMessage) -> bool:
        """Whether a last message counts; the work it ends is then over."""
        current = self._desk.is_current(message)
        self._desk.finish(message)
        return current

    def _know_faults(self, faults: "tuple[Standing, ...]") -> None:
        self._breaking.faults = faults
        self.board.broken_steps = self._breaking.steps

    def _settle(self) -> None:
        """Bring what depends on everything up to date: the light and the keys."""
        self._show_top()
        self.refresh_bindings()

    def _show_top(self) -> None:
        job = self._desk.job
        took = self.app.clock() - self._job_began
        activity = "" if job is None else job.value if took < 1 else f"{job.value} {took:.0f} s"
        self.board.top.state = replace(
            self.board.top.state,
            light=self.board.light(job is not None),
            activity=activity,
            renews=self._renews,
            faults=self._breaking.titles,
            secrets_for=self.app.secrets_for,
        )

    def _show(self, view: StepsView) -> None:
        self.board.show_steps(view, self.app.clock())

    def _run_broke_off(self, kind: RunKind, error: GatelightError) -> None:
        self.board.follow(RunFinished(kind, False, 0.0), self.app.clock())
        if not isinstance(error, Interrupted):
            self._show(replace(self.board.steps(Side.FUSIONAUTH), error=error))

    def _no_token(self, error: GatelightError) -> None:
        """No new token: the one in hand stays, and what went wrong is told with it. A renewal is not tried again."""
        if isinstance(error, Interrupted):
            return
        state = self.board.token.state
        self.board.token.state = replace(state, error=error)
        self._show_renewal(False)

    def _tell_what_is_left(self, ended: "TornDown | None") -> None:
        if ended is None or not ended.sides:
            return
        if ended.exit_code == 0:
            self.app.notify(harmless(nothing_left(ended), 400), timeout=12, markup=False)
        else:
            self.app.push_screen(LeftScreen(ended))

    def _show_renewal(self, renews: bool) -> None:
        self._renews = renews
        self.board.token.state = replace(self.board.token.state, renews=renews)
        self._settle()

    def _secrets_changed(self, revealed: bool) -> None:
        self.board.show_secrets(revealed)
        self._show_top()

    def _token_in_hand(self) -> "TokenInHand | None":
        inspection = self.board.token.state.inspection
        return None if inspection is None else inspection.token
