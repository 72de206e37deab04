"""The token in words: three verdicts, every claim with what it means, and the raw text."""

import json
from typing import TYPE_CHECKING, Any

from textual.content import Content

from services.gateway.verdict import Check, Outcome, Verdict
from services.redact import MASK
from services.tokens.claims import CLAIMS, is_time
from tui.safe import harmless
from tui.view.states import TokenView
from tui.view.words import ACCENT, BAD, GOOD, GREY, clock, distance

if TYPE_CHECKING:
    from services.workbench import Inspection

SIGNATURE_CHECKS = ("segments", "decode", "algorithm", "discovery", "keys", "kid", "signature")
TIME_CHECKS = ("exp", "nbf", "iat")
GLYPHS = {
    Outcome.PASS: ("✔", GOOD),
    Outcome.FAIL: ("✘", BAD),
    Outcome.UNKNOWN: ("?", ACCENT),
    Outcome.NOT_REACHED: ("·", GREY),
}
_CLAIM_CHECKS = {"iss": "issuer", "aud": "audience", "exp": "exp", "nbf": "nbf", "iat": "iat", "scope": "scopes"}
_MEANINGS = {
    "sub": "the user",
    "tid": "the tenant",
    "jti": "this token's id",
    "applicationId": "the application",
    "authenticationType": "how it was got",
    "auth_time": "the real login",
    "roles": "in the application",
}
_ORDER = ("iss", "aud", "exp", "nbf", "iat", "auth_time", "sub", "roles", "scope", "authenticationType", "tid")


def checks(verdict: Verdict, ids: tuple[str, ...]) -> list[Check]:
    """The checks of these ids, in the gateway's order."""
    return [check for check in verdict.checks if check.id in ids]


def worst(found: list[Check]) -> Check | None:
    """The first check that is not passed."""
    return next((check for check in found if check.outcome is not Outcome.PASS), None)


def number(value: object) -> float | None:
    """A numeric date as seconds; None where the claim is no number."""
    try:
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    except OverflowError:
        return None


def signature_line(inspection: "Inspection") -> Content:
    """The first verdict: was it signed by a key the issuer publishes?"""
    bad = worst(checks(inspection.verdict, SIGNATURE_CHECKS))
    name = ("signature".ljust(11), "bold")
    if bad is not None:
        glyph, style = GLYPHS[bad.outcome]
        loud = "" if bad.outcome is Outcome.FAIL else "NOT CHECKED: "
        return Content.assemble((f"{glyph} ", style), name, (f"{loud}{harmless(bad.sentence, 300)}", style))
    header = inspection.token.decoded.header
    told = f"{harmless(str(header.get('alg')), 20)}, verified with key {harmless(str(header.get('kid')), 40)}"
    return Content.assemble(("✔ ", GOOD), name, told)


def gateway_line(inspection: "Inspection") -> Content:
    """The third verdict: what the gateway will say."""
    verdict = inspection.verdict
    name = ("gateway".ljust(11), "bold")
    deciding = verdict.deciding
    if deciding is not None:
        return Content.assemble(("✘ ", BAD), name, (f"will refuse: {_refusal(deciding)}", BAD))
    open_check = worst(list(verdict.checks))
    if open_check is not None:
        return Content.assemble(("? ", ACCENT), name, (f"not sure: {harmless(open_check.sentence, 300)}", ACCENT))
    return Content.assemble(("✔ ", GOOD), name, "will accept")


def _refusal(check: Check) -> str:
    """How the gateway will say no, in its own words where they are known."""
    from services.gateway.refusal import parse_challenge

    if check.refusal is None:
        return harmless(check.sentence, 300)
    challenge = parse_challenge(check.refusal.www_authenticate)
    words = (challenge.description if challenge else "") or check.sentence
    doubt = "" if check.evidence.wording_verified else " (wording unverified on AWS)"
    return f"{check.refusal.status}, {harmless(words, 300)}{doubt}"


def times_problem(inspection: "Inspection") -> str:
    """What is wrong with the token's times, besides a passed `exp`; empty when nothing is."""
    bad = worst(checks(inspection.verdict, TIME_CHECKS))
    return "" if bad is None or bad.outcome is not Outcome.FAIL else harmless(bad.sentence, 300)


