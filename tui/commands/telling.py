"""Answers, verdicts and agreements as lines, for people and screen readers."""

from services.diagnosis.agreement import Agreement, Strand
from services.gateway.call import Answer
from services.gateway.refusal import read_answer
from services.gateway.verdict import Check, Outcome, Verdict
from services.workbench import CallPair
from tui.commands.output import Output
from tui.safe import harmless, readable_json

GLYPHS = {Outcome.PASS: "✔", Outcome.FAIL: "✘", Outcome.UNKNOWN: "?", Outcome.NOT_REACHED: "·"}
_HEADERS = ("www-authenticate", "content-type", "apigw-requestid")


def tell_pair(output: Output, pair: CallPair) -> None:
    """Both answers, one after the other."""
    tell_answer(output, "Without a token", pair.without)
    if pair.with_token is None:
        return
    output.line()
    tell_answer(output, "With the token", pair.with_token)
    if pair.comparison:
        output.line(f"  {harmless(pair.comparison.sentence)}")
    if pair.kept:
        output.line(f"  AWS said what the evidence table does not; kept in {harmless(str(pair.kept))}")


def tell_answer(output: Output, title: str, answer: Answer) -> None:
    """Status, time, who answered, headers and body."""
    reading = read_answer(answer.status, answer.headers, answer.body)
    glyph = "✔" if answer.status < 400 else "✘"
    output.line(f"{glyph} {title}: {answer.status} {harmless(answer.reason, 60)} in {answer.seconds * 1000:.0f} ms")
    output.line(f"  {harmless(reading.sentence)}")
    for clause in reading.possible:
        output.line(f"    perhaps {clause}")
    for name in _HEADERS:
        value = answer.exchange.response_header(name)
        if value:
            output.line(f"  {name}: {harmless(value)}")
    for row in readable_json(str(answer.exchange.response_body)).splitlines():
        output.line(f"  {row}")


def tell_verdict(output: Output, verdict: Verdict) -> None:
    """What the gateway will do, then every check that is not simply passed, the deciding one first."""
    if verdict.deciding is not None:
        refusal = verdict.deciding.refusal
        output.line(f"✘ gateway    will refuse{f' with {refusal.status}' if refusal else ''}")
    elif verdict.accepted is None:
        output.line("? gateway    not sure: a check that matters is unknown")
    else:
        output.line("✔ gateway    will accept")
    tell_checks(output, verdict)


def tell_checks(output: Output, verdict: Verdict) -> None:
    """Every check that is not simply passed, in the gateway's order."""
    for check in verdict.checks:
        if check.outcome is not Outcome.PASS:
            _tell_check(output, check)


def _tell_check(output: Output, check: Check) -> None:
    output.line(f"  {GLYPHS[check.outcome]} {check.title}: {harmless(check.sentence)}")
    if check.outcome is Outcome.FAIL:
        if check.expected is not None:
            output.line(f'      expected "{harmless(check.expected)}"')
        if check.actual is not None:
            output.line(f'      actual   "{harmless(check.actual)}"')


def tell_agreement(output: Output, agreement: Agreement) -> None:
    """Both strands, place by place."""
    for strand in (agreement.issuer, agreement.audience):
        output.line(f"{strand.title:9} {_places(strand)}")
        if strand.reference is not None:
            output.line(f'          "{harmless(strand.reference)}"')
        for odd in strand.disagreements:
            output.line(f'        ✘ {odd.place} says "{harmless(odd.actual)}": {odd.remark}')


def _places(strand: Strand) -> str:
    glyphs = {True: "✔", False: "✘", None: "·"}
    return " — ".join(f"{place.name} {glyphs[strand.agrees(place)]}" for place in strand.places)
