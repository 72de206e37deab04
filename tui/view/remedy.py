"""The steps that answer for the places of the agreement, and what a window offers to set something right."""

from dataclasses import dataclass

from textual.content import Content

from services.diagnosis.agreement import Agreement

_STEPS = {
    ("ISSUER", "tenant"): "issuer",
    ("ISSUER", "discovery"): "discovery",
    ("ISSUER", "authorizer"): "authorizer",
    ("AUDIENCE", "application"): "application",
    ("AUDIENCE", "authorizer"): "authorizer",
}


@dataclass(frozen=True, slots=True)
class Remedy:
    """One way to set it right. `step_id` is None when a new token is what it takes."""

    verb: str
    step_id: str | None
    text: Content


def drifted_steps(agreement: Agreement) -> frozenset[str]:
    """The steps whose work was found changed: those of the places that disagree."""
    return frozenset(
        _STEPS[strand.title, wrong.place]
        for strand in (agreement.issuer, agreement.audience)
        for wrong in strand.disagreements
        if (strand.title, wrong.place) in _STEPS
    )
