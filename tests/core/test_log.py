"""The log: private, rotating, written by several processes at once, without a secret, and in nobody's way."""

import logging
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from services import log
from services.aws.session import AwsClients
from services.errors import ConfigurationError
from services.exchange import Exchange, collect
from services.http import HttpClient
from services.log_file import LogFile
from services.profile.paths import state_folder
from services.redact import Redactor, SafeText, Secret
from tests.core.conftest import Canned, Server

CANARY = 'log "canary" 31f\\7'


@pytest.fixture(autouse=True)
def stopped() -> Iterator[None]:
    """No log before a test, and none after it."""
    log.stop()
    yield
    log.stop()


def written() -> str:
    path = state_folder() / log.FILE
    return path.read_text() if path.exists() else ""


def boom() -> None:
    raise ValueError(f"a library repeats {CANARY}")


def test_no_secret_passes_however_it_comes() -> None:
    assert log.start("debug") == ""
    Redactor().register(Secret(CANARY))  # whichever redactor learns it, the log knows it
    log.told(f"told {CANARY}")
    log.failed(ConfigurationError(f"failed {CANARY}", f"fix {CANARY}"))
    try:
        boom()
    except ValueError as error:
        failure = log.unforeseen(error)
    shown = SafeText(("body ", Secret("unregistered-canary")))
    collect(Exchange("GET", "http://x/y?token=query-canary", (("Authorization", shown),), shown, 200, "OK", (), shown))
    logging.getLogger("botocore").error("botocore-canary %s", CANARY)
    logging.getLogger("urllib3.connectionpool").error("urllib3-canary")
    text = written()
    assert "canary" not in text.replace("query-canary", "")
    assert "query-canary" not in text
    assert "boom" in text  # the traceback is there
    assert "ValueError: a library repeats ••••••••" in text
    assert "canary" not in failure.message
    assert str(state_folder() / log.FILE) in failure.fix


def test_a_record_is_one_line_and_says_when_who_and_what(server: Server) -> None:
    log.start("info")
    server.answer = lambda method, path: Canned(404, b"{}", headers={"x-request-id": "req-77"})
    client = HttpClient(Redactor())
    client.send("GET", f"{server.url}/api/user?email=me@example.com", headers={"Authorization": Secret("key")})
    client.close()
    log.told("forged\n2026-01-01T00:00:00.000Z 1 info step role created \x1b[31m")
    first, second = written().splitlines()
    assert f"info http GET {server.url}/api/user 404" in first
    assert first.endswith("id=req-77")
    assert "\x1b" not in second
    assert stat.S_IMODE((state_folder() / log.FILE).stat().st_mode) == 0o600


def test_aws_credentials_lose_themselves_in_it(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA0000000000000000")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "aws-secret-canary")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "aws-token-canary")
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    error = b"<Error><Code>X</Code><Message>aws-secret-canary aws-token-canary</Message></Error>"
    body = b"<ErrorResponse>" + error + b"</ErrorResponse>"
    server.answer = lambda method, path: Canned(400, body, "text/xml", {"x-amzn-requestid": "aws-1"})
    log.start("debug")
    clients = AwsClients(Redactor(), region="us-east-1")
    with pytest.raises(Exception, match="X"), clients.errors():
        clients.client("sts").get_caller_identity()
    clients.close()
    assert "aws sts.GetCallerIdentity us-east-1 400" in written()
    assert "id=aws-1" in written()
    assert "canary" not in written()


def test_what_nobody_foresaw_is_a_sentence_that_names_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    from tui.commands.cli import gatelight, run

    @click.command()
    def broken() -> None:
        Redactor().register(Secret(CANARY))
        boom()

    gatelight.add_command(broken, "broken")
    try:
        assert run(["--log-level", "info", "broken"]) == 1
    finally:
        del gatelight.commands["broken"]
    said = capsys.readouterr()
    assert "✘ Something went wrong inside Gatelight itself: ValueError: a library repeats ••••••••" in said.err
    assert str(state_folder() / log.FILE) in said.err
    assert "Traceback" not in said.err + said.out
    assert "in boom" in written()
    assert "canary" not in written() + said.err


@pytest.mark.parametrize(
    ("asked", "by_environment", "target", "lines"),
    [
        ("", "", "live", 2),
        ("", "", "sandbox", 1),
        ("off", "", "live", 0),
        ("", "error", "live", 0),
        ("info", "error", "sandbox", 2),
    ],
)
def test_the_level_is_the_flags_then_the_environments_then_the_targets(
    asked: str, by_environment: str, target: str, lines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(log.VARIABLE, by_environment)
    log.start(asked)
    log.use_level_of(target)
    log.told("told")
    log.failed(ConfigurationError("failed"))
    assert len(written().splitlines()) == lines


def test_where_nothing_can_be_written_everything_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GATELIGHT_STATE_DIR", str(tmp_path / "file" / "state"))
    assert "cannot be made" in log.start("debug")
    log.told("nothing")
    monkeypatch.setenv("GATELIGHT_STATE_DIR", str(tmp_path / "state"))
    (tmp_path / "state" / log.FILE).mkdir(parents=True)  # can be written to, and is no file
    assert log.start("debug") == ""
    log.told("nothing")
    log.told("nothing")


def test_two_processes_lose_no_line_and_break_none_while_it_rotates(tmp_path: Path) -> None:
    path = tmp_path / "shared.log"

    def write(name: str) -> None:
        handler = LogFile(path, 2_000, 200)
        handler.setFormatter(logging.Formatter("%(message)s"))
        for number in range(300):
            handler.handle(logging.makeLogRecord({"msg": f"{name} {number} {'x' * 50}"}))
        handler.close()

    writers = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    files = [file for file in tmp_path.iterdir() if not file.name.endswith(".lock")]
    lines = [line for file in files for line in file.read_text().splitlines()]
    assert sorted(lines) == sorted(f"{name} {number} {'x' * 50}" for name in "ab" for number in range(300))
    assert len(files) > 10
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
