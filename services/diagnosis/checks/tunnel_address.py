"""The tunnel's address: where it is not the one the gate was made with, all that names the old one is wrong."""

from dataclasses import replace

from services.diagnosis.diagnosis import ALL_STEPS, Change, Culprit, Finding, Fix, Weight
from services.diagnosis.examination import Examination
from services.diagnosis.making import found
from services.visible import quoted

TUNNEL_ADDRESS = "tunnel-address"
_FOLLOWS = frozenset(("discovery", "keys", "issuer", "discovery-issuer", "tenant-issuer", "jwks-uri"))


def address_finding(case: Examination) -> list[Finding]:
    """The tunnel leads to FusionAuth under another name now; one fix sets both sides and the token right."""
    now, wanted = case.facts.moved_to, case.wanted
    old = case.authorizer.issuer if case.authorizer else wanted.issuer if wanted else ""
    if not now or not case.facts.provisioned_by or old in ("", now):
        return []
    fix = Fix(
        f"Set the tenant's issuer to {quoted(now)}, then the authorizer's, and get a new token.",
        Change("tenant and authorizer", "issuer", old, now),
        f"gatelight up --profile {case.facts.provisioned_by}",
        ALL_STEPS,
        new_token=True,
    )
    sentence = f"The tunnel has another address now, {quoted(now)}, and AWS still reads {quoted(old)}."
    return [
        found(
            TUNNEL_ADDRESS,
            sentence,
            Culprit.TUNNEL,
            fix,
            weight=Weight.WARNS,
            expected=now,
            actual=old,
            detail=(
                "Keys that API Gateway has read work for up to two hours more; then every token is refused.",
                "Tokens issued before carry the old name, and no authorizer with the new one takes them.",
            ),
        )
    ]


def with_their_cause(findings: list[Finding]) -> list[Finding]:
    """What another address brings along says so: setting that right sets this right."""
    if all(finding.id != TUNNEL_ADDRESS for finding in findings):
        return findings
    return [
        replace(finding, because=finding.because or TUNNEL_ADDRESS) if finding.id in _FOLLOWS else finding
        for finding in findings
    ]