def claims(state: TokenView, width: int) -> Content:
    """Header and claims, each with its meaning, and the raw token."""
    inspection = state.inspection
    if inspection is None:
        return Content("")
    decoded = inspection.token.decoded
    names = [name for name in _ORDER if name in decoded.claims]
    names += [name for name in decoded.claims if name not in _ORDER]
    column, remarks = (20, 26) if width >= 90 else (10, 18 if width >= 56 else 1)
    lines = [
        _claim(name, decoded.claims[name], state, (column, width - column - remarks, remarks)) for name in names[:60]
    ]
    if len(names) > 60:
        lines.append(Content.styled(f"… {len(names) - 60} more claims: ⏎", GREY))
    parts = [Content("\n").join(lines), Content(""), header_line(decoded.header, width)]
    if inspection.token.note:
        parts.append(Content.styled(harmless(inspection.token.note, 300), GREY))
    parts += [Content(""), raw(inspection, state.revealed, width)]
    return Content("\n").join(parts)


def header_line(header: dict[str, Any], width: int) -> Content:
    """The header's members on one line."""
    members = " · ".join(f"{name} {_text(value)}" for name, value in list(header.items())[:8])
    return Content.assemble(("header".ljust(10), GREY), harmless(members, 300)).truncate(width, ellipsis=True)


def raw(inspection: "Inspection", revealed: bool, width: int) -> Content:
    """The compact token: shortened and without its signature, or whole while secrets are shown."""
    if revealed:
        return Content.styled(harmless(inspection.token.secret.reveal(), 8_000), GREY)
    room = max(8, (width - len(MASK) * 2 - 4) // 2)
    head, body, _ = inspection.token.decoded.segments
    shown = [segment[:room] + "…" if len(segment) > room else segment for segment in (head[: room // 2 + 8], body)]
    return Content.styled(f"{harmless(shown[0])}.{harmless(shown[1])}.{MASK * 2}", GREY).truncate(width, ellipsis=True)


def _claim(name: str, value: object, state: TokenView, widths: tuple[int, int, int]) -> Content:
    column, room, remarks = widths
    text = _moment(value, state.now) if is_time(name) else ""
    if not text:
        text = json.dumps(value, ensure_ascii=False) if name in ("iss", "aud") else _text(value)
    label = harmless(name, 40)
    label = label.ljust(column) if len(label) < column else f"{label} "
    shown = Content(harmless(text, 300)).truncate(max(8, column + room - len(label) - 2), ellipsis=True, pad=True)
    remark = _remark(name, value, state)
    if remarks == 1:  # no room for words: the sign alone
        remark = remark[:1] if _check_of(name, state) else Content("")
    line = Content.assemble((label, GREY), shown, "  ", remark)
    return line.truncate(column + room + remarks, ellipsis=True)


def _moment(value: object, now: float) -> str:
    seconds = number(value)
    return "" if seconds is None else f"{clock(seconds, now)} · {distance(seconds - now)}"


def _remark(name: str, value: object, state: TokenView) -> Content:
    """What the claim means, or whether the gateway is content with it."""
    check = _check_of(name, state)
    if check is None or (name == "scope" and check.outcome is Outcome.PASS):
        meaning = "none granted" if name == "roles" and value == [] else _MEANINGS.get(name) or _short(name)
        return Content.styled(meaning, GREY)
    outcome = check.outcome
    if name == "exp" and (seconds := number(value)) is not None and outcome is not Outcome.UNKNOWN:
        outcome = Outcome.PASS if seconds > state.now else Outcome.FAIL
    told = {
        ("issuer", Outcome.PASS): "= authorizer",
        ("issuer", Outcome.FAIL): "≠ authorizer",
        ("audience", Outcome.PASS): "in audience",
        ("audience", Outcome.FAIL): "not in audience",
        ("exp", Outcome.PASS): "not expired",
        ("exp", Outcome.FAIL): "expired",
        ("nbf", Outcome.PASS): "already valid",
        ("nbf", Outcome.FAIL): "not valid yet",
        ("iat", Outcome.PASS): "issued",
        ("iat", Outcome.FAIL): "in the future",
    }.get((check.id, outcome), outcome.value)
    glyph, style = GLYPHS[outcome]
    return Content.assemble((glyph, style), " ", (told, BAD if outcome is Outcome.FAIL else GREY))


def _short(name: str) -> str:
    meaning = CLAIMS.get(name)
    return meaning.short if meaning is not None else ""


def _check_of(name: str, state: TokenView) -> Check | None:
    wanted = _CLAIM_CHECKS.get(name)
    verdict = state.inspection.verdict if state.inspection else None
    return next((check for check in verdict.checks if check.id == wanted), None) if verdict else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else _json(value)


def _json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):
        return "(not representable)"
