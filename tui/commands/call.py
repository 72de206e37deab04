"""`gatelight call`: 401 and 200."""

from pathlib import Path
from typing import IO

import click

from services.errors import ConfigurationError
from services.gateway.record import write_record
from services.redact import Secret
from services.tokens.decode import MalformedToken, decode
from services.tokens.hand import TokenInHand
from tui.commands.options import ask_code, json_option, place_options, workbench_at
from tui.commands.output import Output
from tui.commands.shapes import pair_document, verdict_document, where_document
from tui.commands.telling import tell_pair, tell_verdict


@click.command()
@click.option("--token-file", type=click.File("r"), metavar="FILE", help="Use the token in this file (- is stdin).")
@click.option(
    "--record",
    "record_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Keep what the gateway answered in this file, without secrets.",
)
@place_options
@json_option
def call(
    token_file: IO[str] | None, record_file: Path | None, profile_name: str, sandbox_name: str, as_json: bool
) -> int:
    """Call the route without a token and with one, and compare with what the rules predict.

    Without --token-file it logs in for a fresh token. It exits with 0 when the answers are 401 and 200.
    """
    output = Output(as_json)
    with workbench_at(profile_name, sandbox_name) as (workbench, cancellation):
        held = _held(token_file) if token_file else workbench.get_token(cancellation, ask_code)
        pair = workbench.call(held, cancellation)
        where = workbench.where()
    output.document(
        {
            "where": where_document(where),
            **pair_document(pair),
            "verdict": verdict_document(pair.verdict) if pair.verdict else None,
        }
    )
    tell_pair(output, pair)
    if record_file and pair.record:
        write_record(pair.record, record_file)
        output.talk(f"Recorded in {record_file}; `python -m services.gateway.evidence` says what it shows.")
    if pair.opens_as_it_should:
        return 0
    if pair.verdict:
        output.line()
        tell_verdict(output, pair.verdict)
    return 1


def _held(source: IO[str]) -> TokenInHand:
    text = source.read(1_000_000).strip()
    try:
        decoded = decode(text)
    except MalformedToken as error:
        raise ConfigurationError(f"What was given is no token: {error.reason}.", "Give one compact JWT.") from None
    return TokenInHand(Secret(decoded.compact), decoded, "given")
