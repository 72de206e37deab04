"""`gatelight token`: get an access token, in one of several ways, and print it."""

import sys
from dataclasses import replace
from pathlib import Path

import click

from services.cancel import Cancellation
from services.errors import Interrupted
from services.tokens.hand import TokenInHand
from services.tokens.kept import read_refresh_token, write_refresh_token
from services.tokens.ways import WAYS, RefreshAt, Way
from services.workbench import Workbench
from tui.browser import has_browser
from tui.commands.browser import open_browser, paste_back
from tui.commands.options import ask_code, json_option, place_options, workbench_at
from tui.commands.output import Output
from tui.commands.shapes import token_document, where_document
from tui.safe import harmless

_EPILOG = "\n\n".join(f"{way.value}: {facts.title}, {facts.summary}." for way, facts in WAYS.items())


@click.command(epilog=f"What each way's token carries:\n\n{_EPILOG}")
@click.option(
    "--via", type=click.Choice([way.value for way in Way]), default=Way.LOGIN.value, help="The way.", show_default=True
)
@click.option("--no-browser", is_flag=True, help="With --via browser: open none; show the address and take the answer.")
@click.option("--scope", "scopes", multiple=True, metavar="TEXT", help="With --via browser: ask for this scope too.")
@click.option(
    "--refresh-token-file",
    "kept",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Keep the refresh token in this file, readable by you alone; --via refresh takes it from there.",
)
@click.option(
    "--refresh-at",
    type=click.Choice([at.value for at in RefreshAt]),
    default=RefreshAt.JWT_API.value,
    show_default=True,
    help="Refresh at /api/jwt/refresh (api) or at /oauth2/token (oauth).",
)
@click.option("--renew", is_flag=True, help="Stay, and print a new token shortly before each one ends.")
@click.option("--reveal", is_flag=True, help="Print the whole token to a terminal too.")
@place_options
@json_option
def token(
    via: str,
    no_browser: bool,
    scopes: tuple[str, ...],
    kept: Path | None,
    refresh_at: str,
    renew: bool,
    reveal: bool,
    profile_name: str,
    sandbox_name: str,
    as_json: bool,
) -> int:
    """Get an access token and print it: through FusionAuth's Login API, its login page, or with a refresh token.

    Into a pipe or a file it is printed whole; at a terminal its signature is masked, unless --reveal is given. Without
    --refresh-token-file, --via refresh logs in first and refreshes what it got.
    """
    output = Output(as_json)
    way, at = Way(via), RefreshAt(refresh_at)
    if way is not Way.BROWSER and (no_browser or scopes):
        raise click.UsageError("--no-browser and --scope belong to --via browser.")
    facts = WAYS[way]
    output.talk(f"{facts.title}: {facts.summary}.")
    with workbench_at(profile_name, sandbox_name) as (workbench, cancellation):
        if way is Way.BROWSER:
            held = _by_browser(workbench, output, cancellation, scopes, no_browser=no_browser)
        elif way is Way.LOGIN:
            held = workbench.get_token(cancellation, ask_code)
        else:
            before = read_refresh_token(kept) if kept else workbench.get_token(cancellation, ask_code).refresh_token
            held = workbench.tokens.by_refresh(before, at)
        _give(held, workbench, output, kept, reveal=reveal)
        while renew:
            try:
                held = replace(workbench.tokens.renew(held, cancellation, at), note="")
            except Interrupted:
                return 0  # staying was asked for, and so was the end
            _give(held, workbench, output, kept, reveal=reveal)
    return 0


def _by_browser(
    workbench: Workbench, output: Output, cancellation: Cancellation, scopes: tuple[str, ...], *, no_browser: bool
) -> TokenInHand:
    with_browser = has_browser() and not no_browser
    if with_browser:
        output.talk(f"Log in as {harmless(workbench.profile.fusionauth.user_email)} in the browser that opens …")
    tokens = workbench.tokens
    if tokens.login_note:
        output.talk(harmless(tokens.login_note, 600))
    return tokens.by_browser(
        cancellation,
        open_browser=open_browser if with_browser else None,
        paste_back=paste_back(output, cancellation),
        scopes=scopes,
    )


def _give(held: TokenInHand, workbench: Workbench, output: Output, kept: Path | None, *, reveal: bool) -> None:
    whole = reveal or not sys.stdout.isatty()
    text = held.secret.reveal() if whole else workbench.redactor.mask(held.secret.reveal())
    if kept and held.refresh_token:
        write_refresh_token(kept, held.refresh_token)
    elif kept:
        output.talk("No refresh token came along: the user must be registered to the application.")
    if not whole:
        output.talk("The signature is masked: pipe the token where it is needed, or add --reveal.")
    if held.note:
        output.talk(held.note)
    output.line(text)
    output.document(
        {
            "where": where_document(workbench.where()),
            "token": text,
            "obtained_by": held.obtained_by,
            "note": held.note or None,
            **token_document(held.decoded),
        }
    )
