"""What the doctor says of every kind of case: the cause, its form, who is wrong, the values, and one fix."""

from dataclasses import replace

import pytest

from services.diagnosis.catalogue import FINDINGS
from services.diagnosis.diagnose import diagnose
from services.diagnosis.diagnosis import Finding, Weight
from tests.diagnosis.cases import facts
from tests.diagnosis.scenarios import SCENARIOS, Scenario


def everything_of(finding: Finding) -> str:
    change = finding.fix.change
    values = (finding.expected or "", finding.actual or "", change.new if change else "", change.name if change else "")
    return "\n".join((finding.sentence, finding.fix.sentence, finding.fix.command, *finding.detail, *values))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_the_cause_is_named(scenario: Scenario) -> None:
    found = diagnose(scenario.facts)
    finding = found.finding(scenario.finding)
    assert (finding.kind, finding.culprit) == (scenario.kind, scenario.culprit)
    assert (finding.weight is Weight.REFUSES) is scenario.refuses
    assert all(words in everything_of(finding) for words in scenario.words), everything_of(finding)
    assert finding.sentence.count("..") == 0
    assert finding.fix.sentence
    refusing = [other.id for other in found.findings if other.weight is Weight.REFUSES]
    if scenario.refuses:
        assert found.deciding is not None
        assert found.healthy is False
        assert scenario.finding in refusing
        if scenario.only:
            assert refusing == [scenario.finding]
    else:
        assert refusing == []
        assert (found.healthy is False) is (scenario.finding == "route-open")


def test_every_finding_of_the_catalogue_has_a_scenario() -> None:
    assert {entry.id for entry in FINDINGS} == {scenario.finding for scenario in SCENARIOS}


def test_a_gate_that_is_right_has_no_findings() -> None:
    found = diagnose(facts())
    assert (found.findings, found.banners, found.healthy) == ((), (), True)
    assert found.headline == "Nothing is wrong: the gateway will let this token in."
    assert replace(found, headline="") != found
