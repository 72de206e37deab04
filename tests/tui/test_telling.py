"""Which of a step's requests its pane shows."""

from dataclasses import replace

from services.errors import RemoteError
from services.exchange import Exchange
from services.provisioning.step import Side, StepSpec
from tui.view.steps import Phase, StepRow

READ = Exchange("GET", "http://127.0.0.1:1/api/tenant", status=200)
CHANGE = Exchange("PATCH", "http://127.0.0.1:1/api/tenant/x", status=200)
PROBE = Exchange("POST", "http://127.0.0.1:1/api/login", status=400)
LAST_LOOK = Exchange("GET", "http://127.0.0.1:1/api/tenant/x", status=200)
DONE = StepRow(StepSpec("reach", Side.FUSIONAUTH, "reach", "It looks."), Phase.DONE)


def test_a_step_that_succeeded_shows_what_it_changed_or_read_and_no_probe_that_had_to_be_refused() -> None:
    assert replace(DONE, exchanges=(READ, CHANGE, LAST_LOOK, PROBE)).telling_exchange is CHANGE
    assert replace(DONE, exchanges=(PROBE, READ, PROBE)).telling_exchange is READ
    assert replace(DONE, exchanges=(PROBE,)).telling_exchange is PROBE
    assert DONE.telling_exchange is None


def test_a_step_that_failed_shows_what_failed() -> None:
    failed = replace(DONE, phase=Phase.FAILED, error=RemoteError("No."), exchanges=(READ, PROBE))
    assert failed.telling_exchange is PROBE
