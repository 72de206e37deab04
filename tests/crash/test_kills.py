"""A run that is killed at any moment loses nothing: `up` again ends what it began, and `down` leaves nothing behind."""

import itertools
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from services.cancel import Cancellation
from services.provisioning.step import MakingStep, Outcome
from services.workbench import Workbench
from tests.benches import Bench, down, up
from tests.crash.children import KILLED, Child, Children, children
from tests.crash.wire import Fault, Request, Wire, kill

MakeWorkbench = Callable[..., Workbench]


BEFORE, AFTER = "before the call", "after the call"


class Killer:
    """Chooses the request at which a child is killed: the first that changes something, or a certain one."""

    def __init__(self) -> None:
        self._known = threading.Event()
        self._pid = 0
        self._moment = ""
        self._what = ""
        self.killed_after = ""
        self.spared: set[str] = set()  # what a step asks for again each time, though it is done

    def aim(self, moment: str, what: str = "") -> None:
        """Before the child begins: when it shall be, empty for not at all; and a part of the request, if it matters."""
        self._known.clear()
        self._moment, self._what = moment, what

    def at(self, child: Child) -> None:
        """Who it is."""
        self._pid = child.pid
        self._known.set()

    def __call__(self, request: Request) -> Fault | None:
        if not request.writes or not self._moment or self._what not in f"{request.operation} {request.body!r}":
            return None
        if request.operation + request.path in self.spared:
            return None
        if self._moment == AFTER:
            self.killed_after = request.operation + request.path
        assert self._known.wait(5)
        return kill(self._pid, carried_out=self._moment == AFTER)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return tmp_path / "ledgers" / "p.json"


@pytest.fixture
def crew(sandbox: Bench, ledger: Path) -> Iterator[Children]:
    with children(sandbox, ledger) as crew:
        yield crew


@pytest.mark.timeout(180)
def test_every_step_killed_before_and_after_every_call_and_after_its_record(
    sandbox: Bench, crew: Children, ledger: Path, new_workbench: MakeWorkbench
) -> None:
    """One chain through all steps, each in a child process of its own that SIGKILL ends at a chosen request.

    For each call that changes something: killed before it is carried out, killed after that and before anything of it
    is recorded; for each step: killed once it is recorded, before the next one. What a child leaves is where the next
    begins, so `up` converges after every one of them if it does in the end.
    """
    before = sandbox.world()
    killer = Killer()
    cells: dict[str, list[str]] = {}
    reference = new_workbench(ledger=ledger)
    steps = {step.spec.id: step for step in reference._runner.steps}
    with Wire(sandbox.record, killer) as wire:

        def killed(step: str, moment: str) -> None:
            killer.aim(moment)
            child = crew.start(only=step, last=step, ports=wire.ports)
            killer.at(child)
            assert child.ended() == KILLED, (step, moment)

        while (name := reference.next_step()) is not None:
            step = steps[name]
            moments = cells.setdefault(name, [])
            while isinstance(step, MakingStep) and len(moments) < 10:
                killed(name, BEFORE)
                if name in stored(ledger)["records"]:
                    break
                killed(name, AFTER)
                moments += [BEFORE, AFTER]
                assert name in stored(ledger)["intents"]
            else:
                killed(name, "")
            assert name in stored(ledger)["records"]
            assert name not in stored(ledger)["intents"]

    making = {name for name, step in steps.items() if isinstance(step, MakingStep)}
    assert cells.keys() == steps.keys()
    assert {name for name, moments in cells.items() if moments} == making, "every one of them makes a call"
    assert max(map(len, cells.values())) >= 4, "some make more than one"
    assert sum(map(len, cells.values())) >= 2 * len(making)
    as_it_is = sandbox.world()
    log = up(reference)
    assert {report.outcome for report in log.reports.values()} == {Outcome.FOUND, Outcome.HOLDS}
    assert sandbox.world() == as_it_is
    assert all(len(as_it_is[kind]) == len(before[kind]) + 1 for kind in ("apis", "functions", "roles", "users"))
    assert reference.done()["issuer"].old["issuer"] == "acme.com"
    assert reference.call(reference.get_token(Cancellation()), Cancellation()).opens_as_it_should

    kills = 0
    with Wire(sandbox.record, killer) as wire:
        for moment in itertools.cycle((BEFORE, AFTER)):
            killer.aim(moment)
            child = crew.start("down", ports=wire.ports)
            killer.at(child)
            if child.ended() != KILLED:
                break
            kills += 1
            wire.rest()
            killer.spared.add(killer.killed_after)
    down(reference)
    assert kills >= 2 * len(making)
    assert sandbox.world() == before


@pytest.mark.parametrize(
    ("moment", "what"),
    [
        (AFTER, "issuer"),
        (AFTER, "POST /2015-03-31/functions"),
        (BEFORE, "POST /v2/apis/·/routes"),
    ],
)
def test_straight_after_a_kill_among_steps_side_by_side_down_leaves_nothing_and_up_ends_what_it_began(
    sandbox: Bench, crew: Children, ledger: Path, new_workbench: MakeWorkbench, moment: str, what: str
) -> None:
    before = sandbox.world()
    killer = Killer()
    with Wire(sandbox.record, killer) as wire:
        for end in (down, up):
            killer.aim(moment, what)
            child = crew.start(ports=wire.ports)
            killer.at(child)
            assert child.ended() == KILLED
            wire.rest()
            assert sandbox.world() != before
            workbench = new_workbench(ledger=ledger)
            end(workbench)
            if end is down:
                assert sandbox.world() == before
    assert workbench.call(workbench.get_token(Cancellation()), Cancellation()).opens_as_it_should
    down(workbench)
    assert sandbox.world() == before


def stored(ledger: Path) -> dict[str, Any]:
    """What the file says."""
    content: dict[str, Any] = json.loads(ledger.read_text()) if ledger.exists() else {"records": {}, "intents": {}}
    return content
