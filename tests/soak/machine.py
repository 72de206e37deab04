"""Runs of Gatelight under everything that can go wrong, one after another, in one sandbox: hypothesis chooses what."""

import difflib
import itertools
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from services.cancel import Cancellation
from services.errors import GatelightError
from services.events import Event, StepFailed
from services.provisioning.step import Outcome
from services.workbench import Workbench
from tests.benches import Bench, Log
from tests.crash.children import Child, Children
from tests.crash.wire import (
    Carry,
    Fault,
    Request,
    Wire,
    answer,
    aws_error,
    cut_answer,
    kill,
    lose_answer,
    lose_request,
)
from tests.soak.edits import EDITS, ELSEWHERE, Edit, by_hand

IMPATIENT, PATIENT = 2.0, 20.0  # seconds the clients wait for an answer: while faults are about, and in the end
_BUSY = "Unable to complete operation due to concurrent modification. Please try again later."


def too_late(request: Request, carry: Carry) -> bytes | None:
    """It is carried out, and the answer comes when nobody waits for it any more."""
    carry()
    time.sleep(IMPATIENT * 1.2)
    return None


def fails(request: Request, carry: Carry) -> bytes | None:
    """The other side has an error of its own, and has done nothing."""
    if request.is_aws:
        return aws_error(500, "InternalFailure")(request, carry)
    return answer(500)(request, carry)


def fails_after_all(request: Request, carry: Carry) -> bytes | None:
    """The other side has an error of its own once it has done what was asked."""
    carry()
    return fails(request, carry)


def throttles(request: Request, carry: Carry) -> bytes | None:
    """Too many requests."""
    if request.is_aws:
        return aws_error(429, "TooManyRequestsException")(request, carry)
    return answer(429, retry_after="0")(request, carry)


def is_busy(request: Request, carry: Carry) -> bytes | None:
    """An earlier change is still at work."""
    if request.is_aws:
        return aws_error(409, "ConflictException", _BUSY)(request, carry)
    return answer(503, retry_after="0")(request, carry)


def is_not_itself(request: Request, carry: Carry) -> bytes | None:
    """Something in between answers with a page of its own."""
    return answer(502, b"<html>Bad Gateway</html>", content_type="text/html")(request, carry)


FAULTS: tuple[Fault, ...] = (
    *(cut_answer, lose_answer, lose_request, too_late),
    *(fails, fails_after_all, throttles, is_busy, is_not_itself),
)
_places = st.integers(0, 70)  # which of a run's requests: the first `up` sends about so many, `down` half of them
_faults = st.dictionaries(_places, st.sampled_from(FAULTS), min_size=1, max_size=6)
_down_faults = st.dictionaries(st.integers(0, 30), st.sampled_from(FAULTS), min_size=1, max_size=6)
_edits = st.sampled_from(EDITS)


