"""The whole story with canaries for secrets: nothing it says, shows, raises, logs or writes holds one."""

import base64
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from services import log
from services.cancel import Cancellation
from services.errors import GatelightError
from services.events import StepDone, StepUndone
from services.exchange import Exchange, collecting
from services.profile.paths import state_folder
from services.workbench import Workbench
from tests.benches import Bench, Log, down, up

MakeWorkbench = Callable[..., Workbench]
PASSWORD = 'Canary "7" \\back\\slash $HOME `id` 100% ünïcødé'


@dataclass
class Said:
    """Everything the story said, and the secrets it said it with."""

    workbench: Workbench
    secrets: dict[str, str]
    values: list[Any] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)

    def texts(self) -> list[str]:
        """Every form in which what was said could be shown."""
        shown = [form(value) for value in [*self.values, *self.exchanges] for form in (str, repr)]
        bodies = [str(body) for said in self.exchanges for body in (said.request_body, said.response_body)]
        headers = [
            f"{name}: {value}"
            for said in self.exchanges
            for name, value in said.request_headers + said.response_headers
        ]
        return [*shown, *bodies, *headers, *map(self.workbench.command, self.exchanges)]


def spellings(secret: str) -> set[str]:
    """A secret as it could slip through: as it is, in JSON, in a URL, in Basic credentials."""
    return {
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        base64.b64encode(secret.encode()).decode(),
    }


def tell(sandbox: Bench, new_workbench: MakeWorkbench, file: Path) -> Said:
    workbench = new_workbench(ledger=file, password=PASSWORD)
    there, cancellation = sandbox.record.endpoints, Cancellation()
    first, again = up(workbench), up(workbench)
    said = Said(workbench, {})
    with collecting() as exchanges:
        token = workbench.get_token(cancellation)
        inspection = workbench.inspect(token)
        pair = workbench.call(token, cancellation)
        agreement = workbench.agreement(token)
    assert pair.opens_as_it_should
    login_key = sandbox.fusionauth("GET", f"/api/api-key/{workbench.done()['login_key'].resource_id}").json()
    said.secrets = {
        "API key": there.fusionauth.api_key,
        "login key": login_key["apiKey"]["key"],
        "password": PASSWORD,
        "token": token.secret.reveal(),
        "signature": token.secret.reveal().rpartition(".")[2],
        "AWS secret": there.aws.secret_access_key,
        "control token": sandbox.record.control.token,
    }
    wrong = new_workbench(ledger=file, password="wrong " + PASSWORD)
    with pytest.raises(GatelightError) as raised:
        wrong.get_token(cancellation)
    undone = down(workbench)
    said.exchanges = [
        *exchanges,
        *(exchange for log in (first, again, undone) for event in log.events for exchange in _of(event)),
    ]
    said.values = [
        *(event for log in (first, again, undone) for event in log.events),
        *(token, inspection, pair, agreement, workbench.where(), workbench.done(), workbench.undo_plan()),
        *(raised.value, raised.value.message, raised.value.fix, raised.value.__dict__, raised.value.__cause__),
        *(workbench.__dict__["_to"], workbench.redactor, *workbench.plan(cancellation)),
    ]
    return said


def _of(event: Any) -> tuple[Exchange, ...]:
    if isinstance(event, StepDone):
        return event.report.exchanges
    return event.exchanges if isinstance(event, StepUndone) else ()


def test_no_secret_is_said_shown_raised_logged_or_written(
    sandbox: Bench,
    new_workbench: MakeWorkbench,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    file = tmp_path / "ledger.json"
    log.stop()
    assert log.start("debug") == ""
    try:
        said = tell(sandbox, new_workbench, file)
    finally:
        log.stop()
    written = (state_folder() / log.FILE).read_text()
    assert all(line in written for line in ("step role created", "step login_key deleted", "POST", "/api/login 200"))

    everything = [*said.texts(), caplog.text, *capfd.readouterr()]
    everything += [path.read_text() for path in tmp_path.rglob("*") if path.is_file()]
    for name, secret in said.secrets.items():
        for spelling in spellings(secret):
            leaks = [text for text in everything if spelling in text]
            assert not leaks, f"{name} in {leaks[0][:300]!r}"


def test_what_is_masked_can_be_revealed_by_whoever_asks(
    sandbox: Bench, new_workbench: MakeWorkbench, tmp_path: Path
) -> None:
    said = tell(sandbox, new_workbench, tmp_path / "ledger.json")
    login = next(exchange for exchange in said.exchanges if exchange.url.endswith("/api/login"))
    assert json.loads(login.request_body.reveal())["password"] == PASSWORD
    headers = {name: value.reveal() for name, value in login.request_headers}
    assert headers["Authorization"] == said.secrets["login key"]
    assert json.loads(login.response_body.reveal())["token"] == said.secrets["token"]


def test_an_unforeseen_error_ends_its_step_and_is_told(sandbox: Bench, new_workbench: MakeWorkbench) -> None:
    class Broken:
        managed = True
        title = "broken tunnel"

        def current(self) -> str | None:
            raise ValueError("unforeseen")

        def open(self) -> str:
            return ""

        def close(self) -> None: ...

    log = Log()
    assert not new_workbench(tunnel=Broken()).up(log, Cancellation())
    assert set(log.failures) == {"tunnel"}
    assert "ValueError: unforeseen" in log.failures["tunnel"].error.message
    assert "role" in log.reports
