"""The evidence table as data, what is recorded of an answer, and how a record corrects the table."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.errors import ConfigurationError
from services.exchange import Exchange
from services.gateway import authorizer as rules_in_use
from services.gateway.authorizer import Accepted, Refused, decide, explain
from services.gateway.call import Answer
from services.gateway.evidence import Standing, accept, judge
from services.gateway.issuer_keys import IssuerKeys
from services.gateway.record import GatewayRecord, new_record, read_record, record_call, target_of, write_record
from services.gateway.rules import RULES, JwtAuthorizer
from services.gateway.verdict import Mark, Outcome
from services.gateway.wordings import OPEN_QUESTIONS, RULE_EVIDENCE, TABLE, WORDINGS, Cause, read_table, write_table
from services.redact import Redactor, Secret
from services.tokens.decode import decode
from services.tokens.keys import parse_jwks
from tests.gateway.signing import AUDIENCE, NOW, claims, jwks, sign

ISSUER = "https://auth.example.com"
AUTHORIZER = JwtAuthorizer(ISSUER, (AUDIENCE,))
KEYS = IssuerKeys.of(parse_jwks(json.dumps(jwks())), declared_issuer=ISSUER)
UNAUTHORIZED = '{"message":"Unauthorized"}'


def answer(status: int, www_authenticate: str = "", body: str = UNAUTHORIZED) -> Answer:
    """An answer with API Gateway's request id, and a header and a cookie that nobody asked for."""
    headers = [("apigw-requestid", "Mc7UVioPPHcEKPA="), ("set-cookie", "session=s3cret"), ("x-user", "richard")]
    if www_authenticate:
        headers.append(("www-authenticate", www_authenticate))
    return Answer(status, "", tuple(headers), body, 0.1, Exchange("GET", "https://x.example/"))


def described(text: str) -> str:
    return f'Bearer scope="" error="invalid_token" error_description="{text}"'


def recorded(
    reply: Answer, *, target: Any = "aws", redactor: Redactor | None = None, how: Any = None, **changed: Any
) -> GatewayRecord:
    """A record of one call with a token of these claims."""
    compact = sign(claims(ISSUER, **changed), **(how or {}))
    verdict = explain(f"Bearer {compact}", AUTHORIZER, keys=KEYS, now=NOW)
    call = record_call(decode(compact), AUTHORIZER, verdict, reply, redactor or Redactor())
    return new_record(target, [call], NOW)


def test_every_rule_and_every_cause_has_its_evidence_in_the_file() -> None:
    table = read_table(TABLE.read_bytes())
    assert list(table.rules) == [rule.id for rule in RULES]
    assert {row.cause for row in table.refusals} == set(Cause)
    assert write_table(table) == TABLE.read_bytes(), "the file is as the command writes it"
    assert all(evidence.source for evidence in RULE_EVIDENCE.values())
    assert {cause for cause, row in WORDINGS.items() if row.outcome is Outcome.UNKNOWN} <= OPEN_QUESTIONS


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"status": 500}, "status"),
        ({"error": "denied"}, "error"),
        ({"mark": "believed"}, "mark"),
        ({"wording_verified": "yes"}, "wording_verified"),
        ({"cause": "no such cause"}, "cause"),
        ({"note": "x"}, "unknown field"),
        ({"outcome": "pass"}, "cannot pass"),
        ({"outcome": "unknown"}, "not unknown"),
        ({"cause": "segments"}, "exactly one row"),
    ],
    ids=str,
)
def test_a_table_that_is_not_as_it_must_be_is_refused_with_the_place(changes: dict[str, Any], said: str) -> None:
    content = json.loads(TABLE.read_bytes())
    row = next(row for row in content["refusals"] if row["cause"] == "signature")
    row.update(changes)
    with pytest.raises(msgspec.ValidationError, match=said):
        read_table(json.dumps(content).encode())


def test_a_record_comes_back_as_it_was_written(tmp_path: Path) -> None:
    record = recorded(answer(401, described("the token has expired")), exp=NOW - 1)
    write_record(record, tmp_path / "record.json")
    assert read_record(tmp_path / "record.json") == record
    assert record.calls[0].prediction.causes == (Cause.EXPIRED,)
    assert dict(record.calls[0].answer.headers)["apigw-requestid"] == "Mc7UVioPPHcEKPA="