class Mischief:
    """Does something at some of the requests of a run, counted from its beginning."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.plan: Mapping[int, Fault] = {}
        self._count = itertools.count()
        self.done: Counter[str] = Counter()

    def begin(self, plan: Mapping[int, Fault]) -> None:
        """A run begins."""
        with self._lock:
            self.plan, self._count = plan, itertools.count()

    def __call__(self, request: Request) -> Fault | None:
        with self._lock:
            fault = self.plan.get(next(self._count))
        if fault is not None:
            self.done[fault.__name__] += 1
        return fault


class Patience:
    """How long clients that are made now wait for an answer."""

    seconds = IMPATIENT


class Provisioning(RuleBasedStateMachine):
    """Whatever happened before: once it stops, `up` ends in the one right state, and `down` leaves nothing."""

    bench: ClassVar[Bench]
    crew: ClassVar[Children]
    wire: ClassVar[Wire]
    mischief: ClassVar[Mischief]
    patience: ClassVar[Patience]
    ledger: ClassVar[Path]
    before: ClassVar[dict[str, Any]]
    right: ClassVar[str]
    tally: ClassVar[Counter[str]]
    tell: ClassVar[list[Callable[[int], None]]]  # who hears how many have converged

    def __init__(self) -> None:
        super().__init__()
        self.patience.seconds = IMPATIENT
        self.workbench = self.bench.workbench(ledger=self.ledger)
        self.issuer_changed = False

    @rule(faults=_faults)
    def up(self, faults: dict[int, Fault]) -> None:
        """A run meets faults."""
        self._run("up", faults)

    @rule(faults=_down_faults)
    def down(self, faults: dict[int, Fault]) -> None:
        """A teardown meets faults."""
        self._have_something()
        self._run("down", faults)

    @rule(edit=_edits)
    def edit(self, edit: Edit) -> None:
        """Somebody changes something between runs."""
        self._have_something()
        self._edit(edit)

    @rule(edit=_edits, place=_places, direction=st.sampled_from(["up", "up", "down"]))
    def edit_during(self, edit: Edit, place: int, direction: str) -> None:
        """Somebody changes something while a run is under way."""

        def edited(request: Request, carry: Carry) -> bytes | None:
            self._edit(edit)
            return carry()

        self._run(direction, {place: edited})

    @rule(place=_places, direction=st.sampled_from(["up", "up", "down"]), carried_out=st.booleans())
    def kill(self, place: int, direction: str, carried_out: bool) -> None:
        """The process of a run is killed at one of its requests."""
        known, killed = threading.Event(), list[Child]()

        def killing(request: Request, carry: Carry) -> bytes | None:
            assert known.wait(10)
            self.tally["killed"] += 1
            return kill(killed[0].pid, carried_out=carried_out)(request, carry)

        self.mischief.begin({place: killing})
        killed.append(self.crew.start(direction, ports=self.wire.ports))
        known.set()
        killed[0].ended()
        self._rest()

    @rule(place=_places, direction=st.sampled_from(["up", "up", "down"]))
    def cancel(self, place: int, direction: str) -> None:
        """Somebody stops a run."""
        cancellation = Cancellation()

        def cancelled(request: Request, carry: Carry) -> bytes | None:
            cancellation.cancel()
            return carry()

        self._run(direction, {place: cancelled}, cancellation)

    def teardown(self) -> None:
        """Everything works again: the two promises."""
        self._rest()
        self.workbench.close()
        self.patience.seconds = PATIENT
        self.workbench = self.bench.workbench(ledger=self.ledger)
        self._well("up")
        assert self.workbench.call(self.workbench.get_token(Cancellation()), Cancellation()).opens_as_it_should
        now = shape(self.bench, self.workbench)
        assert now == self.right, "\n".join(difflib.unified_diff(self.right.split("\n"), now.split("\n"), lineterm=""))
        again = self._well("up")
        assert {report.outcome for report in again.reports.values()} <= {Outcome.FOUND, Outcome.HOLDS}
        self._well("down")
        assert not self.workbench.done()
        after = self.bench.world()
        if self.issuer_changed and ELSEWHERE in after["tenants"].values():
            tenant = self.bench.record.endpoints.fusionauth.tenant_id
            self.bench.fusionauth("PATCH", f"/api/tenant/{tenant}", {"tenant": {"issuer": "acme.com"}})
            after = self.bench.world()
        assert after == self.before
        self.workbench.close()
        self.tally["converged"] += 1
        for tell in self.tell:
            tell(self.tally["converged"])

    def _have_something(self) -> None:
        if len(self.workbench.done()) < 5:
            self._run("up", {})

    def _run(self, direction: str, plan: Mapping[int, Fault], cancellation: Cancellation | None = None) -> None:
        self.mischief.begin(plan)
        run = self.workbench.up if direction == "up" else self.workbench.down
        well = run(self._hear, cancellation or Cancellation())
        self._rest()
        self.tally[f"{direction} {'well' if well else 'failed'}"] += 1

    def _well(self, direction: str) -> Log:
        run = self.workbench.up if direction == "up" else self.workbench.down
        for _ in range(3):
            log = Log(self._hear)
            if run(log, Cancellation()):
                break
            self.tally["slow"] += 1  # a busy machine may take longer to answer than a step has patience
            assert all("did not answer" in message for message in told(log).values()), told(log)
        else:
            raise AssertionError(told(log))
        return log

    def _hear(self, event: Event) -> None:
        """Every failure is one that was foreseen."""
        if isinstance(event, StepFailed):
            assert type(event.error) is not GatelightError, event.error.message

    def _edit(self, edit: Edit) -> None:
        self.tally["edited"] += 1
        self.issuer_changed |= edit.__name__ == "change_issuer"
        by_hand(self.bench, edit)

    def _rest(self) -> None:
        self.mischief.begin({})
        self.wire.rest()


def told(log: Log) -> dict[str, str]:
    """Why steps failed."""
    return {step: failed.error.message for step, failed in log.failures.items()}


def shape(bench: Bench, workbench: Workbench) -> str:
    """The world without what is another in each run: ids that AWS gives, times and secrets."""
    text = json.dumps(bench.world(), default=str)
    for record in workbench.done().values():
        for name, value in sorted(record.facts.items()):
            if name.endswith("_id") and len(value) in range(6, 20):
                text = text.replace(value, name)
    text = re.sub(r'("(clientSecret|gatelight:made)": )"[^"]+"', r"\1null", text)
    return json.dumps(json.loads(text), sort_keys=True, indent=1)
