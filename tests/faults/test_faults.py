"""Each fault is real, shows what it says, and leaves no trace; whatever happens in between."""

from collections.abc import Callable
from pathlib import Path

import pytest

from services.cancel import Cancellation
from services.diagnosis.diagnose import diagnose
from services.diagnosis.intake import Intake, Presented
from services.errors import ConfigurationError, GatelightError, Interrupted
from services.faults.catalogue import FAULTS
from services.faults.fault import Fault
from services.provisioning.ledger import Break, Ledger
from services.provisioning.step import Outcome
from services.redact import Secret
from services.tokens.hand import TokenInHand
from services.workbench import Workbench
from tests.benches import Bench, down, up
from tests.faults.conftest import Gate

LASTING = [fault for fault in FAULTS if not fault.in_token]
NOW = Cancellation()


def named(fault: Fault) -> str:
    return fault.id


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_a_fault_decides_what_it_says_it_decides_and_leaves_no_trace(gate: Gate, fault: Fault) -> None:
    put_in = gate.workbench.faults.put_in(fault.id, NOW)

    pair = gate.call(put_in.token)

    assert pair.with_token is not None
    assert pair.verdict is not None
    assert pair.with_token.status == fault.status
    assert (pair.verdict.deciding.id if pair.verdict.deciding else "") == fault.check
    assert pair.as_predicted
    assert not pair.opens_as_it_should
    assert gate.faults_in == ([] if fault.in_token else [fault.id])

    gate.workbench.faults.take_out()
    assert gate.call().opens_as_it_should


@pytest.mark.parametrize("fault", FAULTS, ids=named)
def test_the_doctor_finds_it_and_offers_the_step_that_the_fault_names(gate: Gate, fault: Fault) -> None:
    put_in = gate.workbench.faults.put_in(fault.id, NOW)
    token = put_in.token or gate.token()
    presented = Presented(Secret(f"Bearer {token.secret.reveal()}"), "a test")

    found = diagnose(gate.workbench.examine(Intake(presented=presented), NOW))

    first = found.findings[0]
    assert first.id == fault.check or not fault.check
    assert (first.fix.step_id, first.fix.new_token or bool(fault.step_id)) == (fault.step_id, True)


@pytest.mark.parametrize("fault", LASTING, ids=named)
def test_the_step_a_fault_names_repairs_it_and_then_it_counts_as_gone(gate: Gate, fault: Fault) -> None:
    gate.workbench.faults.put_in(fault.id, NOW)

    log = up(gate.workbench, only=fault.step_id)

    assert log.reports[fault.step_id].outcome in (Outcome.CHANGED, Outcome.CREATED)
    assert gate.faults_in == []
    assert gate.workbench.faults.recorded == ()
    assert gate.call().opens_as_it_should


def test_several_faults_are_in_at_once_and_come_out_the_last_one_first(gate: Gate) -> None:
    chosen = ["wrong-audience", "trailing-slash", "missing-scope", "closed-tunnel"]
    for fault_id in chosen:
        gate.workbench.faults.put_in(fault_id, NOW)
    expired = gate.workbench.faults.put_in("expired-token", NOW)
    verdict = gate.call(expired.token).verdict
    assert verdict is not None
    assert [check.id for check in verdict.failing] == ["discovery", "issuer", "audience", "exp", "scopes"]
    taken = gate.workbench.faults.take_out()
    assert [out.fault.id for out in taken] == chosen[::-1]
    assert all(out.restored for out in taken)


def test_two_faults_cannot_be_in_one_place(gate: Gate) -> None:
    gate.workbench.faults.put_in("trailing-slash", NOW)
    with pytest.raises(ConfigurationError, match="has a fault already: trailing slash"):
        gate.workbench.faults.put_in("issuer-case", NOW)
    assert gate.faults_in == ["trailing-slash"]


def test_what_somebody_changed_since_is_left_alone(gate: Gate) -> None:
    facts = gate.workbench.faults.put_in("private-issuer", NOW)
    tenant = next(iter(gate.sound["tenants"]))
    gate.bench.fusionauth("PATCH", f"/api/tenant/{tenant}", {"tenant": {"issuer": "https://theirs.example"}})
    (out,) = gate.workbench.faults.take_out()
    assert not out.restored
    assert gate.bench.world()["tenants"][tenant] == "https://theirs.example"
    gate.bench.fusionauth("PATCH", f"/api/tenant/{tenant}", {"tenant": {"issuer": facts.old}})


