"""A run that ends between making something and recording it leaves nothing that a later run does not know."""

from collections.abc import Callable
from pathlib import Path

import pytest

from services.cancel import Cancellation
from services.provisioning.ledger import Ledger
from services.provisioning.step import Outcome, Record
from services.workbench import Workbench
from tests.benches import Bench, Log, down, up

MakeWorkbench = Callable[..., Workbench]


class CutLedger(Ledger):
    """A ledger that is cut off, once for each of some steps, at the moment it should record how they ended."""

    def __init__(self, path: Path, bench: Bench, cut: set[str]) -> None:
        super().__init__(path, bench.name, bench.record.instance_id)
        self.cut = cut

    def record(self, record: Record) -> None:
        if record.step_id in self.cut:
            self.cut.discard(record.step_id)
            raise RuntimeError("cut off")
        super().record(record)


@pytest.mark.parametrize(
    "cut",
    [
        {"tunnel", "access_token_key", "id_token_key", "user", "login_key", "role", "log_group", "api"},
        {"issuer", "application", "function", "stage"},
        {"registration", "integration", "authorizer", "permission"},
        {"route"},
    ],
    ids=lambda cut: "-".join(sorted(cut)),
)
def test_down_straight_after_the_crash_leaves_nothing(
    sandbox: Bench, new_workbench: MakeWorkbench, tmp_path: Path, cut: set[str]
) -> None:
    before = sandbox.world()
    file = tmp_path / "ledger.json"
    new_workbench(ledger=CutLedger(file, sandbox, set(cut))).up(Log(), Cancellation())

    after = new_workbench(ledger=file)
    assert cut.isdisjoint(after.done())
    assert len(after.undo_plan()) >= len(cut)
    down(after)

    assert sandbox.world() == before
    assert after.undo_plan() == ()


def test_the_old_issuer_survives_a_crash_in_a_second_change(
    sandbox: Bench, new_workbench: MakeWorkbench, tmp_path: Path
) -> None:
    file = tmp_path / "ledger.json"
    up(new_workbench(ledger=file))
    tenant = sandbox.record.endpoints.fusionauth.tenant_id
    sandbox.fusionauth("PATCH", f"/api/tenant/{tenant}", {"tenant": {"issuer": "https://elsewhere.example"}})
    new_workbench(ledger=CutLedger(file, sandbox, {"issuer"})).up(Log(), Cancellation())

    down(new_workbench(ledger=file))

    assert sandbox.world()["tenants"][tenant] == "acme.com"


def test_a_cut_off_change_that_never_happened_does_not_hide_the_first_one(
    sandbox: Bench, new_workbench: MakeWorkbench, tmp_path: Path
) -> None:
    file = tmp_path / "ledger.json"
    first = new_workbench(ledger=file)
    up(first)
    issuer = first.done()["issuer"]
    ledger = sandbox.ledger(file)
    ledger.intend(Record("issuer", Outcome.CHANGED, {"issuer": "https://next.example"}, {"issuer": "x"}, "x"))

    down(new_workbench(ledger=file))

    assert issuer.old["issuer"] == "acme.com"
    assert set(sandbox.world()["tenants"].values()) == {"acme.com"}
