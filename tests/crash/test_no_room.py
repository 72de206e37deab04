"""A disk that is full, or takes nothing: the run stops at once, says what is there, and nothing is lost."""

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from services.cancel import Cancellation
from services.provisioning.ledger_file import Unwritable
from services.provisioning.step import Outcome
from services.workbench import Workbench
from tests.benches import Bench, Log, down, up
from tests.crash.wire import Carry, Fault, Request, Wire
from tests.story.test_up_and_down import writing

MakeWorkbench = Callable[..., Workbench]


class Disk:
    """`os.fsync` of a disk that can fill up."""

    def __init__(self, number: int) -> None:
        self.full = False
        self._number = number
        self._sync = os.fsync

    def __call__(self, descriptor: int) -> None:
        if self.full:
            raise OSError(self._number, os.strerror(self._number))
        self._sync(descriptor)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_nothing_is_made_on_a_disk_that_takes_nothing(
    sandbox: Bench, new_workbench: MakeWorkbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    before = sandbox.world()
    disk = Disk(number)
    disk.full = True
    monkeypatch.setattr(os, "fsync", disk)
    workbench = new_workbench(ledger=tmp_path / "ledgers" / "p.json")
    log = Log()
    assert not workbench.up(log, Cancellation())
    assert all(isinstance(failed.error, Unwritable) for failed in log.failures.values())
    assert any(os.strerror(number) in failed.error.message for failed in log.failures.values())
    assert log.reports == {}
    assert sandbox.world() == before
    assert [path.name for path in (tmp_path / "ledgers").iterdir()] == ["p.lock"]


def test_a_disk_that_is_full_after_a_creation_stops_the_run_which_says_what_is_there(
    sandbox: Bench, new_workbench: MakeWorkbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sandbox.world()
    disk = Disk(errno.ENOSPC)
    monkeypatch.setattr(os, "fsync", disk)

    def full_from_now_on(request: Request, carry: Carry) -> bytes | None:
        said = carry()
        disk.full = True
        return said

    def choose(request: Request) -> Fault | None:
        return full_from_now_on if request.operation == "POST /v2/apis" else None

    ledger = tmp_path / "p.json"
    workbench = new_workbench(ledger=ledger)
    log = Log()
    with Wire(sandbox.record, choose) as wire, wire.in_use():
        assert not workbench.up(log, Cancellation())
    [made] = set(sandbox.world()["apis"]) - set(before["apis"])
    error = log.failures["api"].error
    assert error.message.startswith(f"“HTTP API” ({made}) was created. The ledger ")
    assert error.message.endswith("cannot be written: No space left on device.")
    assert "`gatelight up` finds it again" in error.fix
    stored = json.loads(ledger.read_text())
    assert stored["intents"]["api"]["outcome"] == "created"
    assert "api" not in stored["records"]
    wrote = {step for step, failed in log.failures.items() if any(map(writing, failed.exchanges))}
    assert wrote <= stored["intents"].keys() | stored["records"].keys(), "nothing began that is not written down"

    disk.full = False
    up(workbench)
    assert (workbench.done()["api"].resource_id, workbench.done()["api"].outcome) == (made, Outcome.CREATED)
    assert workbench.call(workbench.get_token(Cancellation()), Cancellation()).opens_as_it_should
    down(workbench)
    assert sandbox.world() == before
