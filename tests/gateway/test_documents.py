"""docs/gateway.md says what the data says."""

from pathlib import Path

from services.gateway.rules import RULES
from services.gateway.verdict import Outcome
from services.gateway.wordings import WORDINGS

TEXT = (Path(__file__).parents[2] / "docs" / "gateway.md").read_text("utf-8")


def test_the_checks_stand_in_their_order_with_their_evidence() -> None:
    rows = [line for line in TEXT.splitlines() if line[:3].strip("| ").isdigit()]
    expected = [(str(index), rule.title, str(rule.evidence.mark)) for index, rule in enumerate(RULES, 1)]
    told = [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rows]
    assert [(cells[0], cells[1], cells[3]) for cells in told] == expected


def test_every_cause_stands_with_its_text_evidence_and_whether_it_was_captured() -> None:
    for row in WORDINGS.values():
        if row.outcome is Outcome.FAIL:
            wording = "captured" if row.evidence.wording_verified else "unverified"
            text = f"`{row.description}`" if row.description else f"none; `{row.log}` in the access log"
            assert f"| {row.cause} | {row.status} | {text} | {row.evidence.mark} | {wording} |" in TEXT
        else:
            assert f"{row.status}, `{row.description}` |" in TEXT
