"""One answer of the gateway: who gave it, what it says, and why."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from textual.content import Content

from services.diagnosis.difference import differing_spans
from services.gateway.verdict import Check
from tui.safe import harmless
from tui.view import wire
from tui.view.marked import marked
from tui.view.states import AnswerView
from tui.view.words import ACCENT, BAD, GREY, duration, shortened

if TYPE_CHECKING:
    from services.gateway.call import Answer
    from services.gateway.refusal import Reading


def title(state: AnswerView, width: int) -> str:
    """The request, how it was made, and the status; the request gives way where `width` is small."""
    answer = state.answer
    if answer is None:
        return state.caption[:1].upper() + state.caption[1:]
    path = urlsplit(answer.exchange.url).path.rpartition("/")[2]
    request = harmless(f"{answer.exchange.method} /{path}", 60)
    told = f"{state.caption} · {answer.status} {harmless(answer.reason, 40)}".rstrip()
    return f"{request} · {told}" if len(request) + len(told) + 3 <= width else told


def subtitle(state: AnswerView, width: int) -> str:
    """How long it took, whether that was predicted, and who answered as far as `width` allows."""
    answer = state.answer
    if answer is None:
        return ""
    predicted = {None: "", True: " · as predicted", False: " · NOT as predicted"}[state.as_predicted]
    took = duration(answer.seconds)
    told = f"{took} · {who(answer)}{predicted}"
    return (
        told
        if len(told) <= width
        else f"{took} · {shortened(who(answer), width - len(took + predicted) - 3)}{predicted}"
    )


def who(answer: "Answer") -> str:
    """Who gave the answer, and so whether the function ran."""
    from services.gateway.refusal import Speaker

    reading = _reading(answer)
    if reading.speaker is Speaker.AUTHORIZER:
        return "refused by the gateway, the function never ran"
    return harmless(reading.sentence, 100)


def _reading(answer: "Answer") -> "Reading":
    from services.gateway.refusal import read_answer

    return read_answer(answer.status, answer.headers, answer.body)


def text(state: AnswerView, width: int) -> Content:
    """Headers, body, and for a refusal what was expected and what came."""
    if state.answer is None:
        return wire.error(state.error) if state.error else Content.styled(state.empty, GREY)
    exchange = state.answer.exchange
    pairs = tuple((name, wire.shown(value, state.revealed)) for name, value in exchange.response_headers)
    telling, others = wire.telling_first(pairs)
    parts = [_headers(telling, width)]
    if others:
        parts.append(Content.styled(f"and {harmless(', '.join(others), 200)}: ⏎", GREY).truncate(width, ellipsis=True))
    parts.append(Content(""))
    deciding = state.verdict.deciding if state.verdict and state.answer.status in (401, 403) else None
    if deciding is not None:
        parts += _why(deciding, width)
        parts.append(Content(""))
    elif state.answer.status >= 400 and (possible := _reading(state.answer).possible):
        parts += [Content.styled(f"perhaps {harmless(cause, 200)}", GREY) for cause in possible]
        parts.append(Content(""))
    parts.append(wire.body(wire.shown(exchange.response_body, state.revealed)))
    return Content("\n").join(parts)


def _headers(pairs: tuple[tuple[str, str], ...], width: int) -> Content:
    """Names in one column, values in another, long values continued in theirs."""
    column = min(18, max((len(name) for name, _ in pairs), default=0) + 2)
    lines: list[Content] = []
    for name, value in pairs:
        pieces = Content(harmless(value, 600)).wrap(max(10, width - column))
        lines.append(Content.styled(harmless(name, 40).ljust(column), GREY) + pieces[0])
        lines += [Content(" " * column) + piece for piece in pieces[1:]]
    return Content("\n").join(lines)


def _why(check: Check, width: int) -> list[Content]:
    lines = [Content.styled(harmless(check.sentence, 600), BAD)]
    if check.expected is None or check.actual is None or check.id not in ("issuer", "audience"):
        return lines
    room = width - 23
    spans = differing_spans(check.actual, check.expected)
    lines = [Content.styled("The authorizer expects ", "bold") + marked(check.expected, spans, room)]
    spans = differing_spans(check.expected, check.actual)
    lines.append(Content.styled("The token says         ", "bold") + marked(check.actual, spans, room))
    lines.append(Content.assemble(("0", ACCENT), " then ", ("⏎", ACCENT), " shows what to do"))
    return lines
