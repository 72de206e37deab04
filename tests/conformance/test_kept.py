"""What a live gateway says against the table is kept by itself; here the sandbox stands in for one."""

from dataclasses import replace

import pytest

from services.cancel import Cancellation
from services.gateway.evidence import Standing, judge
from services.gateway.record import read_record
from services.profile.paths import state_folder
from services.redact import Secret
from services.workbench import Workbench
from tests.benches import up
from tests.gateway.signing import with_flipped_signature


def test_only_an_answer_of_aws_that_the_table_does_not_confirm_is_kept(
    workbench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    up(workbench)
    token = workbench.get_token(Cancellation())
    forged = replace(token, secret=Secret(with_flipped_signature(token.secret.reveal())))
    assert workbench.call(forged, Cancellation()).kept is None, "a sandbox's answer is no evidence"
    monkeypatch.setattr("services.workbench.target_of", lambda _url, is_sandbox: "aws")
    assert workbench.call(token, Cancellation()).kept is None, "401 and 200 are as the table says"
    pair = workbench.call(forged, Cancellation())
    assert pair.kept is not None
    assert pair.kept.parent == state_folder() / "records"
    without, with_token = judge(read_record(pair.kept))
    assert (without.standing, with_token.standing) == (Standing.CONFIRMS, Standing.DIFFERS)
    assert "(unverified)" in with_token.sentence
    assert pair.kept.parent.stat().st_mode & 0o077 == 0
    for file in pair.kept.parent.iterdir():
        file.unlink()
    pair.kept.parent.rmdir()
    pair.kept.parent.write_text("a file in its place")
    unkept = workbench.call(forged, Cancellation())
    assert (unkept.with_token is not None, unkept.kept) == (True, None)
