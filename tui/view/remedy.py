"""What to do about a disagreement: which place is wrong, and the step that sets it right."""

from dataclasses import dataclass

from textual.content import Content

from services.diagnosis.agreement import Agreement, Disagreement, Strand
from services.diagnosis.difference import differing_spans
from services.provisioning.step import StepSpec
from tui.safe import harmless
from tui.view.marked import marked
from tui.view.words import BAD, GREY

_STEPS = {
    ("ISSUER", "tenant"): ("issuer", "Set the tenant's issuer to the public URL"),
    ("ISSUER", "discovery"): ("discovery", "Check the discovery document again"),
    ("ISSUER", "authorizer"): ("authorizer", "Set the authorizer's issuer to the tenant's"),
    ("AUDIENCE", "application"): ("application", "Set the application up again"),
    ("AUDIENCE", "authorizer"): ("authorizer", "Set the authorizer's audience to the application's id"),
}


@dataclass(frozen=True, slots=True)
class Remedy:
    """One way to set it right. `step_id` is None when a new token is what it takes."""

    verb: str
    step_id: str | None
    text: Content


def remedy(agreement: Agreement, steps: tuple[StepSpec, ...]) -> Remedy | None:
    """What to do about the first disagreement; None when there is none that a step can set right."""
    for strand in (agreement.issuer, agreement.audience):
        for wrong in strand.disagreements:
            return _remedy(strand, wrong, {step.id for step in steps})
    return None


def drifted_steps(agreement: Agreement) -> frozenset[str]:
    """The steps whose work was found changed: those of the places that disagree."""
    return frozenset(
        _STEPS[strand.title, wrong.place][0]
        for strand in (agreement.issuer, agreement.audience)
        for wrong in strand.disagreements
        if (strand.title, wrong.place) in _STEPS
    )


def _remedy(strand: Strand, wrong: Disagreement, step_ids: set[str]) -> Remedy:
    step_id, verb = _STEPS.get((strand.title, wrong.place), ("", "Get a new token"))
    if step_id not in step_ids:
        return Remedy("Get a new token", None, _explained(strand, wrong, "Get a new token"))
    return Remedy(verb, step_id, _explained(strand, wrong, verb))


def _explained(strand: Strand, wrong: Disagreement, verb: str) -> Content:
    spans = differing_spans(wrong.actual, wrong.expected)
    return Content("\n").join(
        [
            Content.assemble((f"{strand.title.lower()}: ", GREY), (harmless(wrong.remark), BAD)),
            Content(""),
            Content.assemble((f"{strand.reference_name:<12}", GREY), marked(wrong.expected, spans, 90)),
            Content.assemble((f"{wrong.place:<12}", GREY), marked(wrong.actual, wrong.spans, 90)),
            Content(""),
            Content("API Gateway compares the two byte for byte and refuses every token while they differ."),
            Content(""),
            Content.assemble(("To do  ", GREY), (verb, "bold"), ", then call again."),
        ]
    )
