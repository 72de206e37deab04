"""What `gatelight doctor` can be given, in any mix, and the intake that is made of it."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import IO, Any, TypeVar

import click

from services.diagnosis.intake import Intake
from services.diagnosis.key_source import keys_from
from services.diagnosis.pasted import LIMIT, read_pasted
from services.errors import ConfigurationError
from services.gateway.rules import JwtAuthorizer
from services.http import HttpClient
from services.redact import Redactor

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--file", "source", type=click.File("r", errors="replace"), help="Read what was pasted from a file."),
    click.option("--clipboard", is_flag=True, help="Read what was pasted from the clipboard."),
    click.option("--url", default="", metavar="URL", help="The invoke URL that answers 401."),
    click.option("--api-id", default="", metavar="ID", help="The API's id, where there is no invoke URL."),
    click.option("--method", default="", metavar="NAME", help="The request's method; GET otherwise."),
    click.option("--issuer", metavar="URL", help="The authorizer's issuer, exactly, where AWS cannot be asked."),
    click.option("--audience", "audiences", multiple=True, metavar="TEXT", help="An audience of the authorizer's."),
    click.option("--scope", "scopes", multiple=True, metavar="TEXT", help="A scope the route asks for."),
    click.option("--keys", "keys_place", metavar="FILE|URL", help="The issuer's keys: JWKS, JWK, PEM, or their URL."),
    click.option("--log-line", default="", metavar="TEXT", help="The access log's line about it, in any format."),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The values of the options above."""

    source: IO[str] | None
    clipboard: bool
    url: str
    api_id: str
    method: str
    issuer: str | None
    audiences: tuple[str, ...]
    scopes: tuple[str, ...]
    keys_place: str | None
    log_line: str

    def intake(self) -> Intake:
        """All of it as one intake: an option counts before what was pasted. Raises ConfigurationError."""
        asked = Intake(
            url=self.url,
            api_id=self.api_id,
            log_line=self.log_line,
            route_scopes=self.scopes,
            described=self._described(),
        )
        intake = asked.or_else(self._pasted()).or_else(self._keys())
        return replace(intake, method=self.method.upper()) if self.method else intake

    def _pasted(self) -> Intake:
        """What came from the clipboard, a file or a pipe; nothing is waited for at a terminal."""
        if self.clipboard:
            from services.clipboard import read_clipboard

            return read_pasted(read_clipboard()).intake
        stream = self.source or (None if sys.stdin is None or sys.stdin.isatty() else sys.stdin)
        text = stream.read(LIMIT + 1) if stream else ""
        return read_pasted(text).intake if text.strip() else Intake()

    def _described(self) -> JwtAuthorizer | None:
        if self.issuer is not None:
            return JwtAuthorizer(self.issuer, self.audiences)
        if self.audiences:
            raise ConfigurationError("--audience was given without --issuer.", "Give both, as the authorizer has them.")
        return None

    def _keys(self) -> Intake:
        if self.keys_place is None:
            return Intake()
        given = keys_from(self.keys_place, HttpClient(Redactor()))
        return Intake(keys=given.key_set, keys_origin=given.origin)


def asked_options(command: F) -> F:
    """Everything the doctor can be given."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
