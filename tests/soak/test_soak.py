"""The two promises under random faults: a short seeded part here, hundreds of runs with `make soak`.

`make soak RUNS=1000 SEED=7` chooses how many and which. What fails is told with the steps that led there.
"""

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from botocore.config import Config
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from services.aws import retries, session
from services.aws.sign_in import client_settings
from services.aws.steps import function, ready
from services.http import HttpClient
from tests.benches import Bench, down, up
from tests.crash.children import children
from tests.crash.wire import Wire
from tests.soak.machine import IMPATIENT, Mischief, Patience, Provisioning, shape

FEW, FEW_SEED = 3, 13
RUNS = int(os.environ.get("SOAK_RUNS", "300"))
SEED = int(os.environ.get("SOAK_SEED") or random.randrange(2**32))


def runs(count: int, steps: int) -> settings:
    """So many runs of so many steps. A failure is told as it happened: nothing is tried again to make it smaller."""
    return settings(
        max_examples=count,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
        database=None,
        report_multiple_bugs=False,
    )


@pytest.fixture
def machine(sandbox: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Provisioning]]:
    """The state machine on this worker's sandbox, with all waiting made short."""
    patience = Patience()
    new_client = HttpClient.__init__

    def new_http_client(self: HttpClient, *arguments: Any, **options: Any) -> None:
        new_client(self, *arguments, **{"total_seconds": patience.seconds, **options})

    def settings_of_clients(**more: Any) -> Any:
        return client_settings(**more).merge(Config(read_timeout=patience.seconds))

    monkeypatch.setattr(retries, "_backoff", lambda reason, attempts: 0.01)
    monkeypatch.setattr(HttpClient, "__init__", new_http_client)
    monkeypatch.setattr(session, "client_settings", settings_of_clients)
    monkeypatch.setattr(retries, "SETTLING", replace(retries.SETTLING, seconds=IMPATIENT))
    monkeypatch.setattr(ready, "READY_SECONDS", 3 * IMPATIENT)
    monkeypatch.setattr(function, "ROLE_SECONDS", IMPATIENT)
    ledger = tmp_path / "ledgers" / "soak.json"
    mischief = Mischief()
    before = sandbox.world()
    reference = sandbox.workbench()
    up(reference)
    right = shape(sandbox, reference)
    down(reference)
    with Wire(sandbox.record, mischief) as wire, wire.in_use(), children(sandbox, ledger) as crew:
        parts = {"bench": sandbox, "crew": crew, "wire": wire, "mischief": mischief, "patience": patience}
        parts |= {"ledger": ledger, "tell": []}
        yield type("Provisioning", (Provisioning,), {**parts, "before": before, "right": right, "tally": Counter()})


@pytest.mark.timeout(180)
def test_a_few_seeded_runs_keep_both_promises(machine: type[Provisioning]) -> None:
    run_state_machine_as_test(hypothesis.seed(FEW_SEED)(machine), settings=runs(FEW, 4))
    assert machine.tally["converged"] >= FEW


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_hundreds_of_random_runs_keep_both_promises(
    machine: type[Provisioning], capfd: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()

    def tell(text: str) -> None:
        with capfd.disabled():
            sys.stdout.write(f"soak: {text}\n")
            sys.stdout.flush()

    def converged(count: int) -> None:
        if count % 10 == 0:
            tell(f"{count} converged after {time.monotonic() - began:.0f} s")

    tell(f"{RUNS} runs, seed {SEED}")
    machine.tell.append(converged)
    run_state_machine_as_test(hypothesis.seed(SEED)(machine), settings=runs(RUNS, 6))
    happened = sorted({**machine.tally, **machine.mischief.done}.items())
    tell(f"seed {SEED}, {time.monotonic() - began:.0f} s: " + ", ".join(f"{name} {count}" for name, count in happened))
    assert machine.tally["converged"] >= RUNS
