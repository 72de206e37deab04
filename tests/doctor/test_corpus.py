"""Every broken gate is refused for the cause that is named, and repaired by the fix that is named."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from services.gateway.prediction import compare_prediction
from services.gateway.rules import RULES
from tests.doctor.corpus import CORPUS, Broken
from tests.doctor.gate import Gate

RULE_IDS = {rule.id for rule in RULES}


@contextmanager
def broken(gate: Gate, case: Broken) -> Iterator[str | None]:
    """The gate broken as the case says; gives what is presented to it."""
    undone = []
    try:
        for each in case.breaks:
            undone.append(each(gate))
        yield case.presented(gate)
    finally:
        for undo in reversed(undone):
            undo()


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.id)
def test_the_cause_decides_and_its_fix_opens_the_gate(gate: Gate, case: Broken) -> None:
    with broken(gate, case) as presented:
        url = gate.facts["api_endpoint"] + case.path if case.path else gate.url
        answer = gate.call(presented, url, case.method)
        assert answer.status_code == case.status, answer.headers
        assert case.says in answer.headers.get("www-authenticate", "")
        if case.deciding in RULE_IDS:
            verdict = gate.verdict(presented)
            assert [check.id for check in verdict.failing] == [
                finding for finding in (case.deciding, *case.also) if finding in RULE_IDS
            ]
            deciding = verdict.check(case.deciding)
            assert case.expected is None or deciding.expected == gate.text(case.expected)
            assert case.actual is None or deciding.actual == gate.text(case.actual)
            comparison = compare_prediction(verdict, answer.status_code, answer.headers.items(), answer.text)
            assert comparison.as_predicted, comparison.sentence
        for fix in case.fixed_by:
            if fix != "token":
                gate.repair(fix)
        gate.forget_keys()  # for a second the gateway keeps in mind that an issuer did not answer
        if case.fixed_by:
            assert gate.call(f"Bearer {gate.token()}").status_code == 200


def test_the_corpus_is_large_enough_to_be_believed() -> None:
    assert len(CORPUS) >= 60
    assert len({case.id for case in CORPUS}) == len(CORPUS)
    assert sum(len(case.also) >= 1 and len(case.fixed_by) >= 1 for case in CORPUS) >= 8
