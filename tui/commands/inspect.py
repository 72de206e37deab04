"""`gatelight inspect`: what a token says, and what the gateway will say to it."""

import json
import time
from dataclasses import dataclass
from typing import IO, Any

import click

from services.errors import ConfigurationError, GatelightError
from services.gateway.authorizer import explain
from services.gateway.issuer_keys import IssuerKeys
from services.gateway.rules import JwtAuthorizer
from services.gateway.verdict import Outcome, Verdict
from services.http import HttpClient
from services.redact import Redactor
from services.tokens.claims import CLAIMS, HEADER, Meaning
from services.tokens.decode import DecodedToken, MalformedToken, decode
from services.tokens.issuer import read_issuer_keys
from tui.commands.options import ask, json_option, place_options, workbench_at
from tui.commands.output import Output
from tui.commands.shapes import token_document, verdict_document
from tui.commands.telling import GLYPHS, tell_verdict
from tui.safe import harmless
from tui.view.words import clock, distance

LIMIT = 1_000_000  # characters of a token that are read; API Gateway takes 10,240 bytes of headers in all
_SIGNATURE = ("segments", "decode", "algorithm", "discovery", "keys", "kid", "signature")
_TIMES = ("exp", "nbf", "iat")


@dataclass(frozen=True, slots=True)
class _Gate:
    """The authorizer a token is held against, its issuer's keys, and the scopes its route asks for."""

    authorizer: JwtAuthorizer
    keys: IssuerKeys
    scopes: tuple[str, ...] = ()


@click.command()
@click.option("--file", "source", type=click.File("r"), default="-", help="Read the token from a file, not stdin.")
@click.option("--issuer", metavar="URL", help="The authorizer's issuer, exactly as configured.")
@click.option("--audience", "audiences", multiple=True, metavar="TEXT", help="An audience of the authorizer's.")
@click.option("--scope", "scopes", multiple=True, metavar="TEXT", help="A scope the route asks for.")
@place_options
@json_option
def inspect(
    source: IO[str],
    issuer: str | None,
    audiences: tuple[str, ...],
    scopes: tuple[str, ...],
    profile_name: str,
    sandbox_name: str,
    as_json: bool,
) -> int:
    """Decode a token from standard input and hold it against an authorizer.

    The authorizer is the profile's, or the one that --issuer and --audience describe; then the issuer's discovery
    document and keys are read from its public address. It exits with 1 when the gateway would refuse the token.
    """
    output = Output(as_json)
    text = _read(source)
    gate = _given(issuer, audiences) or _provisioned(profile_name, sandbox_name, output)
    decoded = _decode(text, output)
    verdict = None
    if gate:
        verdict = explain(text, gate.authorizer, scopes=scopes or gate.scopes, keys=gate.keys, now=time.time())
    if decoded:
        _tell_token(output, decoded)
    document: dict[str, Any] = {"verdict": verdict_document(verdict) if verdict else None}
    output.document(document | (token_document(decoded) if decoded else {"header": None, "claims": None}))
    if verdict is None:
        return 0 if decoded else 1
    _tell_parts(output, verdict)
    tell_verdict(output, verdict)
    return 1 if verdict.accepted is False else 0


def _read(source: IO[str]) -> str:
    if source.isatty():
        text = ask("Token (not shown)")
    else:
        try:
            text = source.read(LIMIT + 1)
        except UnicodeDecodeError:
            raise ConfigurationError("What was given is not text.", "Give the token as one line of text.") from None
    text = text.strip()
    if not text:
        raise ConfigurationError("No token was given.", "Pipe it in: gatelight token | gatelight inspect")
    if len(text) > LIMIT:
        raise ConfigurationError(f"What was given is longer than {LIMIT:,} characters.", "Give one token.")
    return text


def _given(issuer: str | None, audiences: tuple[str, ...]) -> _Gate | None:
    if issuer is None:
        if audiences:
            raise ConfigurationError("--audience was given without --issuer.", "Give both.")
        return None
    if not issuer.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise ConfigurationError(f'"{issuer}" is no issuer that can be read.', "Give its https:// address.")
    http = HttpClient(Redactor())
    return _Gate(JwtAuthorizer(issuer, audiences), read_issuer_keys(http, issuer))


def _provisioned(profile_name: str, sandbox_name: str, output: Output) -> _Gate | None:
    try:
        with workbench_at(profile_name, sandbox_name) as (workbench, _):
            authorizer = workbench.authorizer()
            return _Gate(authorizer, workbench.issuer_keys(authorizer.issuer), workbench.route_scopes())
    except GatelightError as error:
        output.talk(f"Only decoded, nothing is checked. {harmless(error.message)}")
        output.talk("Give --issuer and --audience to hold the token against an authorizer.")
        return None


def _decode(text: str, output: Output) -> DecodedToken | None:
    try:
        return decode(text)
    except MalformedToken as error:
        output.talk(f"✘ This is no token: {harmless(error.reason)}.")
        return None


def _tell_token(output: Output, token: DecodedToken) -> None:
    now = time.time()
    for title, members, meanings in (("Header", token.header, HEADER), ("Claims", token.claims, CLAIMS)):
        output.line(title)
        for name, value in members.items():
            output.line(_row(name, value, meanings.get(name), now))
        output.line()


def _row(name: str, value: object, meaning: Meaning | None, now: float) -> str:
    shown = harmless(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str), 200)
    if meaning and meaning.is_time and isinstance(value, int | float) and not isinstance(value, bool):
        shown = f"{shown}  {clock(value, now)}, {distance(value - now)}"
    return f"  {harmless(name, 40):20} {shown}" + (f"   ({meaning.short})" if meaning else "")


def _tell_parts(output: Output, verdict: Verdict) -> None:
    """The verdicts on signature and times, each by itself."""
    for title, ids, passed in (("signature", _SIGNATURE, "signature"), ("times", _TIMES, "exp")):
        bad = (check for check in verdict.checks if check.id in ids and check.outcome is not Outcome.PASS)
        shown = next(bad, verdict.check(passed))
        loud = "NOT CHECKED: " if title == "signature" and shown.outcome is Outcome.NOT_REACHED else ""
        output.line(f"{GLYPHS[shown.outcome]} {title:10} {loud}{harmless(shown.sentence)}")
