"""Every broken gate is refused for the cause that is named, and repaired by the fix that is named."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from services.diagnosis.diagnosis import Finding, Weight
from tests.doctor.corpus import CORPUS, Broken
from tests.doctor.gate import Gate, told


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
def test_every_cause_is_named_in_order_and_the_offered_fixes_open_the_gate(gate: Gate, case: Broken) -> None:
    with broken(gate, case) as presented:
        url = gate.facts["api_endpoint"] + case.path if case.path else gate.url
        answer = gate.call(presented, url, case.method)
        assert answer.status_code == case.status, answer.headers
        assert case.says in answer.headers.get("www-authenticate", "")

        diagnosis = gate.diagnosis(presented, url, case.method)

        refusing = told(diagnosis)
        assert [finding.id for finding in refusing] == [case.deciding, *case.also], diagnosis.headline
        assert {finding.weight for finding in refusing} == {Weight.REFUSES}
        assert diagnosis.healthy is False
        deciding = refusing[0]
        assert case.expected is None or deciding.expected == gate.text(case.expected)
        assert case.actual is None or deciding.actual == gate.text(case.actual)
        if case.expected and case.actual and case.deciding in ("issuer", "audience"):
            assert deciding.difference is not None
            assert deciding.difference.expected_spans or deciding.difference.actual_spans
        assert diagnosis.comparison is None or diagnosis.comparison.as_predicted in (case.as_predicted, None)
        assert offered(refusing) == set(case.fixed_by)

        for step_id in dict.fromkeys(finding.fix.step_id for finding in refusing if finding.fix.step_id):
            gate.repair(step_id)
        gate.forget_keys()  # for a second the gateway keeps in mind that an issuer did not answer
        if case.fixed_by:
            assert gate.call(f"Bearer {gate.token()}").status_code == 200


def offered(findings: list[Finding]) -> set[str]:
    """The steps that are offered, and "token" where a new one is all that is."""
    steps = {finding.fix.step_id for finding in findings if finding.fix.step_id}
    alone = any(finding.fix.new_token and not finding.fix.step_id for finding in findings)
    return steps | ({"token"} if alone else set())


def test_the_corpus_is_large_enough_to_be_believed() -> None:
    assert len(CORPUS) >= 60
    assert len({case.id for case in CORPUS}) == len(CORPUS)
    assert sum(len(case.also) >= 1 and len(case.fixed_by) >= 1 for case in CORPUS) >= 8