def test_a_record_has_no_signature_no_secret_and_no_value_the_gateway_does_not_look_at() -> None:
    compact = sign(claims(ISSUER, email="richard@example.com", scope="password-of-mine"))
    verdict = explain(compact, AUTHORIZER, keys=KEYS, now=NOW)
    redactor = Redactor([Secret("password-of-mine")])
    body = '{"message": "hello richard"}'
    call = record_call(decode(compact), AUTHORIZER, verdict, answer(200, "", body), redactor)
    text = msgspec.json.encode(new_record("aws", [call], NOW)).decode()
    for secret in (compact.rpartition(".")[2], "password-of-mine", "richard", "user-1", "s3cret", "x-user"):
        assert secret not in text
    assert call.token is not None
    assert "email" in call.token.other_names
    assert call.token.header == {"kid": "hCR08_wZGk49AeaAfD69fbJZdFM", "alg": "RS256", "typ": "JWT"}


@pytest.mark.parametrize(
    "changed", [{"exp": 10**400}, {"aud": {"a": [1]}}, {"aud": [["x"] * 99]}, {"iss": "x" * 9_000}, {"exp": 1e300}]
)
def test_claims_of_any_kind_and_size_can_be_recorded(tmp_path: Path, changed: dict[str, Any]) -> None:
    record = recorded(answer(401, described("x")), **changed)
    write_record(record, tmp_path / "record.json")
    assert read_record(tmp_path / "record.json") == record
    assert (tmp_path / "record.json").stat().st_size < 6_000


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format":"gatelight-record-2"}', "\xff"])
def test_what_is_not_a_record_is_said(tmp_path: Path, content: str) -> None:
    path = tmp_path / "record.json"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(ConfigurationError, match="is not a record"):
        read_record(path)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_record(tmp_path / "missing.json")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write_record(recorded(answer(200)), tmp_path / "no folder" / "record.json")


@pytest.mark.parametrize(
    ("url", "is_sandbox", "target"),
    [
        ("https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/private", False, "aws"),
        ("http://127.0.0.1:4000/a1b2c3d4e5/private", True, "sandbox"),
        ("https://a1.execute-api.eu-central-1.amazonaws.com.evil.example/", False, "elsewhere"),
        ("http://localhost:4566/a1/private", False, "elsewhere"),
    ],
)
def test_only_awss_own_host_name_counts_as_aws(url: str, is_sandbox: bool, target: str) -> None:
    assert target_of(url, is_sandbox=is_sandbox) == target


@pytest.mark.parametrize("target", ["sandbox", "elsewhere"])
def test_only_what_aws_answered_is_evidence(target: str) -> None:
    (judgement,) = judge(recorded(answer(401, described("anything")), target=target, exp=NOW - 1))
    assert (judgement.standing, judgement.row) == (Standing.SETTLES_NOTHING, None)


def test_a_capture_that_says_what_the_table_says_confirms_it() -> None:
    (expired,) = judge(recorded(answer(401, described("the token has expired")), exp=NOW - 1))
    (accepted,) = judge(recorded(answer(200, "", "{}")))
    assert (expired.standing, accepted.standing) == (Standing.CONFIRMS, Standing.CONFIRMS)


def test_a_captured_wording_becomes_a_row_with_the_values_taken_out_again() -> None:
    reply = answer(401, described("algorithm HS256 {is} not supported"))
    record = recorded(reply, how={"algorithm": "HS256", "key": "k" * 32})
    (judgement,) = judge(record)
    assert judgement.standing is Standing.DIFFERS
    assert "the capture says 401 invalid_token “algorithm HS256 {is} not supported”" in judgement.sentence
    assert "the table says 401 invalid_token “signing method {alg} is invalid” (unverified)" in judgement.sentence
    assert judgement.row is not None
    assert judgement.row.description == "algorithm {alg} {{is}} not supported"
    wording = judgement.row.wording()
    assert (wording.evidence.mark, wording.evidence.wording_verified) == (Mark.OBSERVED, True)
    assert described("algorithm none {is} not supported") == wording.refusal((), alg="none").www_authenticate


