"""Two processes at once on one profile: one works, the other refuses and has touched nothing."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from services.cancel import Cancellation
from services.provisioning.ledger_file import Busy
from services.workbench import Workbench
from tests.benches import Bench, Log, up
from tests.crash.children import children
from tests.crash.wire import Carry, Fault, Request, Wire

MakeWorkbench = Callable[..., Workbench]
REFUSED = 2


def test_the_second_process_refuses_and_the_ledger_stays_whole(
    sandbox: Bench, new_workbench: MakeWorkbench, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledgers" / "p.json"
    before = sandbox.world()
    arrived, go_on = threading.Event(), threading.Event()

    def held(request: Request, carry: Carry) -> bytes | None:
        arrived.set()
        assert go_on.wait(30)
        return carry()

    def choose(request: Request) -> Fault | None:
        return held if request.operation == "CreateRole" else None

    with children(sandbox, ledger) as first, children(sandbox, ledger) as second:
        with Wire(sandbox.record, choose) as wire:
            working = first.start(ports=wire.ports)
            assert arrived.wait(30)
            for direction in ("up", "down"):
                assert second.start(direction).ended() == REFUSED
            workbench = new_workbench(ledger=ledger)
            for run in (workbench.up, workbench.down):
                with pytest.raises(Busy, match=f'Another Gatelight is working on the profile "{sandbox.name}"'):
                    run(log := Log(), Cancellation())
                assert log.events == []
            assert json.loads(ledger.read_text())["intents"]["role"]["outcome"] == "created"
            go_on.set()
            assert working.ended() == 0
        assert json.loads(ledger.read_text())["intents"] == {}
        assert second.start().ended() == 0
        assert first.start("down").ended() == 0
    assert sandbox.world() == before
    up(workbench, only="reach")
