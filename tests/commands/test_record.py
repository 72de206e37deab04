"""`gatelight call --record`: what is kept, and what it is worth."""

from pathlib import Path

from services.gateway.evidence import Standing, judge
from services.gateway.record import read_record
from tests.commands.conftest import Running


def test_a_recorded_call_is_kept_without_secrets_and_marked_as_the_sandbox_s(
    provisioned: Running, tmp_path: Path
) -> None:
    file = tmp_path / "record.json"
    token = provisioned.run("token").out.strip()
    assert provisioned.run("call", "--token-file", "-", "--record", str(file), stdin=token).code == 0
    record = read_record(file)
    assert record.target == "sandbox"
    assert [(call.token is None, call.answer.status) for call in record.calls] == [(True, 401), (False, 200)]
    assert {judgement.standing for judgement in judge(record)} == {Standing.SETTLES_NOTHING}
    assert token.rpartition(".")[2] not in file.read_text()
    assert "richard" not in file.read_text()


def test_a_record_that_cannot_be_written_is_said(provisioned: Running) -> None:
    ended = provisioned.run("call", "--record", "/no/such/folder/record.json")
    assert ended.code == 2
    assert "cannot be written" in ended.err