def test_what_a_capture_cannot_settle_is_said_and_never_written() -> None:
    both: Any = {"exp": NOW - 1, "aud": "other"}
    (order,) = judge(recorded(answer(401, described("the token has expired")), **both))
    assert order.standing is Standing.DIFFERS
    assert "expired, the rules say that audience comes before it" in order.sentence
    (unknown,) = judge(recorded(answer(401, described("x")), exp=None, aud="other"))
    (elsewhere,) = judge(recorded(answer(404, "", '{"message":"Not Found"}')))
    (forged,) = judge(recorded(answer(200, "", "{}"), aud="other"))
    (reasonless,) = judge(recorded(answer(401, described("x"))))
    assert [each.row for each in (order, elsewhere, forged, reasonless)] == [None] * 4
    assert elsewhere.standing is Standing.SETTLES_NOTHING
    assert "only code may change that" in forged.sentence
    assert "the rules know no reason" in reasonless.sentence
    assert unknown.standing is not Standing.CONFIRMS


def corrected_table(tmp_path: Path, record: GatewayRecord) -> Path:
    table = tmp_path / "evidence.json"
    table.write_bytes(TABLE.read_bytes())
    assert accept(judge(record), table) == 1
    return table


@pytest.mark.parametrize(
    ("changed", "how", "cause"),
    [
        ({"exp": None}, {}, Cause.EXP_MISSING),
        ({}, {"algorithm": "PS256"}, Cause.ALGORITHM_PSS),
        ({}, {"headers": {"crit": ["exp"], "exp": 1}}, Cause.CRITICAL_HEADER),
    ],
    ids=str,
)
def test_an_open_question_that_aws_answers_is_answered_from_then_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: Any, how: Any, cause: Cause
) -> None:
    presented = f"Bearer {sign(claims(ISSUER, **changed), **how)}"
    before = decide(presented, AUTHORIZER, keys=KEYS, now=NOW)
    assert isinstance(before, Refused)
    assert before.cause is cause
    table = corrected_table(tmp_path, recorded(answer(200, "", "{}"), how=how, **changed))
    rows = {row.cause: row.wording() for row in read_table(table.read_bytes()).refusals}
    monkeypatch.setattr(rules_in_use, "WORDINGS", rows)
    monkeypatch.setattr("services.gateway.explainer.WORDINGS", rows)
    monkeypatch.setattr("services.gateway.sentences.WORDINGS", rows)
    assert isinstance(decide(presented, AUTHORIZER, keys=KEYS, now=NOW), Accepted)
    verdict = explain(presented, AUTHORIZER, keys=KEYS, now=NOW)
    assert verdict.accepted is True
    assert any("API Gateway accepts that." in check.sentence for check in verdict.checks)
    forged = f"{presented.rpartition('.')[0]}.{'A' * 342}"
    assert isinstance(decide(forged, AUTHORIZER, keys=KEYS, now=NOW), Refused)


def test_an_open_question_that_aws_refuses_is_known_from_then_on(tmp_path: Path) -> None:
    table = corrected_table(tmp_path, recorded(answer(401, described("exp is required")), exp=None))
    row = next(row for row in read_table(table.read_bytes()).refusals if row.cause is Cause.EXP_MISSING)
    assert (row.outcome, row.description, row.wording_verified) == ("fail", "exp is required", True)


def test_the_command_tells_what_differs_and_ends_with_one(tmp_path: Path) -> None:
    write_record(recorded(answer(401, described("odd")), exp=NOW - 1), tmp_path / "odd.json")
    write_record(recorded(answer(200, "", "{}")), tmp_path / "good.json")

    def run(*arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "services.gateway.evidence", *arguments]
        ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
        return ended.returncode, ended.stdout + ended.stderr

    code, said = run("odd.json", "good.json")
    assert code == 1
    assert "odd.json: differs: expired: the capture says 401 invalid_token “odd”, the table says" in said
    assert "good.json: confirms" in said
    assert run("good.json")[0] == 0
    assert run("missing.json")[0] == 2
    assert run()[0] == 2
