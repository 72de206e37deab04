"""`gatelight token`: log in and print the access token."""

import sys

import click

from tui.commands.options import json_option, place_options, workbench_at
from tui.commands.output import Output
from tui.commands.shapes import token_document, where_document


@click.command()
@click.option("--reveal", is_flag=True, help="Print the whole token to a terminal too.")
@place_options
@json_option
def token(reveal: bool, profile_name: str, sandbox_name: str, as_json: bool) -> int:
    """Get an access token through FusionAuth's Login API and print it.

    Into a pipe or a file it is printed whole; at a terminal its signature is masked, unless --reveal is given.
    """
    output = Output(as_json)
    with workbench_at(profile_name, sandbox_name) as (workbench, cancellation):
        held = workbench.get_token(cancellation)
        where = workbench.where()
        whole = reveal or not sys.stdout.isatty()
        text = held.secret.reveal() if whole else workbench.redactor.mask(held.secret.reveal())
    if not whole:
        output.talk("The signature is masked: pipe the token where it is needed, or add --reveal.")
    if held.note:
        output.talk(held.note)
    output.line(text)
    output.document(
        {
            "where": where_document(where),
            "token": text,
            "obtained_by": held.obtained_by,
            "note": held.note or None,
            **token_document(held.decoded),
        }
    )
    return 0
