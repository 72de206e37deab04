"""`gatelight inspect`: what a token says, and what the gateway will say to it."""

import sys
import time
from collections.abc import Callable
from typing import IO, Any, BinaryIO, cast

import click

from services.diagnosis.given_token import given_token
from services.diagnosis.inspection import Gate, GivenKeys, TokenInspection, inspect_token
from services.diagnosis.key_source import keys_from, keys_of_issuer
from services.diagnosis.token_changes import token_changes
from services.errors import ConfigurationError, GatelightError
from services.gateway.issuer_keys import IssuerKeys, discovery_url
from services.gateway.rules import JwtAuthorizer
from services.gateway.verdict import Outcome
from services.http import HttpClient
from services.redact import Redactor
from services.tokens.decode import MalformedToken, decode_compact
from services.tokens.issuer import read_issuer_keys
from services.visible import quoted
from tui.commands.inspect_jsonl import inspect_lines
from tui.commands.inspect_shapes import changes_of_members_document, inspection_document
from tui.commands.inspect_telling import tell_changes, tell_inspection
from tui.commands.options import ask, json_option, place_options, workbench_at
from tui.commands.output import Output
from tui.commands.shapes import token_document, verdict_document
from tui.commands.telling import tell_checks
from tui.safe import harmless

LIMIT = 1_000_000  # characters of a token that are read; API Gateway takes 10,240 bytes of headers in all


@click.command()
@click.option("--file", "source", type=click.File("r"), default="-", help="Read the token from a file, not stdin.")
@click.option("--issuer", metavar="URL", help="The authorizer's issuer, exactly as configured.")
@click.option("--audience", "audiences", multiple=True, metavar="TEXT", help="An audience of the authorizer's.")
@click.option("--scope", "scopes", multiple=True, metavar="TEXT", help="A scope the route asks for.")
@click.option(
    "--keys", "keys_place", metavar="FILE|URL", help="Check the signature with these keys: JWKS, JWK, PEM, or its URL."
)
@click.option("--allow-fetch", is_flag=True, help="Read the keys of the issuer that the token itself names.")
@click.option("--compare", "other", type=click.File("r"), metavar="FILE", help="Compare it with the token in FILE.")
@click.option("--jsonl", "lines", is_flag=True, help="One token a line in, one JSON line with every check out.")
@place_options
@json_option
def inspect(
    source: IO[str],
    issuer: str | None,
    audiences: tuple[str, ...],
    scopes: tuple[str, ...],
    keys_place: str | None,
    allow_fetch: bool,
    other: IO[str] | None,
    lines: bool,
    profile_name: str,
    sandbox_name: str,
    as_json: bool,
) -> int:
    """Decode a token from standard input and hold it against an authorizer.

    The authorizer is the profile's, or the one that --issuer and --audience describe; then the issuer's discovery
    document and keys are read from its public address, unless --keys gives them. What is given may be the token alone,
    an Authorization header, a curl command, or the JSON that a token endpoint answers. No address inside the token is
    followed unless --allow-fetch says so. It exits with 1 when the gateway would refuse the token.
    """
    output = Output(as_json)
    if lines and (other is not None or as_json or allow_fetch):
        raise click.UsageError("--jsonl goes with none of --compare, --json and --allow-fetch.")
    if allow_fetch and keys_place:
        raise click.UsageError("Give --keys or --allow-fetch.")
    texts = () if lines else (_read(source), *([_read(other)] if other is not None else []))
    http = HttpClient(Redactor())
    given = keys_from(keys_place, http) if keys_place else None
    gate, why = _gate(issuer, audiences, scopes, given, http, lambda: _provisioned(profile_name, sandbox_name, given))
    if lines:
        return _inspect_lines(source, gate, why)
    tokens = [given_token(text) for text in texts]
    if given is None:
        given = _of_the_token_s_issuer(tokens[0].compact, gate, output, allowed=allow_fetch)
    if gate is None:
        _talk_of_no_gate(output, why, has_keys=given is not None and given.key_set is not None)
    now = time.time()
    shown, *others = (inspect_token(token, now=now, gate=gate, given=given, without_gate=why) for token in tokens)
    _tell(output, shown, others)
    refused = shown.verdict.accepted is False if shown.verdict else given is not None and _is_bad(shown)
    return 1 if refused or shown.decoded is None else 0