def test_a_token_that_cannot_be_got_leaves_the_set_up_sound(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: Cancellation) -> TokenInHand:
        raise GatelightError("no token today")

    monkeypatch.setattr(gate.workbench.faults, "_get_token", refused)
    with pytest.raises(GatelightError, match="no token today"):
        gate.workbench.faults.put_in("removed-key", NOW)
    assert gate.bench.world() == gate.sound


def test_waiting_for_a_token_to_expire_can_be_cancelled(gate: Gate) -> None:
    class Impatient(Cancellation):
        def wait(self, seconds: float) -> None:
            assert 0 <= seconds < 2
            raise Interrupted

    with pytest.raises(Interrupted):
        gate.workbench.faults.put_in("expired-token", Impatient())


def test_nothing_can_be_broken_before_it_is_provisioned(workbench: Workbench) -> None:
    with pytest.raises(ConfigurationError, match="nothing to break yet"):
        workbench.faults.put_in("trailing-slash", NOW)
    with pytest.raises(ConfigurationError, match='no fault "slash"'):
        workbench.faults.put_in("slash", NOW)
    assert not any(standing.is_in for standing in workbench.faults.look())


def test_down_takes_faults_out_first_and_leaves_nothing(
    sandbox: Bench, new_workbench: Callable[..., Workbench]
) -> None:
    workbench = new_workbench(own_tenant=True)  # the other tenant's issuer is the module's gate's too
    before = sandbox.world()
    up(workbench)
    for fault in LASTING:
        if fault.place.name not in {known.place.name for known in workbench.faults.recorded}:
            workbench.faults.put_in(fault.id, NOW)
    lines = workbench.undo_plan()
    assert lines[0] == "take out the fault “unguarded route”"
    down(workbench)
    assert workbench.faults.recorded == ()
    assert workbench.undo_plan() == ()
    assert sandbox.world() == before


class CutLedger(Ledger):
    """A ledger whose process ends at a fault: straight after its record is written, or before it is taken away."""

    moment = ""

    def begin_break(self, broken: Break) -> None:
        super().begin_break(broken)
        if self.moment == "begin":
            raise RuntimeError("cut off")

    def end_break(self, fault_id: str) -> None:
        if self.moment == "end":
            raise RuntimeError("cut off")
        super().end_break(fault_id)


@pytest.mark.parametrize("moment", ["begin", "end"])
def test_a_process_that_ends_in_the_middle_loses_nothing(
    sandbox: Bench, new_workbench: Callable[..., Workbench], tmp_path: Path, moment: str
) -> None:
    file = tmp_path / "ledger.json"
    ledger = CutLedger(file, sandbox.name, sandbox.record.instance_id)
    first = new_workbench(ledger=ledger)
    up(first)
    sound = sandbox.world()
    ledger.moment = moment
    for fault_id in ("removed-key", "unregistered-user", "closed-tunnel"):
        with pytest.raises(RuntimeError):
            first.faults.put_in(fault_id, NOW)
            first.faults.take_out(fault_id)

    second = new_workbench(ledger=file)
    second.faults.take_out()

    assert sandbox.world() == sound
    assert second.faults.recorded == ()
    assert second.call(second.get_token(NOW), NOW).opens_as_it_should


def test_a_process_that_ends_while_a_fault_is_in_leaves_it_to_the_next(
    sandbox: Bench, new_workbench: Callable[..., Workbench], tmp_path: Path
) -> None:
    file = tmp_path / "ledger.json"
    first = new_workbench(ledger=file)
    up(first)
    sound = sandbox.world()
    first.faults.put_in("unregistered-user", NOW)
    second = new_workbench(ledger=file)
    assert [standing.fault.id for standing in second.faults.look() if standing.is_in] == ["unregistered-user"]
    second.faults.take_out("unregistered-user")
    assert sandbox.world() == sound
    assert first.faults.recorded == ()
