"""`gatelight doctor`: point it at a 401 and it names every cause, with the evidence and one fix each."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from services.cancel import Cancellation
from services.diagnosis.asking import Consent
from services.diagnosis.bundle import write_bundle
from services.diagnosis.diagnose import diagnose
from services.diagnosis.diagnosis import Diagnosis
from services.diagnosis.facts import CaseFacts
from services.diagnosis.in_hand import presented_by
from services.diagnosis.intake import Intake
from services.diagnosis.masking import masked_for
from services.diagnosis.report_making import report_document, report_on
from services.errors import ConfigurationError
from services.redact import Redactor
from services.tokens.hand import TokenInHand
from services.workbench import Workbench
from tui.browser import has_browser
from tui.commands.browser import open_browser
from tui.commands.cure import offer_cure
from tui.commands.doctor_options import Asked, asked_options
from tui.commands.interrupt import stoppable
from tui.commands.options import PERSON, json_option, place_options, workbench_at
from tui.commands.output import Output
from tui.commands.telling_diagnosis import tell_diagnosis
from tui.safe import harmless
from tui.wiring import examine_anybodys

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command()
@asked_options
@click.option("--via", type=click.Choice(["login", "browser"]), help="Get a token the profile's way and check that.")
@click.option("--aws-profile", default="", metavar="NAME", help="The AWS profile to ask with, of ~/.aws.")
@click.option("--region", default="", metavar="NAME", help="The API's region, where its URL does not tell it.")
@click.option("--allow-fetch", is_flag=True, help="Also ask the issuer that only the token names.")
@click.option("--no-call", is_flag=True, help="Do not call the gateway.")
@click.option("--fix", "fixes", is_flag=True, help="Offer to apply the fix, and prove it by calling again.")
@click.option(
    "--bundle", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it for a ticket."
)
@place_options
@json_option
@click.pass_context
def doctor(
    context: click.Context,
    /,
    via: str | None,
    aws_profile: str,
    region: str,
    allow_fetch: bool,
    no_call: bool,
    fixes: bool,
    bundle: Path | None,
    profile_name: str,
    sandbox_name: str,
    as_json: bool,
    **asked: Any,
) -> int:
    """Name every reason for a 401. It reads, and changes nothing.

    Paste into its standard input whatever there is: a token, an Authorization header, the curl command, the answer as
    curl -i prints it, a line of the access log. Without an API it is about the profile's; with --url or --api-id about
    anybody's, asked with your AWS credentials where there are any. A token is never an argument.

    It exits with 1 when something refuses the token.
    """
    telling = _Telling(Output(as_json), bundle)
    intake = Asked(**asked).intake()
    for note in intake.notes:
        telling.output.talk(harmless(note, 300))
    is_chosen = context.get_parameter_source("profile_name") is not click.core.ParameterSource.DEFAULT
    needs_profile = bool(via or fixes or is_chosen)
    consent = Consent(fetch=allow_fetch, call=not no_call)
    if needs_profile or _is_of_profile(intake):
        with _at_profile(profile_name, sandbox_name, is_needed=needs_profile or intake == Intake()) as place:
            if place is not None:
                workbench, cancellation = place
                held = _got(workbench, via, cancellation)
                return _consult(telling, workbench, intake, held, cancellation, consent, fixes=fixes)
    with stoppable() as cancellation:
        redactor = Redactor()
        facts = examine_anybodys(
            intake, redactor, cancellation, consent, aws_profile=aws_profile, region=region, person=PERSON
        )
        return telling.tell(facts, redactor).exit_code


@dataclass(frozen=True, slots=True)
class _Told:
    diagnosis: Diagnosis
    exit_code: int


@dataclass(frozen=True, slots=True)
class _Telling:
    """Where a diagnosis goes: to the terminal, and into a bundle where one was asked for."""

    output: Output
    bundle: Path | None

    def tell(self, facts: CaseFacts, redactor: Redactor) -> _Told:
        """Judge the facts and tell what came of it."""
        diagnosis = masked_for(redactor, diagnose(facts))
        report = report_on(diagnosis, facts, redactor)
        self.output.document(report_document(report))
        tell_diagnosis(self.output, diagnosis)
        if self.bundle is not None:
            written, beside = write_bundle(report, self.bundle)
            self.output.talk(f"Written: {written} and {beside.name}")
        return _Told(diagnosis, 1 if diagnosis.healthy is False else 0)


def _consult(
    telling: _Telling,
    workbench: Workbench,
    intake: Intake,
    held: TokenInHand | None,
    cancellation: Cancellation,
    consent: Consent,
    *,
    fixes: bool,
) -> int:
    """The doctor on a profile, whose fixes can be applied; after each it looks again, and that is the proof."""
    while True:
        if held is not None:
            intake = replace(intake, presented=presented_by(held))
        facts = workbench.examine(intake, cancellation, consent=consent)
        told = telling.tell(facts, workbench.redactor)
        cured = offer_cure(telling.output, workbench, told.diagnosis, held, cancellation) if fixes else None
        if cured is None:
            return told.exit_code
        held, fixes = cured.token, cured.more
        telling.output.line()


def _got(workbench: Workbench, via: str | None, cancellation: Cancellation) -> TokenInHand | None:
    if via is None:
        return None
    if via == "login":
        return workbench.get_token(cancellation)
    if not has_browser():
        raise ConfigurationError("There is no browser here.", "gatelight token --via browser | gatelight doctor")
    return workbench.tokens.by_browser(cancellation, open_browser=open_browser)


def _is_of_profile(intake: Intake) -> bool:
    """Whether nothing says that it is about an API of somebody else's."""
    if intake.url:
        return urlsplit(intake.url).hostname in _LOOPBACK
    return not intake.api_id and intake.described is None


@contextmanager
def _at_profile(
    profile_name: str, sandbox_name: str, *, is_needed: bool
) -> Iterator[tuple[Workbench, Cancellation] | None]:
    """The profile's workbench; None where it cannot be had and is not needed."""
    is_open = False
    try:
        with workbench_at(profile_name, sandbox_name) as place:
            is_open = True
            yield place
    except ConfigurationError:
        if is_open or is_needed:
            raise
        yield None