def _tell(output: Output, shown: TokenInspection, others: list[TokenInspection]) -> None:
    document: dict[str, Any] = {"verdict": verdict_document(shown.verdict) if shown.verdict else None}
    document |= token_document(shown.decoded) if shown.decoded else {"header": None, "claims": None}
    document |= inspection_document(shown)
    if shown.problem:
        output.talk(f"✘ This is no token: {harmless(shown.problem)}.")
    tell_inspection(output, shown)
    if shown.verdict is not None:
        tell_checks(output, shown.verdict)
    for second in others:
        changes = token_changes(shown, second)
        document["changes"] = changes_of_members_document(changes)
        tell_changes(output, changes, second)
    output.document(document)


def _of_the_token_s_issuer(compact: str, gate: Gate | None, output: Output, *, allowed: bool) -> GivenKeys | None:
    """The keys of the issuer that only the token names, or what would get them; None where the gate's are enough."""
    try:
        named = decode_compact(compact).claims.get("iss")
    except MalformedToken:
        return None
    if (
        not isinstance(named, str)
        or not named
        or (gate is not None and (not allowed or gate.authorizer.issuer == named))
    ):
        return None
    if not named.startswith("https://"):
        return GivenKeys(None, named, f"no key is known; the token's issuer {quoted(named)} is no https address")
    address = harmless(discovery_url(named), 300)
    if not allowed:
        return GivenKeys(None, named, f"no key is known; --keys gives some, --allow-fetch would read {address}")
    output.talk(f"Reading {address}, which the token names …")
    return keys_of_issuer(named)


def _is_bad(inspection: TokenInspection) -> bool:
    return inspection.signature.outcome is Outcome.FAIL


def _read(source: IO[str]) -> str:
    if source.isatty():
        text = ask("Token (not shown)")
    else:
        try:
            text = source.read(LIMIT + 1)
        except UnicodeDecodeError:
            raise ConfigurationError("What was given is not text.", "Give the token as one line of text.") from None
    text = text.strip(" \t\r\n")
    if not text:
        raise ConfigurationError("No token was given.", "Pipe it in: gatelight token | gatelight inspect")
    if len(text) > LIMIT:
        raise ConfigurationError(f"What was given is longer than {LIMIT:,} characters.", "Give one token.")
    return text


def _inspect_lines(source: IO[str], gate: Gate | None, why: str) -> int:
    if gate is None:
        raise ConfigurationError(
            f"--jsonl holds tokens against an authorizer, and there is none: {why}.",
            "Give --issuer and --audience, or the profile of one that is provisioned.",
        )
    out = sys.stdout.buffer

    def write(content: bytes) -> None:
        out.write(content)
        out.flush()

    sys.stdout.flush()
    binary = cast(BinaryIO, source.buffer)  # type: ignore[attr-defined]
    return 0 if inspect_lines(binary, write, gate, time.time) else 1


def _gate(
    issuer: str | None,
    audiences: tuple[str, ...],
    scopes: tuple[str, ...],
    given: GivenKeys | None,
    http: HttpClient,
    provisioned: Callable[[], Gate],
) -> tuple[Gate | None, str]:
    """The gate that was described or provisioned, or None and why there is none, as a clause."""
    if issuer is None:
        if audiences:
            raise ConfigurationError("--audience was given without --issuer.", "Give both.")
        try:
            gate = provisioned()
        except GatelightError as error:
            return None, error.message.removesuffix(".")
        return (Gate(gate.authorizer, gate.keys, scopes) if scopes else gate), ""
    if given is None and not issuer.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise ConfigurationError(f'"{issuer}" is no issuer that can be read.', "Give its https:// address.")
    keys = read_issuer_keys(http, issuer) if given is None else _keys_of(given)
    return Gate(JwtAuthorizer(issuer, audiences), keys, scopes), ""


def _keys_of(given: GivenKeys) -> IssuerKeys | None:
    """Given keys as if the issuer had published them; None where they have no kid, so that no token can name them."""
    key_set = given.key_set
    return IssuerKeys.of(key_set, given_by=given.origin) if key_set is not None and key_set.by_kid else None


def _provisioned(profile_name: str, sandbox_name: str, given: GivenKeys | None) -> Gate:
    with workbench_at(profile_name, sandbox_name) as (workbench, _):
        authorizer = workbench.authorizer()
        keys = workbench.issuer_keys(authorizer.issuer) if given is None else _keys_of(given)
        return Gate(authorizer, keys, workbench.route_scopes())


def _talk_of_no_gate(output: Output, why: str, *, has_keys: bool) -> None:
    checked = "The gateway's rules are not checked." if has_keys else "Only decoded, nothing is checked."
    output.talk(f"{checked} {harmless(why)}.")
    output.talk("Give --issuer and --audience to hold the token against an authorizer.")
