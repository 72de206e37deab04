"""Hold recorded answers against the evidence table, and take over what a real gateway said.

    python -m services.gateway.evidence FILE...            tells where record and table agree and differ
    python -m services.gateway.evidence FILE... --accept   writes what they differ in into the table

It exits with 0 when nothing differs (or all that differs was accepted), with 1 otherwise, with 2 for a bad file.
"""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from services.errors import GatelightError
from services.gateway.challenge import Challenge, description_pattern, parse_challenge
from services.gateway.record import GatewayRecord, RecordedCall, read_record
from services.gateway.refusal import Reading, Speaker, read_answer
from services.gateway.verdict import Mark, Outcome
from services.gateway.wordings import (
    OPEN_QUESTIONS,
    TABLE,
    WORDINGS,
    Cause,
    RefusalRow,
    Wording,
    read_table,
    write_table,
)


class Standing(StrEnum):
    """What a recorded call means for the table."""

    CONFIRMS = "confirms"
    DIFFERS = "differs"
    SETTLES_NOTHING = "settles nothing"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One recorded call against the table; `row` is the corrected row, where a row can be corrected by data."""

    standing: Standing
    sentence: str
    row: RefusalRow | None = None


def judge(record: GatewayRecord) -> tuple[Judgement, ...]:
    """Every call of a record. What a sandbox answered settles nothing: it says what the table says."""
    if record.target != "aws":
        sentence = f"made on {record.target}, not on AWS: no evidence"
        return tuple(Judgement(Standing.SETTLES_NOTHING, sentence) for _ in record.calls)
    return tuple(_judge(call, record.recorded) for call in record.calls)


def _judge(call: RecordedCall, recorded: str) -> Judgement:
    answer, causes = call.answer, call.prediction.causes
    headers = dict(answer.headers)
    reading = read_answer(answer.status, answer.headers, answer.body)
    if "apigw-requestid" not in headers or reading.passed is None:
        return Judgement(Standing.SETTLES_NOTHING, f"the authorizer was not asked: {reading.sentence}")
    if not causes:
        return _predicted_to_pass(call, reading)
    source = f"recorded {recorded[:10]} on a real account"
    return _passed(causes, source) if reading.passed else _refused(call, reading, source)


def _predicted_to_pass(call: RecordedCall, reading: Reading) -> Judgement:
    if call.prediction.accepted is not True:
        return Judgement(Standing.SETTLES_NOTHING, "nothing was predicted")
    if reading.passed:
        return Judgement(Standing.CONFIRMS, "the capture says accepted, the rules say accepted")
    return Judgement(Standing.DIFFERS, f"the capture says {reading.sentence}; the rules know no reason")


def _passed(causes: tuple[Cause, ...], source: str) -> Judgement:
    said = f"the capture says accepted, the table says refused for: {', '.join(causes)}"
    if len(causes) > 1:
        return Judgement(Standing.DIFFERS, said)
    row = WORDINGS[causes[0]]
    if row.outcome is Outcome.PASS:
        return Judgement(Standing.CONFIRMS, f"{row.cause}: the capture says accepted, the table says accepted")
    if row.cause not in OPEN_QUESTIONS:
        return Judgement(Standing.DIFFERS, f"{said}; the documentation forbids it, so only code may change that")
    if row.outcome is Outcome.UNKNOWN:
        said = f"{row.cause}: the capture says accepted, the table says unknown"
    corrected = _row(row, outcome="pass", mark=Mark.OBSERVED, source=source, wording_verified=False)
    return Judgement(Standing.DIFFERS, said, corrected)


def _refused(call: RecordedCall, reading: Reading, source: str) -> Judgement:
    first, *others = call.prediction.causes
    challenge, row = reading.challenge, WORDINGS[first]
    if challenge is None or reading.speaker is not Speaker.AUTHORIZER:
        return Judgement(Standing.SETTLES_NOTHING, f"not the authorizer's words: {reading.sentence}")
    if others and set(reading.causes) & set(others) and first not in reading.causes:
        later = next(cause for cause in others if cause in reading.causes)
        return Judgement(Standing.DIFFERS, f"the capture says {later}, the rules say that {first} comes before it")
    if others and row.outcome is Outcome.UNKNOWN:
        return Judgement(Standing.SETTLES_NOTHING, f"{first}: refused, but {', '.join(others)} would refuse too")
    status, error = call.answer.status, challenge.error
    template = _template(call, challenge)
    same = (status, error, template) == (row.status, row.error, row.description)
    told = f"{first}: the capture says {status} {error} “{challenge.description}”"
    if same and row.outcome is Outcome.FAIL and row.evidence.wording_verified:
        return Judgement(Standing.CONFIRMS, f"{told}, the table says the same")
    table = f"{row.status} {row.error} “{row.description}”"
    doubt = "" if row.evidence.wording_verified else f" ({'unverified' if row.outcome is Outcome.FAIL else 'unknown'})"
    corrected = _row(
        row,
        outcome="fail",
        status=status,
        error=error,
        description=template,
        mark=Mark.OBSERVED,
        source=source,
        wording_verified=True,
    )
    return Judgement(Standing.DIFFERS, f"{told}, the table says {table}{doubt}", corrected)


def _template(call: RecordedCall, challenge: Challenge) -> str:
    """The captured description with the values of this request taken out, as the table writes it."""
    row = WORDINGS[call.prediction.causes[0]]
    predicted = parse_challenge(call.prediction.www_authenticate)
    match = description_pattern(row).fullmatch(predicted.description) if predicted else None
    text = challenge.description.replace("{", "{{").replace("}", "}}")
    values = {"scopes": " ".join(call.scopes), **(match.groupdict() if match else {})}
    for name, value in values.items():
        if value and f"{{{name}}}" in row.description:
            text = re.sub(rf"(?<![\w{{]){re.escape(value)}(?![\w}}])", f"{{{name}}}", text)
    return text


def _row(row: Wording, **changed: Any) -> RefusalRow:
    """The row as the table's file has it, with changed fields."""
    fields = {name: getattr(row, name) for name in ("cause", "outcome", "status", "error", "description", "log")}
    return msgspec.convert(fields | changed, RefusalRow)


def accept(judgements: Sequence[Judgement], table: Path = TABLE) -> int:
    """Write the corrected rows into the table; the number of rows that were replaced."""
    corrected = {judgement.row.cause: judgement.row for judgement in judgements if judgement.row}
    current = read_table(table.read_bytes())
    rows = tuple(corrected.get(row.cause, row) for row in current.refusals)
    table.write_bytes(write_table(msgspec.structs.replace(current, refusals=rows)))
    return len(corrected)


def main(arguments: Sequence[str]) -> int:
    """The command; see above."""
    files = [argument for argument in arguments if argument != "--accept"]
    if not files or any(name.startswith("-") for name in files):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    try:
        judged = [(name, judgement) for name in files for judgement in judge(read_record(Path(name)))]
    except GatelightError as error:
        sys.stderr.write(f"{error.message}\n{error.fix}\n")
        return 2
    for name, judgement in judged:
        sys.stdout.write(f"{name}: {judgement.standing}: {judgement.sentence}\n")
    differing = [judgement for _, judgement in judged if judgement.standing is Standing.DIFFERS]
    if "--accept" not in arguments:
        return 1 if differing else 0
    try:
        sys.stdout.write(f"{accept(differing)} row(s) of {TABLE.name} corrected\n")
    except OSError as error:
        sys.stderr.write(f"'{TABLE}' cannot be written: {error.strerror}.\n")
        return 2
    return 1 if any(judgement.row is None for judgement in differing) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
