"""A diagnosis as a document, as a bundle for a ticket and as lines: complete, and without a secret."""

import json
import re
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from services.diagnosis.bundle import code, write_bundle
from services.diagnosis.diagnose import diagnose
from services.diagnosis.facts import CaseFacts
from services.diagnosis.intake import CapturedAnswer, Intake
from services.diagnosis.masking import masked_for
from services.diagnosis.report import DoctorReport, json_schema
from services.diagnosis.report_making import report_on
from services.errors import ConfigurationError
from services.redact import Redactor, Secret
from tests.diagnosis.cases import ISSUER, URL, answer, authorizer, facts, presented
from tests.gateway.signing import claims, sign
from tui.commands.output import Output
from tui.commands.telling_diagnosis import tell_diagnosis
from tui.view import diagnosis_text

PUBLISHED = Path(__file__).parents[2] / "docs" / "doctor-1.schema.json"
CANARIES = {name: f"canary-{name}-7d1f" for name in ("api-key", "password", "query", "claim", "header", "body", "log")}
HOSTILE = '[/bold] ``` ![x](http://x) <script> @everyone \x1b[31m \u202e "quoted"'


def told(case: CaseFacts, capsys: pytest.CaptureFixture[str], folder: Path) -> dict[str, str]:
    """Everything that is made of a case, by where it is shown."""
    redactor = Redactor(Secret(value) for value in CANARIES.values())
    diagnosis = masked_for(redactor, diagnose(case))
    report = report_on(diagnosis, case, redactor)
    markdown, document = write_bundle(report, folder / "bundle.md")
    capsys.readouterr()
    tell_diagnosis(Output(), diagnosis)
    window = [diagnosis_text.headline(diagnosis), diagnosis_text.rest(diagnosis, 100)]
    window += [diagnosis_text.detail(finding, 100) for finding in diagnosis.findings]
    return {
        "report": msgspec.json.encode(report).decode(),
        "markdown": markdown.read_text("utf-8"),
        "document": document.read_text("utf-8"),
        "lines": capsys.readouterr().out,
        "window": "\n".join(content.plain for content in window),
    }


def planted() -> CaseFacts:
    """A case with a secret wherever one could stand."""
    token = sign(claims(ISSUER, aud=CANARIES["claim"], password=CANARIES["password"]))
    case = facts(token, gateway=authorizer(ISSUER + "/"))
    captured = CapturedAnswer(401, (("x-api-key", CANARIES["header"]), ("set-cookie", CANARIES["api-key"])), "{}")
    intake = Intake(
        url=f"{URL}?api_key={CANARIES['query']}",
        headers=(("X-Api-Key", CANARIES["header"]),),
        presented=presented(token),
        captured=captured,
        log_line=f"{CANARIES['log']} authorizer",
    )
    refused = answer(401, f'{{"message":"{CANARIES["body"]}"}}', x_secret=CANARIES["header"])
    return replace(case, intake=intake, with_token=refused)


def test_no_secret_is_in_any_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = planted()
    token = case.intake.presented
    assert token is not None
    signature = token.value.reveal().rpartition(".")[2]
    outputs = told(case, capsys, tmp_path)
    for place in outputs:
        for name, canary in CANARIES.items():
            assert canary not in outputs[place], f"{name} in {place}"
    assert not [place for place, text in outputs.items() if signature in text]


def test_identifiers_are_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outputs = told(planted(), capsys, tmp_path)
    for identifier in ("abc123", "auth1", "123456789012", "eu-central-1", ISSUER + "/"):
        assert identifier in outputs["markdown"], identifier
        assert identifier in outputs["document"], identifier


def test_the_deciding_finding_its_values_and_its_fix_are_in_every_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = told(facts(gateway=authorizer(ISSUER + "/")), capsys, tmp_path)
    for place, text in outputs.items():
        assert ISSUER + "/" in text, place
        assert "Set the authorizer's issuer to" in text, place
    assert json.loads(outputs["report"])["decided_by"] == "issuer"


def test_the_mark_stands_below_what_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(facts(gateway=authorizer(ISSUER + "/")), capsys, tmp_path)["lines"].splitlines()
    expected = next(index for index, line in enumerate(lines) if line.strip().startswith('expected "'))
    assert lines[expected + 1].index("^") == lines[expected].rindex("/")


@pytest.mark.parametrize("name", ["claim", "issuer", "audience"])
def test_hostile_text_stays_text(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = {
        "claim": facts(sign(claims(ISSUER, iss=HOSTILE))),
        "issuer": facts(gateway=authorizer(HOSTILE)),
        "audience": facts(gateway=authorizer(ISSUER, (HOSTILE,))),
    }[name]
    outputs = told(case, capsys, tmp_path)
    assert "\x1b" not in outputs["lines"] + outputs["markdown"] + outputs["window"]
    assert "\u202e" not in outputs["lines"] + outputs["markdown"] + outputs["window"]
    outside = _outside_code(outputs["markdown"])
    assert "![" not in outside
    assert "<script>" not in outside
    assert "@everyone" not in outside


def _outside_code(markdown: str) -> str:
    """What of a Markdown text is in no code span or block (CommonMark, section 6.1)."""
    return re.sub(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "", markdown, flags=re.DOTALL)


@pytest.mark.parametrize("text", ["", "`", "``x`", "a`b``c", "a\nb", "x" * 5000])
def test_any_text_is_one_code_span(text: str) -> None:
    span = code(text)
    assert "\n" not in span
    assert len(span) < 1_100
    assert _outside_code(span) in ("", "(empty)")


def test_the_published_schema_is_that_of_the_document() -> None:
    assert json.loads(PUBLISHED.read_text("utf-8")) == json.loads(json.dumps(json_schema()))


def test_a_report_reads_back_as_it_was_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outputs = told(planted(), capsys, tmp_path)
    report = msgspec.json.decode(outputs["document"], type=DoctorReport)
    assert report.version == 1
    assert msgspec.json.encode(report) == outputs["report"].encode()


def test_a_bundle_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    case = facts()
    report = report_on(diagnose(case), case, Redactor())
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write_bundle(report, tmp_path / "nowhere" / "bundle.md")
    with pytest.raises(ConfigurationError, match="JSON file"):
        write_bundle(report, tmp_path / "bundle.json")
    assert list(tmp_path.iterdir()) == []
