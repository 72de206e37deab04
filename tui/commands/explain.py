"""`gatelight explain`: an answer that somebody got, read backwards."""

from typing import IO

import click

from services.diagnosis.captured import read_answer_text
from services.gateway.clauses import CLAUSES
from services.gateway.refusal import Reading, read_answer
from tui.commands.options import json_option
from tui.commands.output import Output
from tui.safe import harmless

LIMIT = 1_000_000  # characters of an answer that are read


@click.command()
@click.option(
    "--file",
    "source",
    type=click.File("r", errors="replace"),
    default="-",
    help="Read the answer from a file, not stdin.",
)
@click.option("--log-line", default="", metavar="TEXT", help="The access log's line about it, in any format.")
@json_option
def explain(source: IO[str], log_line: str, as_json: bool) -> int:
    """Tell who gave an answer and what may have led to it.

    The answer is what curl -i or curl -v prints: curl -si https://…/privateFunction | gatelight explain
    """
    output = Output(as_json)
    answer = read_answer_text(source.read(LIMIT))
    reading = read_answer(answer.status, answer.headers, answer.body, log_line)
    output.document(_document(answer.status, reading))
    output.line(f"{answer.status}: {harmless(reading.sentence)}")
    output.line(f"  {reading.speaker} answered")
    for clause in (*(CLAUSES[cause] for cause in reading.causes), *reading.possible):
        output.line(f"  perhaps {harmless(clause)}")
    return 0


def _document(status: int, reading: Reading) -> dict[str, object]:
    return {
        "status": status,
        "speaker": reading.speaker.value,
        "sentence": reading.sentence,
        "passed": reading.passed,
        "causes": [cause.value for cause in reading.causes],
        "clauses": [CLAUSES[cause] for cause in reading.causes],
        "possible": list(reading.possible),
    }
