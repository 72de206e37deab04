"""The desk between the screen and the workbench: what blocks runs here, in threads, and only ever posts messages."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from itertools import count
from typing import TYPE_CHECKING

from textual.screen import Screen
from textual.worker import Worker

from services.cancel import Cancellation
from services.errors import GatelightError, Interrupted
from services.log import failed, unforeseen
from services.person import Person
from services.tokens.ways import Wish
from tui.asking import person_at
from tui.messages import (
    Answered,
    CommandWritten,
    Compared,
    Cured,
    Diagnosed,
    FaultMoved,
    Job,
    Opened,
    Planned,
    RunEnded,
    RunNews,
    SignedIn,
    StartingUp,
    TokenArrived,
    TunnelSeen,
    UndoPlanned,
    WorkFailed,
    WorkMessage,
)
from tui.obtaining import obtain

if TYPE_CHECKING:
    from services.diagnosis.diagnosis import Diagnosis, Fix
    from services.events import Event
    from services.exchange import Exchange
    from services.provisioning.binding import BoundPlan
    from services.provisioning.plan import Plan
    from services.tokens.hand import TokenInHand
    from services.tokens.offers import Offer
    from services.workbench import Workbench

OpenWorkbench = Callable[[Callable[[str], None], Cancellation, Person], "Workbench"]
_TAKING_BACK_SECONDS = 2.0  # a login through a browser takes its redirect URL from the application again
_Work = Callable[[int, Cancellation], WorkMessage | None]


class Lane(StrEnum):
    """Work of one lane replaces what went before it there; the lanes run beside each other."""

    WORK = "work"
    READING = "reading"
    COMMAND = "command"
    ACCOUNT = "account"
    WATCH = "watch"


class _Errand:
    """One piece of work on its way."""

    def __init__(self, run: int, job: Job) -> None:
        self.run = run
        self.job = job
        self.cancellation = Cancellation()
        self.ended = threading.Event()
        self.worker: Worker[None] | None = None


class Desk:
    """Starts work on the workbench and knows which of its messages still count."""

    def __init__(self, screen: Screen[None], open_workbench: OpenWorkbench) -> None:
        self._screen = screen
        self._open_workbench = open_workbench
        self._numbers = count(1)
        self._errands: dict[Lane, _Errand] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._leaving = Cancellation()  # set when nobody will be there to answer a question any more
        self.person = person_at(screen.post_message, self._leaving)
        self._workbench: Workbench | None = None

    @property
    def workbench(self) -> "Workbench":
        """The open workbench; only what runs after `Opened` may ask."""
        if self._workbench is None:
            raise GatelightError("Gatelight is still starting.", "Wait until the steps are listed.")
        return self._workbench

    @property
    def job(self) -> Job | None:
        """What is at work in the main lane; None while it is free."""
        errand = self._errands.get(Lane.WORK)
        return errand.job if errand else None

    def is_current(self, message: WorkMessage) -> bool:
        """Whether a message belongs to work that has not been replaced, cancelled or finished."""
        return any(errand.run == message.run for errand in self._errands.values())

    def finish(self, message: WorkMessage) -> None:
        """Take a lane's work as done; its later messages no longer count."""
        self._errands = {lane: errand for lane, errand in self._errands.items() if errand.run != message.run}

    def failure_of(self, worker: "Worker[object]", error: BaseException) -> WorkFailed | None:
        """What to tell of a worker that died of something nobody foresaw; None when it no longer counts."""
        for errand in self._errands.values():
            if errand.worker is worker:
                return WorkFailed(errand.run, errand.job, unforeseen(error))
        return None

    def open(self) -> None:
        """Open the workbench (for a sandbox: start it)."""

        def work(run: int, cancellation: Cancellation) -> WorkMessage:
            workbench = self._open_workbench(lambda text: self._post(StartingUp(run, text)), cancellation, self.person)
            with self._lock:
                if not self._closed:
                    self._workbench = workbench
                    old = workbench.overdue(time.time())
                    return Opened(run, workbench.steps, workbench.done(), workbench.where(), old)
            workbench.close()
            raise Interrupted

        self._start(Lane.WORK, Job.OPEN, work)

    def sign_in(self) -> None:
        """Ask AWS who we are there."""
        self._start(Lane.ACCOUNT, Job.SIGN_IN, lambda run, _: SignedIn(run, self.workbench.sign_in()))

    def look_ahead(self) -> None:
        """Find out what provisioning would do."""
        self._start(
            Lane.WORK,
            Job.LOOK_AHEAD,
            lambda run, cancellation: Planned(run, self.workbench.plan(cancellation)),
        )

    def provision(self, plan: "Plan | None" = None) -> None:
        """Run every step; with a plan, as it says or not at all."""

        def work(run: int, cancellation: Cancellation) -> WorkMessage:
            bound = self.workbench.bind(plan) if plan is not None else None
            return self._up(run, Job.UP, cancellation, None, plan=bound)

        self._start(Lane.WORK, Job.UP, work)

    def run_step(self, step_id: str | None = None, *, adopt: bool = False) -> None:
        """Run one step: the one named, or the next; with `adopt` it may use or change what is others'."""

        def work(run: int, cancellation: Cancellation) -> WorkMessage:
            only = step_id or self.workbench.next_step()
            if only is None:
                return RunEnded(run, Job.STEP, True, self.workbench.where())
            return self._up(run, Job.STEP, cancellation, only, adopt=(only,) if adopt else ())

        self._start(Lane.WORK, Job.STEP, work)

    def plan_undo(self) -> None:
        """Find out what a teardown would do."""

        def work(run: int, _: Cancellation) -> WorkMessage:
            bench = self.workbench
            return UndoPlanned(run, bench.undo_plan(), bench.staying(), bench.where())

        self._start(Lane.WORK, Job.PLAN, work)

    def down(self) -> None:
        """Undo everything, and read both sides again."""

        def work(run: int, cancellation: Cancellation) -> WorkMessage:
            ended = self.workbench.take_down(self._news(run), cancellation)
            return RunEnded(run, Job.DOWN, ended.succeeded, self.workbench.where(), ended)

        self._start(Lane.WORK, Job.DOWN, work)

    def get_token(self, wish: Wish, held: "TokenInHand | None", job: Job = Job.TOKEN) -> None:
        """Get a token the way that is wanted, and inspect it; a refresh renews the one that is `held`."""

        def work(run: int, cancellation: Cancellation) -> WorkMessage:
            got = obtain(self.workbench, wish, held, run=run, post=self._post, cancellation=cancellation)
            return TokenArrived(run, self.workbench.inspect(got))

        self._start(Lane.WORK, job, work)

    def offers(self, held: "TokenInHand | None") -> "tuple[Offer, ...]":
        """Every way to a token; blocks briefly."""
        return self.workbench.tokens.offers(held)

    def inspect(self, token: "TokenInHand") -> None:
        """Apply the gateway's rules to the token in hand once more."""
        self._start(Lane.WORK, Job.TOKEN, lambda run, _: TokenArrived(run, self.workbench.inspect(token)))

    def call(self, token: "TokenInHand | None") -> None:
        """Call the gateway without a token, and with the one in hand."""
        self._start(
            Lane.WORK, Job.CALL, lambda run, cancellation: Answered(run, self.workbench.call(token, cancellation))
        )

    def compare(self, token: "TokenInHand | None") -> None:
        """Read every place the issuer and the audience live in, and look which faults are in."""

        def work(run: int, _: Cancellation) -> WorkMessage:
            return Compared(run, self.workbench.agreement(token), self.workbench.faults.look())

        self._start(Lane.READING, Job.READ, work)

    def put_in(self, fault_id: str) -> None:
        """Put a fault in."""

        def work(run: int, cancellation: Cancellation) -> WorkMessage:
            put_in = self.workbench.faults.put_in(fault_id, cancellation)
            return FaultMoved(run, self.workbench.faults.look(), put_in)

        self._start(Lane.WORK, Job.BREAK, work)

    def take_out(self, fault_id: str) -> None:
        """Take a fault out."""

        def work(run: int, _: Cancellation) -> WorkMessage:
            self.workbench.faults.take_out(fault_id)
            return FaultMoved(run, self.workbench.faults.look())

        self._start(Lane.WORK, Job.MEND, work)

    def examine(self, token: "TokenInHand | None") -> None:
        """Have the doctor look at everything, with the token in hand."""
        self._start(
            Lane.WORK, Job.EXAMINE, lambda run, cancellation: Diagnosed(run, self._diagnosis(token, cancellation))
        )

    def cure(self, fix: "Fix", token: "TokenInHand | None") -> None:
        """Apply a fix, then call the gateway and have the doctor look again: that is the proof."""

        def work(run: int, cancellation: Cancellation) -> WorkMessage:
            bench = self.workbench
            if fix.step_id and not bench.apply(fix, self._news(run), cancellation):
                return RunEnded(run, Job.CURE, False, bench.where())
            held = bench.get_token(cancellation) if fix.new_token or bench.is_outdated(token) else token
            inspection = bench.inspect(held) if held else None
            pair = bench.call(held, cancellation)
            return Cured(run, inspection, pair, self._diagnosis(held, cancellation), bench.where())

        self._start(Lane.WORK, Job.CURE, work)

    def write_command(self, exchange: "Exchange") -> None:
        """Say an exchange as a command a person can run."""
        self._start(Lane.COMMAND, Job.COMMAND, lambda run, _: CommandWritten(run, self.workbench.command(exchange)))

    def watch(self) -> None:
        """Keep an eye on the tunnel for as long as the workbench is open."""

        def work(run: int, cancellation: Cancellation) -> None:
            bench = self.workbench
            with suppress(Interrupted):
                bench.watch_tunnel(lambda seen: self._post(TunnelSeen(run, seen, bench.publish)), cancellation)

        self._start(Lane.WATCH, Job.WATCH, work)

    def cancel(self) -> None:
        """Ask the work of the main lane to stop; it tells how it ended."""
        if errand := self._errands.get(Lane.WORK):
            errand.cancellation.cancel()

    def close(self) -> None:
        """Stop everything and close the workbench, however far its opening has come. Blocks up to two seconds."""
        self._leaving.cancel()
        for errand in self._errands.values():
            errand.cancellation.cancel()
        if (waiting := self._errands.get(Lane.WORK)) and waiting.job is Job.TOKEN:
            waiting.ended.wait(_TAKING_BACK_SECONDS)
        with self._lock:
            self._closed = True
            workbench, self._workbench = self._workbench, None
        if workbench is not None:
            workbench.close()

    def _diagnosis(self, token: "TokenInHand | None", cancellation: Cancellation) -> "Diagnosis":
        from services.diagnosis.diagnose import diagnose
        from services.diagnosis.in_hand import presented_by
        from services.diagnosis.intake import Intake
        from services.diagnosis.masking import masked_for

        intake = Intake(presented=presented_by(token) if token else None)
        return masked_for(self.workbench.redactor, diagnose(self.workbench.examine(intake, cancellation)))

    def _news(self, run: int) -> Callable[["Event"], None]:
        return lambda event: self._post(RunNews(run, event))

    def _up(
        self,
        run: int,
        job: Job,
        cancellation: Cancellation,
        only: str | None,
        *,
        adopt: tuple[str, ...] = (),
        plan: "BoundPlan | None" = None,
    ) -> WorkMessage:
        succeeded = self.workbench.up(self._news(run), cancellation, only=only, adopt=adopt, plan=plan)
        return RunEnded(run, job, succeeded, self.workbench.where())

    def _start(self, lane: Lane, job: Job, work: _Work) -> None:
        if before := self._errands.get(lane):
            before.cancellation.cancel()
        errand = self._errands[lane] = _Errand(next(self._numbers), job)

        def run() -> None:
            try:
                message = work(errand.run, errand.cancellation)
            except GatelightError as error:
                failed(error)
                message = WorkFailed(errand.run, job, error)
            finally:
                errand.ended.set()
            if message is not None:
                self._post(message)

        errand.worker = self._screen.run_worker(
            run, name=job.value, group=lane.value, thread=True, exclusive=True, exit_on_error=False
        )

    def _post(self, message: WorkMessage) -> None:
        self._screen.post_message(message)
