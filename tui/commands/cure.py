"""Offers the fix of what is wrong first, applies it after a yes, and leaves the proof to the next look."""

import sys
from dataclasses import dataclass

import click

from services.cancel import Cancellation
from services.diagnosis.diagnosis import Diagnosis, Finding
from services.errors import ConfigurationError, ExpectationFailed
from services.tokens.hand import TokenInHand
from services.workbench import Workbench
from tui.commands.narration import Narrator
from tui.commands.output import Output
from tui.safe import harmless


@dataclass(frozen=True, slots=True)
class Cured:
    """A fix was applied: with this token the doctor looks again; `more` says whether there may be more to set right."""

    token: TokenInHand | None
    more: bool


def offer_cure(
    output: Output,
    workbench: Workbench,
    diagnosis: Diagnosis,
    token: TokenInHand | None,
    cancellation: Cancellation,
) -> Cured | None:
    """Apply the fix of the root finding if the person says yes; None where there is nothing to apply, or a no.

    Raises ConfigurationError where nobody is there to ask, ExpectationFailed when the step did not succeed.
    """
    finding = next((one for one in (diagnosis.root, *diagnosis.findings) if one and one.fix.can_be_applied), None)
    if finding is None:
        if diagnosis.findings:
            output.talk("None of the fixes can be applied from here: do it by hand, as it says.")
        return None
    _confirm(output, workbench, finding)
    if finding.fix.step_id:
        narrator = Narrator(output, workbench.steps)
        if not workbench.apply(finding.fix, narrator, cancellation):
            raise ExpectationFailed("The step did not succeed.", "Its lines above say why.")
    wants_token = finding.fix.new_token or workbench.is_outdated(token)
    held = workbench.get_token(cancellation) if wants_token else token
    return Cured(held, more=len(diagnosis.findings) > 1)


def _confirm(output: Output, workbench: Workbench, finding: Finding) -> None:
    if not sys.stdin.isatty():
        raise ConfigurationError("Nobody is there to say yes to the fix.", "Run it at a terminal, or run the command.")
    where = workbench.where()
    place = ", ".join(text for text in (f"tenant {where.tenant}", f"account {where.account}", where.region) if text)
    output.talk(f"To do: {harmless(finding.fix.sentence)}")
    output.talk(f"  in {harmless(place, 200)}")
    click.confirm("Apply it?", abort=True, err=True)
