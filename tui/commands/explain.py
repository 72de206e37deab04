"""`gatelight explain`: an answer that somebody got, read backwards."""

import re
from typing import IO

import click

from services.errors import ConfigurationError
from services.gateway.refusal import Reading, read_answer
from tui.commands.options import json_option
from tui.commands.output import Output
from tui.safe import harmless

LIMIT = 1_000_000  # characters of an answer that are read
_STATUS_LINE = re.compile(r"HTTP/\d(?:\.\d)? (\d{3})\b.*")


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

    The answer is what curl -i prints: curl -si https://…/privateFunction | gatelight explain
    """
    output = Output(as_json)
    status, headers, body = _parse(source.read(LIMIT))
    reading = read_answer(status, headers, body, log_line)
    output.document(_document(status, reading))
    output.line(f"{status}: {harmless(reading.sentence)}")
    output.line(f"  {reading.speaker} answered")
    for clause in (*reading.causes, *reading.possible):
        output.line(f"  perhaps {harmless(clause)}")
    return 0


def _parse(text: str) -> tuple[int, list[tuple[str, str]], str]:
    """Status, headers and body of the last response in the text: curl prints those of proxies and redirects first."""
    rest = text.replace("\r\n", "\n").lstrip()
    found = None
    while match := _STATUS_LINE.match(rest):
        head, _, rest = rest.partition("\n\n")
        pairs = (line.partition(":") for line in head.split("\n")[1:])
        found = int(match[1]), [(name.strip(), value.strip()) for name, _, value in pairs]
    if found is None:
        raise ConfigurationError(
            "What was given is no HTTP response: it does not begin with a status line.",
            "Give what curl -i prints: curl -si URL | gatelight explain",
        )
    return *found, rest.strip()


def _document(status: int, reading: Reading) -> dict[str, object]:
    return {
        "status": status,
        "speaker": reading.speaker.value,
        "sentence": reading.sentence,
        "passed": reading.passed,
        "causes": [cause.value for cause in reading.causes],
        "possible": list(reading.possible),
    }
