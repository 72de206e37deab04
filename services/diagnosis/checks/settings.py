"""FusionAuth's settings: what will break the next token although this one is right."""

from services.diagnosis.diagnosis import Change, Culprit, Finding, Fix, Weight
from services.diagnosis.examination import Examination
from services.diagnosis.making import found
from services.diagnosis.remedies import fusionauth, step
from services.visible import quoted


def settings_warnings(case: Examination) -> list[Finding]:
    """The application's own JWT settings switched off, and a deactivated application."""
    known = case.fusionauth
    if known is None:
        return []
    findings = []
    name = quoted(known.application_name or known.application_id)
    path = f"/api/application/{known.application_id}"
    if known.jwt_enabled is False and not case.failed("algorithm") and not known.signing_algorithm.startswith("RS"):
        sentence = (
            f"The application {name} has its own JWT settings switched off: the tenant's key signs the next token."
        )
        body = {"application": {"jwtConfiguration": {"enabled": True}}}
        fix = Fix(
            "Enable JWT for the application, with an RS256 key for access tokens.",
            Change(f"application {name}", "jwtConfiguration.enabled", "false", "true"),
            fusionauth(case, "PATCH", path, body),
            step(case, "application"),
        )
        findings.append(found("application-jwt", sentence, Culprit.APPLICATION, fix, weight=Weight.WARNS))
    if known.application_active is False:
        sentence = f"The application {name} is deactivated: nobody can log in to it, and old tokens run out."
        fix = Fix(
            "Reactivate the application.",
            Change(f"application {name}", "active", "false", "true"),
            fusionauth(case, "PUT", f"{path}?reactivate=true", {}),
            step(case, "application"),
        )
        findings.append(found("application-inactive", sentence, Culprit.APPLICATION, fix, weight=Weight.WARNS))
    return findings
