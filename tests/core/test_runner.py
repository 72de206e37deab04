"""The runner: side by side where the graph allows, behind a failure never, stoppable, and honest in its ledger."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.cancel import Cancellation
from services.errors import ConfigurationError, GatelightError, Interrupted, RemoteError, Unreachable
from services.events import RunFinished, StepWaiting
from services.parallel import side_by_side
from services.provisioning.foresight import Foretold
from services.provisioning.graph import walk
from services.provisioning.ledger import Ledger
from services.provisioning.ledger_file import LedgerFile, Unwritable
from services.provisioning.plan import Action, make_plan
from services.provisioning.runner import Runner
from services.provisioning.step import (
    Change,
    Finding,
    Foreign,
    Made,
    MakingStep,
    Outcome,
    Record,
    Side,
    State,
    Step,
    StepSpec,
    Undone,
    Work,
)
from tests.benches import Log


@dataclass
class Thing(MakingStep):
    """A step whose thing lives in a dictionary; what it does can be replaced."""

    name: str
    needs: tuple[str, ...] = ()
    there: dict[str, str] = field(default_factory=dict)
    creating: Callable[[Work], None] = lambda work: None
    marked: bool = False
    foreign: bool = False

    def __post_init__(self) -> None:
        self.spec = StepSpec(self.name, Side.AWS, self.name.upper(), "", self.needs)

    def find(self, work: Work) -> Finding:
        if self.name not in self.there:
            return Finding(State.ABSENT)
        foreign = Foreign(f'The thing "{self.name}"', "here", "aws.thing") if self.foreign else None
        facts = {self.name: self.there[self.name]}
        return Finding(State.RIGHT, facts, ours=self.marked, foreign=foreign, resource_id=self.name)

    def create(self, work: Work, finding: Finding) -> Made:
        self.creating(work)
        self.there[self.name] = "made"
        return Made({self.name: "made"}, resource_id=self.name)

    def undo(self, work: Work, record: Record) -> Undone:
        return Undone.DELETED if self.there.pop(self.name, None) else Undone.GONE


def run(*steps: Step, ledger: Ledger | None = None, cancellation: Cancellation | None = None) -> tuple[bool, Log]:
    log = Log()
    runner = Runner(steps, ledger or Ledger(None, "p"))
    return runner.up(log, cancellation or Cancellation()), log


def raising(error: Exception) -> Callable[[Work], None]:
    def create(work: Work) -> None:
        raise error

    return create


def test_independent_steps_are_at_work_at_the_same_time() -> None:
    together = threading.Barrier(3, timeout=5)
    well, log = run(*(Thing(name, creating=lambda work: (together.wait(), None)[1]) for name in "abc"))
    assert well, log.failures


def test_a_step_begins_after_what_it_needs_and_knows_its_facts() -> None:
    seen: dict[str, Mapping[str, str]] = {}
    there: dict[str, str] = {}
    well, _ = run(
        Thing("c", ("a", "b"), there, lambda work: seen.update(c=work.facts)),
        Thing("a", (), there),
        Thing("b", (), there),
    )
    assert well
    assert seen["c"] == {"a": "made", "b": "made"}


def test_a_failure_stops_what_needs_it_and_nothing_else() -> None:
    broken = RemoteError("AWS said no.", status=400)
    well, log = run(Thing("a", creating=raising(broken)), Thing("b", ("a",)), Thing("c"), Thing("d", ("c",)))
    assert not well
    assert set(log.failures) == {"a"}
    assert log.failures["a"].error is broken
    assert set(log.reports) == {"c", "d"}
    ended = log.events[-1]
    assert isinstance(ended, RunFinished)
    assert ended.remaining == ("a", "b")


def test_an_unforeseen_error_is_one_a_person_can_report() -> None:
    _, log = run(Thing("a", creating=raising(KeyError("x"))))
    assert log.failures["a"].error.message == "Something went wrong inside Gatelight itself: KeyError: 'x'"


def test_a_waiting_step_says_why_and_stops_at_once() -> None:
    cancellation = Cancellation()

    def wait(work: Work) -> None:
        work.waiting("until it is ready")
        work.cancellation.wait(60)

    log = Log(lambda event: cancellation.cancel() if isinstance(event, StepWaiting) else None)
    began = time.monotonic()
    assert not Runner([Thing("a", creating=wait), Thing("b", ("a",))], Ledger(None, "p")).up(log, cancellation)
    assert time.monotonic() - began < 5
    assert isinstance(log.failures["a"].error, Interrupted)
    assert [event.reason for event in log.events if isinstance(event, StepWaiting)] == ["until it is ready"]


def test_a_listener_that_fails_does_not_keep_the_run_from_ending(monkeypatch: pytest.MonkeyPatch) -> None:
    told = threading.Event()
    monkeypatch.setattr(threading, "excepthook", lambda arguments: told.set())

    def emit(event: object) -> None:
        if type(event).__name__ == "StepStarted":
            raise RuntimeError("the screen is gone")

    assert not Runner([Thing("a"), Thing("b", ("a",))], Ledger(None, "p")).up(emit, Cancellation())
    assert told.wait(5)


def test_one_step_alone_needs_the_ones_before_it() -> None:
    runner = Runner([Thing("a"), Thing("b", ("a",))], Ledger(None, "p"))
    with pytest.raises(ConfigurationError, match="“B” needs A first"):
        runner.up(Log(), Cancellation(), only="b")
    assert runner.next_step() == "a"
    assert runner.up(Log(), Cancellation(), only="a")
    assert runner.next_step() == "b"
    assert runner.up(Log(), Cancellation(), only="b")
    assert runner.next_step() is None


def test_a_part_of_the_work_stops_with_the_whole_and_can_be_stopped_alone() -> None:
    whole = Cancellation()
    first, second = whole.part(), whole.part()
    first.cancel()
    assert (first.cancelled, second.cancelled, whole.cancelled) == (True, False, False)
    whole.cancel()
    assert second.cancelled
    assert whole.part().cancelled


def test_nothing_is_made_that_cannot_be_written_down(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ledger = Ledger(tmp_path / "p.json", "p")
    ledger._file = LedgerFile(tmp_path / "file" / "p.json")
    thing = Thing("a")
    runner = Runner([thing], ledger)
    with pytest.raises(ConfigurationError, match="cannot be written"):
        runner.up(Log(), Cancellation())
    assert thing.there == {}


def test_a_ledger_that_cannot_be_written_any_more_ends_what_waits_and_says_what_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ledger = Ledger(None, "p")
    waits = threading.Event()

    def full(record: Record) -> None:
        raise Unwritable("The ledger cannot be written: No space left on device.", "Give it room.")

    def fill(work: Work) -> None:
        assert waits.wait(5)
        monkeypatch.setattr(ledger, "record", full)

    def wait(work: Work) -> None:
        waits.set()
        work.cancellation.wait(60)

    began = time.monotonic()
    well, log = run(Thing("a", creating=fill), Thing("b", creating=wait), Thing("c", ("b",)), ledger=ledger)
    assert not well
    assert time.monotonic() - began < 5
    assert log.failures["a"].error.message.startswith("“A” (a) was created. The ledger cannot be written")
    assert log.failures["b"].error.message == "Stopped, because the ledger cannot be written."
    assert {failed.error.exit_code for failed in log.failures.values()} == {2}


def test_a_creation_that_was_refused_leaves_no_intent() -> None:
    ledger = Ledger(None, "p")
    thing = Thing("a", creating=raising(RemoteError("no", status=400)))
    run(thing, ledger=ledger)
    assert ledger.intents == {}
    thing.there["a"] = "somebody's"
    run(thing, ledger=ledger)
    assert ledger.records["a"].outcome is Outcome.FOUND
    Runner([thing], ledger).down(Log(), Cancellation())
    assert thing.there == {"a": "somebody's"}


def test_a_creation_whose_answer_was_lost_is_looked_up_and_not_made_again() -> None:
    ledger, there, calls = Ledger(None, "p"), dict[str, str](), list[str]()

    def made_unheard(work: Work) -> None:
        calls.append("create")
        there["a"] = "made"
        raise Unreachable("The connection broke off.")

    well, log = run(Thing("a", (), there, made_unheard), ledger=ledger)
    assert well
    assert calls == ["create"]
    assert log.reports["a"].outcome is Outcome.CREATED
    assert log.reports["a"].note == "The connection broke off. It had been done all the same."
    assert ledger.records["a"].outcome is Outcome.CREATED
    assert ledger.intents == {}


@pytest.mark.parametrize("error", [Unreachable("gone"), Interrupted()])
def test_a_creation_whose_end_is_unknown_keeps_its_intent(error: GatelightError) -> None:
    ledger, there = Ledger(None, "p"), dict[str, str]()

    def made_unheard(work: Work) -> None:
        raise error

    thing = Thing("a", (), there, made_unheard)
    assert not run(thing, ledger=ledger)[0]
    there["a"] = "made"  # it was on its way
    assert ledger.intents["a"].outcome is Outcome.CREATED
    Runner([thing], ledger).down(Log(), Cancellation())
    assert there == {}
    assert ledger.intents == {}


def test_a_creation_refused_half_way_keeps_its_intent() -> None:
    ledger, there = Ledger(None, "p"), dict[str, str]()

    def half(work: Work) -> None:
        there["a"] = "half"
        raise RemoteError("and then no", status=403)

    thing = Thing("a", (), there, half)
    run(thing, ledger=ledger)
    assert "a" in ledger.intents
    assert Runner([thing], ledger).down(Log(), Cancellation())
    assert there == {}


def test_what_is_marked_as_ours_is_ours_even_with_a_lost_ledger() -> None:
    there = {"a": "made"}
    ledger = Ledger(None, "p")
    well, log = run(Thing("a", (), there, marked=True), ledger=ledger)
    assert well
    assert log.reports["a"].outcome is Outcome.FOUND
    assert ledger.records["a"].outcome is Outcome.CREATED


def test_an_open_intent_does_not_make_ours_what_somebody_else_has_put_there() -> None:
    there = dict[str, str]()
    ledger = Ledger(None, "p")
    run(Thing("a", (), there, raising(Unreachable("gone"))), ledger=ledger)
    there["a"] = "somebody's"
    theirs = Thing("a", (), there, foreign=True)

    assert not run(theirs, ledger=ledger)[0]
    assert Runner([theirs], ledger).down(Log(), Cancellation())
    assert (there, ledger.intents) == ({"a": "somebody's"}, {})

    assert Runner([theirs], ledger).up(Log(), Cancellation(), adopt=["a"])
    assert ledger.records["a"].outcome is Outcome.ADOPTED
    assert Runner([theirs], ledger).down(Log(), Cancellation())
    assert there == {"a": "somebody's"}


def test_down_goes_backwards_and_stops_before_what_a_failure_still_needs() -> None:
    there: dict[str, str] = {}
    ledger = Ledger(None, "p")

    class Stuck(Thing):
        def undo(self, work: Work, record: Record) -> Undone:
            raise RemoteError("AWS will not let go.", status=409)

    steps = [Thing("a", (), there), Stuck("b", ("a",), there), Thing("c", ("b",), there), Thing("d", (), there)]
    run(*steps, ledger=ledger)
    log = Log()
    assert not Runner(steps, ledger).down(log, Cancellation())
    assert set(log.undone) == {"c", "d"}
    assert set(ledger.records) == {"a", "b"}
    assert there.keys() == {"a", "b"}


def test_the_plan_names_a_blocked_step_and_what_stands_behind_it() -> None:
    class Unreadable(Thing):
        def find(self, work: Work) -> Finding:
            raise RemoteError("no answer", status=500)

    class Drifted(Thing):
        def find(self, work: Work) -> Finding:
            return Finding(State.DIFFERS, {}, (Change("x", "1", "2"),))

    steps = [Unreadable("a"), Thing("b", ("a",)), Drifted("c"), Thing("d", ("c",)), Thing("e", (), {"e": "1"})]
    rows = {
        row.spec.id: row for row in make_plan(Runner(steps, Ledger(None, "p")), Cancellation(), lambda *_: Foretold())
    }
    assert {name: row.action for name, row in rows.items()} == {
        "a": Action.BLOCKED,
        "b": Action.BLOCKED,
        "c": Action.CHANGE,
        "d": Action.CREATE,
        "e": Action.NOTHING,
    }
    assert rows["a"].error is not None
    assert rows["c"].changes == (Change("x", "1", "2"),)


GRAPHS = st.integers(1, 7).flatmap(
    lambda size: st.tuples(
        st.just(size),
        st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=12),
        st.sets(st.integers(0, size - 1), max_size=2),
    )
)


@settings(deadline=None, max_examples=80)
@given(GRAPHS)
def test_every_node_is_visited_once_after_its_needs_unless_one_failed(
    graph: tuple[int, list[tuple[int, int]], set[int]],
) -> None:
    size, edges, failing = graph
    needs = {str(node): [str(low) for low, high in edges if low < node == high] for node in range(size)}
    visited: list[str] = []

    def visit(node: str) -> bool:
        visited.append(node)
        return int(node) not in failing

    left = walk(needs, visit, Cancellation())

    assert len(visited) == len(set(visited))
    for node in visited:
        assert all(need in visited[: visited.index(node)] and int(need) not in failing for need in needs[node])
    bad: set[str] = set()
    for node, of_node in needs.items():
        if int(node) in failing or bad & set(of_node):
            bad.add(node)
    assert set(left) == bad
    assert list(left) == sorted(left, key=int)


def test_a_graph_with_a_circle_ends() -> None:
    assert walk({"a": ["b"], "b": ["a"], "c": []}, lambda node: True, Cancellation()) == ("a", "b")


def test_look_ups_side_by_side_keep_their_order_and_raise_the_first_error() -> None:
    together = threading.Barrier(2, timeout=5)
    assert side_by_side(lambda: (together.wait(), 1)[1], lambda: (together.wait(), 2)[1]) == [1, 2]

    def broken() -> int:
        raise RemoteError("second")

    with pytest.raises(RemoteError, match="second"):
        side_by_side(lambda: 1, broken)
    assert side_by_side() == []
